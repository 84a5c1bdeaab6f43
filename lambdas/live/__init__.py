"""The live view: an open connection for each app that looks."""
