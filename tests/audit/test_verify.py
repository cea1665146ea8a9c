"""The log is a chain: whoever edits, deletes, reorders or cuts it is noticed."""

import json
import random
from uuid import UUID

import pytest

from casework.audit import read
from casework.audit.verify import Verdict, verify
from casework.desk import actions as desk
from casework.errors import NotFound, VaultError
from casework.policy.vocabulary import Section
from tests.house import House, Someone, both_databases
from tests.people import DONG_HAI, THANH_SON
from tests.tampering import Thief, stolen

COLUMNS = ("at", "act", "who", "about", "outcome", "head", "head_mac", "body", "prev", "h", "mac")


def _verdict(house: House, commune_id=THANH_SON) -> Verdict:
    with house.crypto(commune_id) as crypto:
        return verify(crypto)


@pytest.fixture
def lived(house: House, lan: Someone, mai: Someone) -> House:
    """A house where something has happened: cases, readings and a refusal."""
    case_id = lan.opens_a_case()
    lan.does(desk.read_section, case_id, Section.STORY)
    lan.does(desk.add_note, case_id, "đã gọi lại")
    with pytest.raises(NotFound):
        mai.does(desk.read_case, case_id)
    return house


@both_databases
def test_an_honest_log_holds(lived: House):
    verdict = _verdict(lived)
    assert verdict.holds
    assert verdict.lines > 20
    assert verdict.short == f"{verdict.lines}-{verdict.newest.hex()[:8]}"


def test_an_empty_book_holds(house: House):
    with stolen(house) as thief:
        for name in ("audit_line", "head"):
            thief.delete(name)
    assert _verdict(house) == Verdict(0, bytes(32), None, 0)


def _other(value):
    """Return a value of the same kind that is not this one."""
    if isinstance(value, str):
        return value[:-1] + ("b" if value[-1:] == "a" else "a")
    if isinstance(value, bytes):
        return value[:-1] + bytes((value[-1] ^ 1,)) if value else b"x"
    return UUID(int=value.int ^ 1) if isinstance(value, UUID) else value + 1


def _mutation(thief: Thief, dice: random.Random) -> str:
    """Do one random thing to one random line that a thief could do; say what."""
    lines = sorted(thief.rows("audit_line", commune_id=THANH_SON), key=lambda row: row["n"])
    line = dice.choice(lines[:-1])
    where = {"commune_id": THANH_SON, "n": line["n"]}
    kind = dice.choice(("edit", "delete", "swap", "cut", "double"))
    if kind == "edit":
        column = dice.choice([name for name in COLUMNS if line[name] is not None])
        value = json.dumps({}) if column == "body" and dice.random() < 0.3 else _other(line[column])
        if column in ("who", "about", "head") and dice.random() < 0.5:
            value = None
        thief.change("audit_line", where, **{column: value})
        return f"{column} of line {line['n']}"
    if kind == "swap":
        other = dice.choice([row for row in lines if row["n"] != line["n"]])
        for row in (line, other):
            thief.delete("audit_line", commune_id=THANH_SON, n=row["n"])
        thief.put("audit_line", {**line, "n": other["n"]}, {**other, "n": line["n"]})
    elif kind == "cut":
        heads = [row["n"] for row in lines if row["head"] is not None]
        for row in lines[dice.choice(heads) - 1 :]:
            thief.delete("audit_line", commune_id=THANH_SON, n=row["n"])
    elif kind == "double":
        thief.put("audit_line", {**line, "n": lines[-1]["n"] + 1})
    else:
        thief.delete("audit_line", **where)
    return f"{kind} of line {line['n']}"


def _unnoticed(house: House, times: int) -> list[str]:
    unnoticed = []
    dice = random.Random(20261123)
    with stolen(house) as thief:
        kept = thief.rows("audit_line")
    for _ in range(times):
        with stolen(house) as thief:
            done = _mutation(thief, dice)
        if _verdict(house).holds:
            unnoticed.append(done)
        with stolen(house) as thief:
            thief.delete("audit_line")
            thief.put("audit_line", *kept)
    return unnoticed


@both_databases
def test_whoever_touches_the_log_is_noticed(lived: House):
    assert _unnoticed(lived, 15) == []
    assert _verdict(lived).holds


@pytest.mark.prove
def test_whoever_touches_the_log_a_hundred_times_is_noticed_a_hundred_times(lived: House):
    assert _unnoticed(lived, 100) == []


def test_readings_cut_from_the_end_show_in_the_short_number(lived: House, lan: Someone):
    lan.does(desk.list_cases)
    before = _verdict(lived)
    with stolen(lived) as thief:
        thief.delete("audit_line", commune_id=THANH_SON, n=before.lines)
    assert _verdict(lived).short != before.short


def test_nothing_is_chained_to_a_last_line_that_is_not_ours(lived: House, lan: Someone):
    with stolen(lived) as thief:
        last = max(row["n"] for row in thief.rows("audit_line", commune_id=THANH_SON))
        where = {"commune_id": THANH_SON, "n": last}
        thief.change("audit_line", where, outcome="ok?")
    with pytest.raises(VaultError):
        lan.does(desk.list_cases)
    assert _verdict(lived).broken == last


@pytest.mark.parametrize("column", ["v", "n", "listing", "kind", "mac"])
def test_a_head_that_was_changed_is_counted(lived: House, column):
    with stolen(lived) as thief:
        head = thief.rows("head", commune_id=THANH_SON, kind="case")[0]
        thief.change("head", {"id": head["id"]}, **{column: _other(head[column])})
    assert _verdict(lived).stale_heads == 1


def test_a_head_that_is_gone_is_counted(lived: House):
    with stolen(lived) as thief:
        thief.delete("head", id=thief.rows("head", commune_id=THANH_SON, kind="case")[0]["id"])
    assert _verdict(lived).stale_heads == 1


def test_a_head_that_the_log_never_heard_of_is_counted(lived: House):
    with stolen(lived) as thief:
        head = thief.rows("head", commune_id=THANH_SON, kind="case")[0]
        thief.put("head", {**head, "id": DONG_HAI})
    assert _verdict(lived).stale_heads == 2


def test_each_commune_has_a_chain_of_its_own(lived: House):
    other = _verdict(lived, DONG_HAI)
    assert other.holds
    with stolen(lived) as thief:
        thief.delete("audit_line", commune_id=THANH_SON, n=3)
    assert not _verdict(lived).holds
    assert _verdict(lived, DONG_HAI) == other


def test_the_lines_of_one_commune_do_not_hold_in_another(house: House):
    with stolen(house) as thief:
        thief.delete("audit_line", commune_id=DONG_HAI)
        thief.put(
            "audit_line", *[{**row, "commune_id": DONG_HAI} for row in thief.rows("audit_line", commune_id=THANH_SON)]
        )
    assert _verdict(house, DONG_HAI).broken == 1


def test_a_case_put_back_together_with_its_lines_of_the_log_is_found(lived: House, lan: Someone):
    """Whoever also edits the log may show an older case for a while; the chain shows it."""
    (case_id,) = [case.id for case in lan.does(desk.list_cases).cases]
    tables = {"head": "id", "case_file": "id", "document": "case_id", "envelope": "case_id"}
    with stolen(lived) as thief:
        old = {name: thief.rows(name, **{column: case_id}) for name, column in tables.items()}
    lan.does(desk.add_note, case_id, "điều không được biến mất")
    lan.does(desk.list_cases)
    with stolen(lived) as thief:
        newest = max(row["n"] for row in thief.rows("audit_line", head=case_id))
        for name, column in reversed(tables.items()):
            thief.delete(name, **{column: case_id})
            thief.put(name, *old[name])
        thief.change("audit_line", {"commune_id": THANH_SON, "n": newest}, head=None, head_mac=None)
    assert _verdict(lived).broken == newest


@pytest.mark.parametrize("body", ["x", "{}", "[]", "null", ""])
def test_a_line_that_is_none_of_ours_gives_itself_as_what_does_not_hold(body):
    assert read.reason_of(body) == "VaultError"
