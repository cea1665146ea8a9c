"""Mail without content: its settings, the one message, the connection to a mail server, and what became of it."""
