"""Notices and letters on their way to guardians."""
