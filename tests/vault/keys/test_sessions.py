"""Sessions: the cookie and the row together open the key; time ends them, and a clock moved back revives nothing."""

import base64
from hashlib import sha256

import pytest

from casework import clock
from casework.errors import VaultError
from casework.vault.crypto.aead import new_key
from casework.vault.keys import sessions
from casework.vault.keys.sessions import SessionToken, token_from
from casework.vault.models import SessionRow
from casework.web.session_loading import SignedInMember, load_session
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import KEK, THANH_SON, keys
from tests.tampering import stolen

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


def _row(**changes) -> SessionRow:
    plain = {"commune_id": THANH_SON, "member_id": THANH_SON, "sid": b"s" * 32, "kind": "full", "created": 10 * HOUR}
    proven = {"factors": 1, "stepup": 0, "stepup_about": None, "device": ""}
    return SessionRow(**(plain | proven | {"seen": 10 * HOUR} | changes))


@pytest.mark.parametrize(
    ("at", "alive"),
    [(-1, False), (0, True), (HOUR, True), (9 * HOUR - 1, True), (9 * HOUR, False), (100 * HOUR, False)],
)
def test_a_session_lives_nine_hours_and_not_before_it_began(at, alive):
    assert sessions.is_valid(_row(), at=10 * HOUR + at, hours=9) is alive


@pytest.mark.parametrize(("seen", "alive"), [(HOUR + SECOND, True), (HOUR + SECOND + 1, False), (3 * HOUR, False)])
def test_a_clock_moved_back_behind_the_last_use_revives_nothing(seen, alive):
    assert sessions.is_valid(_row(seen=10 * HOUR + seen), at=11 * HOUR, hours=9) is alive


@pytest.mark.parametrize(("after", "idle"), [(0, False), (15 * MINUTE - 1, False), (15 * MINUTE, True), (HOUR, True)])
def test_fifteen_minutes_without_use_lock(after, idle):
    assert sessions.is_idle(_row(), at=10 * HOUR + after, minutes=15) is idle


@pytest.mark.parametrize(
    "cookie",
    ["", "x", "ầ", "A" * 43, "====", base64.b64encode(bytes(31)).decode(), base64.b64encode(bytes(33)).decode()],
)
def test_a_cookie_that_is_not_ours_is_nobody(cookie, house: House):
    assert token_from(cookie) is None
    assert load_session(house.gate, house.config, cookie) is None


def test_the_database_knows_only_the_hash_of_the_cookie(house: House, lan: Someone):
    token = token_from(lan.cookie)
    assert token is not None
    assert token.sid == sha256(token.secret).digest()
    assert repr(token) == "<sealed SessionToken>"
    with stolen(house) as thief:
        (row,) = thief.rows("session")
    assert row["sid"] == token.sid
    assert token.secret not in b"".join(value for value in row.values() if isinstance(value, bytes))


@only_sqlite
def test_an_unknown_cookie_is_nobody(house: House):
    assert load_session(house.gate, house.config, SessionToken(new_key()).cookie()) is None


def test_the_row_of_one_cookie_does_not_open_with_another(house: House, lan: Someone):
    token = token_from(lan.cookie)
    assert token is not None
    with house.looking() as session:
        row = session.connection().execute(SessionRow.__table__.select()).mappings().one()
        held = SessionRow(**{name: value for name, value in row.items() if name != "mac"})
        assert sessions.seed_of(held, token, house.gate.server_keys(THANH_SON)) == keys()["lan"].seed
        with pytest.raises(VaultError, match=r"^unopened$"):
            sessions.seed_of(held, SessionToken(new_key()), house.gate.server_keys(THANH_SON))


def _later(house: House, someone: Someone, after: int) -> SignedInMember | None:
    cookie, now = someone.cookie, clock.micros()
    with clock.use_clock(lambda: now + after):
        return load_session(house.gate, house.config, cookie)


@pytest.mark.parametrize(("after", "state"), [(16 * MINUTE, "locked"), (10 * HOUR, "ended"), (-HOUR, "ended")])
def test_whoever_comes_back_too_late_or_too_early_finds_it_locked(house: House, lan: Someone, after, state):
    member = _later(house, lan, after)
    assert member is not None
    assert (member.state, member.person.keyring) == (state, None)
    with stolen(house) as thief:
        assert [row["blob"] for row in thief.rows("session")] == [None]
    again = load_session(house.gate, house.config, lan.cookie)
    assert again is not None
    assert again.state == "locked"


@both_databases
def test_use_is_noted_once_a_minute_and_keeps_the_session_open(house: House, lan: Someone):
    seen = set()
    for after in (0, 30 * SECOND, 14 * MINUTE, 28 * MINUTE):
        member = _later(house, lan, after)
        assert member is not None
        assert member.state == "open"
        with stolen(house) as thief:
            seen.add(thief.rows("session")[0]["seen"])
    assert len(seen) == 3


def test_a_session_with_no_key_in_it_opens_none():
    with pytest.raises(VaultError, match=r"^unopened$"):
        sessions.seed_of(_row(), SessionToken(new_key()), None)  # type: ignore[arg-type]


def test_rows_a_day_old_are_swept_at_the_next_sign_in(house: House, lan: Someone, mai: Someone):
    lan.sign_in()
    now = clock.micros()
    with clock.use_clock(lambda: now + 25 * HOUR):
        mai.sign_in()
    with stolen(house) as thief:
        assert [row["member_id"] for row in thief.rows("session")] == [mai.id]


def test_the_owner_of_a_session_is_found_by_its_hash_alone(house: House, lan: Someone):
    token = token_from(lan.cookie)
    assert token is not None
    with house.looking() as session:
        assert sessions.owner_of(session, token.sid) == (THANH_SON, lan.id)
        assert sessions.owner_of(session, bytes(32)) is None


def test_a_session_of_another_installation_opens_nothing(house: House, lan: Someone):
    assert house.gate.kek is KEK
    token = token_from(lan.cookie)
    assert token is not None
    with stolen(house) as thief:
        thief.change("session", {"sid": token.sid}, sid=sha256(b"x" * 32).digest())
    assert load_session(house.gate, house.config, SessionToken(b"x" * 32).cookie()) is None
