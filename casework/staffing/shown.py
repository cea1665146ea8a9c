"""What the pages of staffing show: the recovery sheets of a circle, one card for each."""

from dataclasses import dataclass

from casework.cases.sheets import Dealt
from casework.vault.entry.codes import write_code


@dataclass(frozen=True)
class Card:
    """One sheet as it is printed: who keeps it, which circle it is for, and the code on it."""

    name: str
    circle: str
    number: int
    seat: int
    code: str
    partners: str

    def __repr__(self) -> str:
        """Never print the code."""
        return "<sealed card>"


def cards(dealt: Dealt) -> list[Card]:
    """Lay out the sheets of a circle."""
    names = {one.seat: one.name for one in dealt.sheets}
    return [
        Card(
            name=one.name,
            circle=dealt.circle,
            number=one.number,
            seat=one.seat,
            code=write_code(one.secret),
            partners=", ".join(f"{names[seat]} ({seat})" for seat in one.partners),
        )
        for one in dealt.sheets
    ]
