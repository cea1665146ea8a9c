"""What the lists of agencies and of roles say about the agencies of a commune, by their codes."""

from functools import cache

from casework.codelists.model import BadCodeList
from casework.codelists.parsing import codelist, file_of


@cache
def coordinating() -> str:
    """Give the agency that counts for the whole commune and confirms new agencies: in every commune there is one."""
    codes = [agency.code for agency in codelist("agency") if agency.flag("coordinates")]
    if len(codes) != 1:
        raise BadCodeList(f"{file_of('agency')}: one agency must have 'coordinates', and {len(codes)} have it")
    return codes[0]


@cache
def with_two_holders() -> tuple[str, ...]:
    """Give the agencies whose key two people must hold, the most needed first."""
    return tuple(agency.code for agency in codelist("agency") if agency.flag("two_holders"))


@cache
def readmitting() -> tuple[str, ...]:
    """Give the agencies two of whose recovery sheets let in again who holds no key; each must have such sheets."""
    codes = [agency for agency in codelist("agency") if agency.flag("readmits")]
    if not codes or not all(agency.flag("holds_keys") for agency in codes):
        raise BadCodeList(f"{file_of('agency')}: 'readmits' needs an agency, and each must have 'holds_keys'")
    return tuple(agency.code for agency in codes)


@cache
def first_role(agency: str) -> str:
    """Give the role of whoever moves into an agency: the first that is held there."""
    for role in codelist("role"):
        if agency in role.texts("agencies"):
            return role.code
    raise BadCodeList(f"{file_of('role')}: no role is held in the agency '{agency}' ({file_of('agency')})")
