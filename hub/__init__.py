"""Handelhub: Exact Online Handel connected with the sales channels of a wholesaler."""

__version__ = "0.1.0"
