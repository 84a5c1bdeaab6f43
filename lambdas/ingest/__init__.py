"""Frames into positions: the consumer of the stream."""
