"""What is done at the console of the server: setting up, checking, recovering, exchanging keys."""
