"""Safe zones: shapes on the globe, and when a child has truly crossed a border."""
