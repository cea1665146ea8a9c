"""Sign-in, sessions, members and agencies."""
