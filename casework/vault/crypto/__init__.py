"""Primitives: encoding of fields, AEAD, HPKE, Argon2id, signatures and archives; only passwords.py knows a row."""
