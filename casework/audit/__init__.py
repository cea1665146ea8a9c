"""The log: one hash chain per commune, written only by the gate."""
