"""Made answers to mailbot's mails, as people and machines send them, with the truth."""
