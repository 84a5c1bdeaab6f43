"""Voices and photos from one form into another: a function without any rights."""
