"""The running processes: they move bytes and jobs and decide nothing about invoices."""
