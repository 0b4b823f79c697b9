"""Files and mails made to fill memory or time, and what mailbot does with them."""
