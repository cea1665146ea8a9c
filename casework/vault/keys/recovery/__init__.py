"""Recovery of an agency whose keys are lost: numbered secrets on paper, opened by pairs of named people."""
