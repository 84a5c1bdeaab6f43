"""The way to the SIM operator: a function with one outside host and no tables."""
