"""How a person gets access: admission by a code, passphrase and second factor, the short code of an interview."""
