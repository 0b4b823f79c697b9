"""One file per accounting package or file format that bookings leave by."""
