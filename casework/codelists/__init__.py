"""Code lists: every coded answer of the product, with its words in two languages and its source.

The lists are TOML files beside this package; a code is never removed, only retired.
"""

from casework.codelists.model import BadCodeList, Code, CodeList, UnknownCode
from casework.codelists.parsing import codelist, names
from casework.codelists.words import case_words, nicknames, said_to

__all__ = [
    "BadCodeList",
    "Code",
    "CodeList",
    "UnknownCode",
    "case_words",
    "codelist",
    "names",
    "nicknames",
    "said_to",
]
