"""Real processes under attack: nodes killed and frozen, a full disk, a cut network, wrong clocks, a lost database.

The wholesaler's day of the demo goes on all the while, and the simulated platforms' own ledger judges.
"""
