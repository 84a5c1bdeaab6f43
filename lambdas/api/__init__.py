"""The HTTP API of guardians."""
