"""What the API reads: keyset pages and rows by key, every statement led by the tenant."""
