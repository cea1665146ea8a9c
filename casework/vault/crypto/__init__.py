"""Primitives: encoding of fields, AEAD, HPKE, Argon2id, signatures and archives; nothing here knows a row."""
