"""Texts and voices between guardians and a child, and photos."""
