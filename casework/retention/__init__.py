"""Retention and disposal of cases: erasure by two people, legal holds, purging of stories, voiding and merging."""
