"""Of whom it is known how old and of which sex they are: what is asked of them, and by which word they are addressed.

A row of a list says whom it fits by `fits_sex`, `fits_from` and `fits_to`; what is not known fits everybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from casework.cases.sections import Contact, Identity
from casework.codelists import Code, codelist
from casework.policy.vocabulary import Section
from casework.vault.keys.envelopes import OpenedDocument

_OLDEST = 200
_OF_AGE = 18
_ELDERLY = "NGUOI_CAO_TUOI"


@dataclass(frozen=True)
class AskedPerson:
    """A sex, a code of the list or empty, and between which ages somebody is; both ends are included."""

    sex: str = ""
    youngest: int = 0
    oldest: int = _OLDEST

    @property
    def age_is_known(self) -> bool:
        return (self.youngest, self.oldest) != (0, _OLDEST)

    def fits(self, row: Code) -> bool:
        """Tell whether a row may be meant for this person, as far as anything is known of them."""
        known = codelist("sex").get(self.sex) if self.sex in codelist("sex") else None
        wanted = row.text("fits_sex")
        if wanted and known and not known.unknown and known.code != wanted:
            return False
        first, last = row.number("fits_from") or 0, row.number("fits_to")
        return self.oldest >= first and (last is None or self.youngest <= last)


def asked_person(identity: Identity, age_group: str, on: date) -> AskedPerson:
    """Return who is asked on a day; a year of birth alone leaves one year open."""
    youngest, oldest = 0, _OLDEST
    if age_group in codelist("age_group"):
        group = codelist("age_group").get(age_group)
        youngest, oldest = group.number("from") or 0, group.number("to") or _OLDEST
    if identity.birth_year:
        age = on.year - identity.birth_year
        youngest, oldest = max(youngest, age - 1), max(min(oldest, age), 0)
    elif _ELDERLY in identity.vulnerable:
        youngest = max(youngest, codelist("vulnerable_group").get(_ELDERLY).number("age_from") or 0)
    return AskedPerson(identity.sex, youngest, max(youngest, oldest))


def usual_pronoun(person: AskedPerson) -> str:
    """Return the code of the word for this person where nobody chose one; unknown ages are those of a grown person."""
    sex = codelist("sex").get(person.sex) if person.sex in codelist("sex") else None
    age = person.youngest if person.age_is_known else _OF_AGE
    at_that_age = AskedPerson(person.sex, age, age)
    rows = [row for row in codelist("pronoun").active() if row.number("usual") and at_that_age.fits(row)]
    if sex and sex.unknown:
        rows = [row for row in rows if not row.text("fits_sex")]
    return min(rows, key=lambda row: row.number("usual") or 0).code


def kept_pronoun(pages: Iterable[OpenedDocument], age_group: str) -> str:
    """Return the word that was written down with the safe contact among opened pages.

    Where there is none, it is that of a child for a child, and the neutral one for anybody else.
    """
    contacts = [Contact.from_json(page.data) for page in pages if page.section == Section.CONTACT]
    kept = next((contact.pronoun for contact in contacts), "")
    if kept in codelist("pronoun"):
        return kept
    rows = [row.code for row in codelist("pronoun").active() if row.flag("neutral")]
    person = asked_person(Identity(), age_group, date.max)
    return usual_pronoun(person) if person.oldest < _OF_AGE else rows[0]
