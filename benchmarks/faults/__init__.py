"""Breaks a running mailbot in every way, and looks whether anything was lost or doubled."""
