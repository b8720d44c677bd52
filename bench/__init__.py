"""Measurements of the hub, each beside its bound from the same run; only loopback, only processes of its own."""
