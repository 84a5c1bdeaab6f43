"""What is sealed under which keys: a datum can be read only while both its keys exist."""
