"""Notices and letters, from the queue to guardians."""
