"""What the lists of agencies and of roles say about the agencies of a commune, by their codes."""

from functools import cache

from casework.codelists.model import BadCodeList
from casework.codelists.parsing import codelist, file_of


@cache
def coordinating() -> str:
    """Give the agency that counts for the whole commune and confirms new agencies: in every commune there is one."""
    found = [one.code for one in codelist("agency") if one.flag("coordinates")]
    if len(found) != 1:
        raise BadCodeList(f"{file_of('agency')}: one agency must have 'coordinates', and {len(found)} have it")
    return found[0]


@cache
def with_two_holders() -> tuple[str, ...]:
    """Give the agencies whose key two people must hold, the most needed first."""
    return tuple(one.code for one in codelist("agency") if one.flag("two_holders"))


@cache
def first_role(agency: str) -> str:
    """Give the role of whoever moves into an agency: the first that is held there."""
    for one in codelist("role"):
        if agency in one.texts("agencies"):
            return one.code
    raise BadCodeList(f"{file_of('role')}: no role is held in the agency '{agency}' ({file_of('agency')})")
