"""VIES as the sandbox plays it."""
