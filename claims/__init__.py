"""What is held: claims, evidence, verification, standing and the ledger."""
