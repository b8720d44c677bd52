"""The command line: one module for each thing that a person comes for; imported by ``main.py`` alone."""
