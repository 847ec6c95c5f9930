"""What each page shows, as values: read from the ledger and the library, without a web in sight."""
