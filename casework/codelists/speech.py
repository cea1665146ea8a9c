"""Turn a text that is read aloud to a woman (chị) into one for a man, an elder or a child."""

import re

from casework.codelists.parsing import codelist

YOU = re.compile(r"\b([Cc])hị\b")


def said_to(text: str, pronoun: str) -> str:
    """Put the word of this code of the list `pronoun` in place of every chị of a text."""
    word = codelist("pronoun").get(pronoun).text("word")
    return YOU.sub(lambda found: word.capitalize() if found[1] == "C" else word, text)
