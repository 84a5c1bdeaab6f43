"""Voices and photos: the bucket, and what turns one form into another."""
