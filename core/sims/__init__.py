"""Prepaid SIM cards: registration, balance, validity, top-ups."""
