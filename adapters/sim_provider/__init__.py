"""The SIM operator's interface, as docs/sim-provider.md describes it."""
