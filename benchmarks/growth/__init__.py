"""How long mailbot's questions take when there are millions of documents."""
