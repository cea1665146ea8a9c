"""A row is put back as it was, taken away or doubled: opening the case or verifying the log tells."""

import random
from uuid import UUID

from casework.cases.sections import Story
from casework.desk import actions as desk
from casework.errors import CaseworkError
from casework.policy.vocabulary import Section
from tests.faults.numbers import times
from tests.faults.writer import log_holds
from tests.house import House, Someone, both_databases
from tests.tampering import Row, Thief, stolen

TABLES = ("head", "case_file", "document", "member", "agency", "wrap")
Book = dict[str, dict[tuple, Row]]


def book(thief: Thief) -> Book:
    """Copy the tables, each row by its key."""
    keys = {name: [column.name for column in thief.table(name).primary_key] for name in TABLES}
    return {name: {tuple(row[column] for column in keys[name]): row for row in thief.rows(name)} for name in TABLES}


def differing(old: Book, new: Book) -> list[tuple[str, tuple]]:
    """Name every row that was written or changed between two copies; the log has a test of its own.

    Of the texts it is the one that was rewritten: a note that is gone altogether was destroyed, not put back.
    """
    return [
        (name, key)
        for name in TABLES
        for key, row in new[name].items()
        if old[name].get(key) != row and row.get("section", Section.STORY) == Section.STORY
    ]


def restore(thief: Thief, name: str, key: tuple, row: Row | None) -> None:
    """Put one row back as it was, or take away one that was not there."""
    where = dict(zip([column.name for column in thief.table(name).primary_key], key, strict=True))
    thief.delete(name, **where)
    if row is not None:
        thief.put(name, row)


def opens(who: Someone, case_id: UUID) -> bool:
    """Open everything of a case, the older texts too."""
    try:
        who.does(desk.read_case, case_id)
        for section in (Section.STORY, Section.COUNSELLING, Section.IDENTITY, Section.CONTACT):
            who.does(desk.read_section, case_id, section)
        texts = who.does(desk.read_history, case_id, Section.STORY)
    except CaseworkError:
        return False
    return len(texts) == 2


@both_databases
def test_a_row_put_back_is_noticed(house: House, lan: Someone, hoa: Someone):
    case_id = lan.opens_a_case()
    lan.does(desk.add_note, case_id, "trước")
    hoa.sign_in()
    with stolen(house) as thief:
        old = book(thief)
    lan.does(desk.write_section, case_id, Story(words="kể lại"), base=1)
    lan.does(desk.add_note, case_id, "sau")
    assert opens(hoa, case_id)
    with stolen(house) as thief:
        new = book(thief)
    dice, changed = random.Random(), differing(old, new)
    for _ in range(times("ROLLBACKS", short=6, long=100)):
        name, key = dice.choice(changed)
        with stolen(house) as thief:
            restore(thief, name, key, None if dice.random() < 0.3 else old[name].get(key))
        noticed = not opens(hoa, case_id) or not log_holds(house)
        with stolen(house) as thief:
            restore(thief, name, key, new[name][key])
        assert noticed, name
    assert opens(hoa, case_id)
    assert log_holds(house)
