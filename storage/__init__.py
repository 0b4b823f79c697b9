"""What mailbot remembers: the database and the files."""
