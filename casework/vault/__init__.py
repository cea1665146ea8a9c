"""Need-to-know by key: everything that encrypts, decrypts, signs and verifies; nothing else imports cryptography."""
