"""What is laid beside a running hub: containers, a unit, and what watches it. Not part of the installed package."""
