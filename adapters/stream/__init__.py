"""The stream between the bridge and ingest."""
