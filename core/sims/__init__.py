"""Prepaid SIM cards of watches: their registration, what they still have, and how they are topped up."""
