"""What visitors repeat within a minute is one line with its number; what members do is a line each time."""

import json

import pytest

from casework import clock
from casework.accounts import sign_in_actions
from casework.accounts.sign_in_actions import WrongPassphrase
from casework.audit import visitor_summary
from casework.audit.verify import verify
from casework.cases import trusted_addresses
from casework.errors import Throttled, VaultError
from casework.oversight import actions as oversight
from casework.policy.vocabulary import Act
from tests.house import House, Someone, both_databases
from tests.people import THANH_SON
from tests.tampering import stolen

SECOND = clock.MICROSECOND


def told(house: House, act: Act) -> list[tuple[str, str]]:
    """Return outcome and reason of each line of an act by somebody unknown, the oldest first."""
    with stolen(house) as thief:
        rows = sorted(thief.rows("audit_line", commune_id=THANH_SON, act=act, who=None), key=lambda row: row["n"])
    return [(row["outcome"], json.loads(row["body"])["reason"]) for row in rows]


def fails_to_sign_in(house: House) -> None:
    with pytest.raises(WrongPassphrase):
        house.gate.perform(house.stranger(), sign_in_actions.sign_in, None, before=None)


def test_failed_tries_of_a_minute_are_two_lines_however_many_they_are(house: House):
    now = clock.micros()
    with clock.use_clock(lambda: now):
        for _ in range(40):
            fails_to_sign_in(house)
    assert told(house, Act.SIGN_IN) == [("failed", "WrongPassphrase")]
    with clock.use_clock(lambda: now + 61 * SECOND):
        fails_to_sign_in(house)
    since = clock.local(now).isoformat(timespec="minutes")
    assert told(house, Act.SIGN_IN) == [
        ("failed", "WrongPassphrase"),
        ("failed", f"39 more WrongPassphrase since {since}"),
        ("failed", "WrongPassphrase"),
    ]


def test_the_number_is_written_when_anybody_signs_in_later(house: House, lan: Someone):
    now = clock.micros()
    with clock.use_clock(lambda: now):
        for _ in range(3):
            fails_to_sign_in(house)
    with clock.use_clock(lambda: now + 3600 * SECOND):
        lan.sign_in()
    assert [visitor_summary.repetitions(reason) for _, reason in told(house, Act.SIGN_IN)] == [0, 2]
    with house.crypto() as crypto:
        assert verify(crypto).holds


def test_public_reads_of_visitors_are_summed_and_those_of_members_are_not(house: House, lan: Someone):
    now = clock.micros()
    with clock.use_clock(lambda: now):
        for _ in range(25):
            house.gate.perform(house.stranger(), trusted_addresses.list_addresses)
            lan.does(trusted_addresses.list_addresses)
    assert told(house, Act.ADDRESS_LIST) == [("ok", "")]
    with stolen(house) as thief:
        assert len(thief.rows("audit_line", act=Act.ADDRESS_LIST, who=lan.id)) == 25
    with clock.use_clock(lambda: now + 60 * SECOND):
        house.gate.perform(house.stranger(), trusted_addresses.list_addresses)
    assert [visitor_summary.repetitions(reason) for _, reason in told(house, Act.ADDRESS_LIST)] == [0, 24, 0]


def test_each_kind_of_failure_is_counted_for_itself(house: House):
    now = clock.micros()
    with clock.use_clock(lambda: now):
        for cause in (Throttled(), VaultError(), Throttled(), VaultError(), Throttled()):
            house.gate.refuse(house.stranger(), Act.SIGN_IN, cause)
    with clock.use_clock(lambda: now - 5 * SECOND):
        house.gate.refuse(house.stranger(), Act.SIGN_IN, Throttled())
    lines = [reason for _, reason in told(house, Act.SIGN_IN)]
    assert [reason.partition(" since ")[0] for reason in lines] == [
        "Throttled",
        "VaultError",
        "2 more Throttled",
        "1 more VaultError",
        "Throttled",
    ]


@both_databases
def test_totals_count_what_was_summed(house: House):
    now = clock.midnight(clock.local(clock.micros()).date()) + 3600 * SECOND
    with clock.use_clock(lambda: now):
        for _ in range(7):
            fails_to_sign_in(house)
    with clock.use_clock(lambda: now + 90 * SECOND):
        fails_to_sign_in(house)
        week = house["quang"].does(oversight.read_log).week
    assert week is not None
    assert dict(week.totals)[Act.SIGN_IN] == 8


def test_a_number_changed_from_outside_is_not_believed(house: House):
    for _ in range(2):
        fails_to_sign_in(house)
    with stolen(house) as thief:
        assert thief.change("tally", {"commune_id": THANH_SON}, more=0) == 1
    with pytest.raises(VaultError):
        house.gate.perform(house.stranger(), sign_in_actions.sign_in, None, before=None)
