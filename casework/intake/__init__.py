"""Intake: from the first words to a sealed case, with sealed drafts in between."""
