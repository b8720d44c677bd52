"""A day at the limit of Exact's calls: through the whole hub, and by a client that nobody governs."""
