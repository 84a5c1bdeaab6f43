"""Entry points: each translates an event, calls core, translates the result."""
