"""The tables and their records."""
