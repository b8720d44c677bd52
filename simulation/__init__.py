"""The whole hub and its platforms in one process, under virtual time and a seeded scheduler."""
