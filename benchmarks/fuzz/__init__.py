"""Throws made bytes at each reader of mail that meets the outside."""
