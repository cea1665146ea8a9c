"""The way back into an agency whose keys are lost: numbered secrets on paper, opened by pairs of named people."""
