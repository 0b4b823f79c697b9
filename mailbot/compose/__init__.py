"""The craft of writing mails and pages."""
