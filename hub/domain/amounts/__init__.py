"""Amounts of an order to the cent: policy, rounding, discounts, payments, and what a part of an order is worth."""
