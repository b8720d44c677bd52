"""A wholesaler's busy day in miniature: the hub and its simulated platforms, driven through public doors alone.

Nothing of the hub is imported here: what the demo can do, anybody can do from outside.
"""
