"""From a knock at a trusted address to a sealed case, with drafts in between."""
