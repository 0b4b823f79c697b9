"""The values that mailbot reasons about: frozen, without I/O."""
