"""VIES, the union's register of VAT numbers, over its REST service."""
