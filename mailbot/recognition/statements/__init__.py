"""Reading bank statements: CODA, CAMT and MT940 become the same values."""
