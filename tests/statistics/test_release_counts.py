"""Whoever holds the database can destroy releases and the ledger, but not change or take one back unnoticed."""

from collections import Counter

import pytest
from sqlalchemy import text

from casework.audit.verify import verify
from casework.engine import open_engine
from casework.errors import VaultError
from casework.statistics import actions
from casework.statistics.plan import TOTAL
from casework.statistics.release_counts import Counted, CountRecord
from casework.vault.keys import count_ledger
from casework.vault.models import Head
from tests.house import House, both_databases
from tests.people import THANH_SON
from tests.statistics.timeline import Timeline, closes


def tamper(house: House, *statements: str, **values: object) -> None:
    """Change the database past the program."""
    engine = open_engine(house.config.database_url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)
    engine.dispose()


@pytest.fixture
def closed(timeline: Timeline) -> Timeline:
    """A timeline of which the first two quarters are closed."""
    timeline.record(timeline.first, 5)
    timeline.close(timeline.first)
    timeline.close(timeline.after(1))
    return timeline


def is_refused(timeline: Timeline, doing, who: str) -> bool:
    with timeline.on(timeline.after(2).next_day) as house, pytest.raises(VaultError):
        house[who].does(doing)
    return True


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM release WHERE number = 2",
        "DELETE FROM release WHERE number = 1",
        "UPDATE release SET body = replace(body, 'bound', 'found') WHERE number = 1",
        "UPDATE release SET released = released + 1 WHERE number = 2",
        "UPDATE release SET number = 3 WHERE number = 2",
    ],
)
def test_a_release_that_was_changed_or_taken_away_is_noticed(closed: Timeline, statement: str):
    tamper(closed.house, statement)
    assert is_refused(closed, actions.read_releases, "thu")
    assert is_refused(closed, actions.preview_period, "hoa")


@pytest.mark.parametrize("which", ["DESC", "ASC"])
def test_an_entry_of_the_ledger_that_is_missing_stops_the_count(closed: Timeline, which: str):
    """Without it a case would be counted twice."""
    ours = count_ledger.ledger_id(THANH_SON)
    mine = ours.hex if closed.house.config.database_url.startswith("sqlite") else str(ours)
    document = f"(SELECT id FROM document WHERE case_id = :mine ORDER BY series {which} LIMIT 1)"
    tamper(
        closed.house,
        f"DELETE FROM envelope WHERE document_id = {document}",
        f"DELETE FROM document WHERE id = {document}",
        mine=mine,
    )
    assert is_refused(closed, actions.preview_period, "hoa")


def test_an_entry_without_an_envelope_stops_the_count(closed: Timeline):
    ours = count_ledger.ledger_id(THANH_SON)
    mine = ours.hex if closed.house.config.database_url.startswith("sqlite") else str(ours)
    tamper(closed.house, "DELETE FROM envelope WHERE case_id = :mine", mine=mine)
    assert is_refused(closed, actions.preview_period, "hoa")


@both_databases
def test_the_key_of_the_next_year_is_made_when_a_year_ends(timeline: Timeline):
    years = set()
    number = 0
    while timeline.after(number).year == timeline.first.year:
        timeline.close(timeline.after(number))
        number += 1
    with timeline.house.looking() as session:
        head = session.get_one(Head, (THANH_SON, count_ledger.ledger_id(THANH_SON)))
        years = {number for kind, number in count_ledger.places(head.listing) if kind == count_ledger.Series.KEY}
    assert years == {timeline.first.year, timeline.first.year + 1}


def test_the_log_still_verifies_and_says_which_period_was_closed(closed: Timeline):
    with closed.on(closed.after(2).first) as house, house.crypto() as crypto:
        assert verify(crypto).holds


def test_nothing_that_was_sealed_prints(closed: Timeline):
    with closed.on(closed.after(2).next_day) as house:
        assert repr(house["hoa"].does(actions.preview_period)) == "<sealed Closing>"
        assert repr(Counted({THANH_SON: 1}, Counter({TOTAL: 1}), 0, {})) == "<sealed Counted>"
        assert repr(CountRecord(Head(), THANH_SON, {}, {2026: b"k" * 32})) == "<sealed CountRecord>"
        assert closes(house["hoa"]).number == 3
