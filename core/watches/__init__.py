"""Devices, their bindings to accounts, and who may see which watch."""
