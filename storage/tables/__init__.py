"""The rows; only storage sees them."""
