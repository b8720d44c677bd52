"""Dashboards and alert rules, generated from the metrics that ``hub.metrics`` declares."""
