"""What was changed of accounts and watches, by whom: names of fields, never values (P-61)."""
