"""Ways to guardians that lead through other companies: nothing personal passes here."""
