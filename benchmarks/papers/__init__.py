"""Makes Belgian and Dutch papers with the truth beside each, for tuning and for measuring."""
