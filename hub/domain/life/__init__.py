"""What becomes of orders, cancellations, returns and invoices: tables of states, and the rules that ask them."""
