"""What guardians ask of a watch, and what they want it to be set to, until the watch has done it."""
