"""What is done at the console of the server: setup, diagnostics, recovery, key rotation, backup and restore."""
