"""Alarms into alerts: the consumer of the alert queue, and the sweep of what fires without a frame."""
