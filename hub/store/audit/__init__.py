"""The activity log as an auditor needs it: chained row to row, checked, and handed out."""
