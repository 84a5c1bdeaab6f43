"""Placeholder so that pytest starts; replaced in the next commit."""
