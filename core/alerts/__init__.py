"""Alerts: what guardians are told of alarms, by which ways, and until somebody has answered."""
