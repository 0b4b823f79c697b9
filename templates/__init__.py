"""The words that people read, per language, and the frames they share; no code."""
