"""How a node is put together: the only room that knows every other; imported by the command line alone."""
