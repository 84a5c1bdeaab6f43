"""How long each class of data lives, why, and what an erasure does to it."""
