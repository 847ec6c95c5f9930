"""The steps by which a ledger came to its present tables, each applied once with its record."""
