"""Live view: positions and alerts of one's own watches as they come, over an open connection."""
