"""The only translators between the wire and core."""
