"""What every capability builds on: ids, clock, errors, geography, pages."""
