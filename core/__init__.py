"""What the business knows: standard library only, no I/O, no clock of its own, no environment."""
