"""Where a watch is and was, and how it fares."""
