"""Which acts are violence in the family, by who did them: Article 3 of Law 13/2022, clause 2, and Decree 76/2023."""

from collections.abc import Iterable

from casework.codelists import codelist


def acts_outside_family(acts: Iterable[str], relation: str) -> tuple[str, ...]:
    """Return the acts of `dv_act` that are none in the family when somebody of this relation did them.

    Nothing is doubted where the relation is not known, nor where the list of acts of its ground is not.
    """
    known = codelist("relation").get(relation) if relation else None
    if known is None or known.unknown:
        return ()
    if not known.flag("family"):
        return tuple(acts)
    within = codelist("relationship_basis").get(known.text("basis"))
    return tuple(act for act in acts if "acts" in within.extra and act not in within.texts("acts"))


def same_deed_outside(acts: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of `gbv_other` that name the same deeds outside a family, in the order of that list."""
    named = {codelist("dv_act").get(act).text("outside") for act in acts}
    return tuple(code.code for code in codelist("gbv_other") if code.code in named)
