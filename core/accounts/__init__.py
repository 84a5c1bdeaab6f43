"""Accounts of guardians and how they sign in."""
