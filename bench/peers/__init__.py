"""The same webhook and the same four calls by others, each as its own users would write it."""
