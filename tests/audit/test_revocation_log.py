"""The revocation log: written before the commit, chained, and void where the act was never committed."""

import resource
import signal
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from casework.addresses import actions as addresses
from casework.audit import freshness
from casework.audit.revocation_log import RevocationEntry, RevocationLog, newest, parse, split_digests, verified
from casework.cases.states import AddressState
from casework.desk import actions as desk
from casework.errors import Busy, VaultError
from casework.maintenance import startup
from casework.policy.permit import issue
from casework.policy.vocabulary import Act, Role
from casework.referrals import receiving_actions
from casework.vault.integrity import heads
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.keys.kek import Kek, server_keys_of
from tests.house import House, both_databases, only_sqlite
from tests.people import DONG_HAI, KEK, THANH_SON
from tests.referrals.scenes import Referred, referred
from tests.stories import HALL
from tests.tampering import stolen

SERVER_KEYS = {commune_id: server_keys_of(KEK, commune_id) for commune_id in (THANH_SON, DONG_HAI)}


def _log(house: House) -> RevocationLog:
    assert house.gate.evidence is not None
    return house.gate.evidence.revocation_log


def _declined(house: House):
    made = referred(house).goes("open")
    return made.goes("decline")


def test_what_is_taken_away_stands_in_the_ledger_with_what_is_left(house: House):
    made = _declined(house)
    lines = _log(house).lines()
    left = newest(lines, THANH_SON)[made.case_id]
    with stolen(house) as thief:
        [head] = thief.rows("head", id=made.case_id)
        rows = [
            row
            for table in ("envelope", "document", "ground", "referral")
            for row in thief.rows(table, case_id=made.case_id)
        ]
    assert left.v == head["v"]
    assert len(list(split_digests(left.rows))) == len(rows) + 1
    assert {"state": "declined"} in left.states.values()
    assert verified(lines, SERVER_KEYS) == len(lines)


def test_reading_and_writing_leave_no_line(house: House, lan):
    case_id = lan.opens_a_case()
    before = len(_log(house).lines())
    lan.does(desk.read_case, case_id)
    lan.does(desk.add_note, case_id, "x")
    assert len(_log(house).lines()) == before


def test_a_line_tells_no_name_and_no_word(house: House):
    _declined(house)
    text = _log(house).path.read_text().lower()
    assert "dao" not in text
    assert "công an" not in text


def _declined_without_commit(house: House, made: Referred) -> RevocationEntry:
    """Let the power fail between the line of a refusal and its commit; return the line."""
    engine, person = house.gate.database.engine, made.to.person

    def _fails(_connection: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("power"))

    event.listen(engine, "commit", _fails)
    with pytest.raises(Busy):
        house.gate.perform(person, receiving_actions.decline, *made.at, "Hôm nay không còn ai trực")
    event.remove(engine, "commit", _fails)
    [dead] = [line for line in _log(house).lines() if line.body.get("act") == Act.REFERRAL_DECLINE]
    assert made.state == "opened"
    return dead


def test_what_was_not_committed_is_void_from_the_next_start_on(house: House):
    made = referred(house).goes("open")
    dead = _declined_without_commit(house, made)
    for _ in range(2):
        startup.make_ready(house.config)
    assert [line.body["void"] for line in _log(house).lines() if "void" in line.body] == [dead.seq]


@both_databases
def test_an_act_that_was_not_committed_is_struck_by_the_next(house: House):
    made = referred(house).goes("open")
    dead = _declined_without_commit(house, made)
    made.goes("decline")
    lines = _log(house).lines()
    assert [line.body["void"] for line in lines if "void" in line.body] == [dead.seq]
    with stolen(house) as thief:
        [head] = thief.rows("head", id=made.case_id)
    assert newest(lines, THANH_SON)[made.case_id].v == head["v"]
    struck = newest(lines[: dead.seq + 1], THANH_SON)[made.case_id]
    assert struck.act != Act.REFERRAL_DECLINE
    assert struck.v == head["v"] - 1


def test_another_commune_strikes_nothing(house: House, hoa):
    made = _declined(house)
    log = _log(house)
    log.append_note(SERVER_KEYS[DONG_HAI], word="restored", at=1)
    _declined(house)
    log.append_note(SERVER_KEYS[THANH_SON], word="restored", at=1)
    _declined(house)
    lines = log.lines()
    assert not any("void" in line.body for line in lines)
    assert newest(lines, DONG_HAI) == {}
    assert newest(lines, THANH_SON)[made.case_id].act == Act.REFERRAL_DECLINE


@only_sqlite
def test_without_room_for_the_line_nothing_is_taken_away(house: House):
    made = referred(house).goes("open")
    path = _log(house).path
    path.touch()
    path.chmod(0o600)
    before = path.read_bytes()
    path.unlink()
    path.mkdir()
    with pytest.raises(Busy):
        made.goes("decline")
    path.rmdir()
    path.write_bytes(before)
    assert made.state == "opened"


@only_sqlite
def test_a_line_that_fits_only_in_part_is_cut_off_later(house: House, tmp_path: Path, monkeypatch):
    made = _declined(house)
    log = _log(house)
    whole = log.path.read_bytes()
    small = tmp_path / "small"
    small.write_bytes(whole)
    limited = RevocationLog(small)
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 50, old[1]))
    try:
        with pytest.raises(Busy):
            limited.append_note(SERVER_KEYS[THANH_SON], word="restored", at=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, ignored)
    assert len(small.read_bytes()) == len(whole) + 50
    assert limited.lines() == log.lines()
    limited.append_note(SERVER_KEYS[THANH_SON], word="restored", at=1)
    assert small.read_bytes().startswith(whole)
    assert limited.end()[0] == log.end()[0] + 1
    assert made.case_id in newest(limited.lines(), THANH_SON)


@only_sqlite
def test_a_changed_line_is_noticed(house: House):
    _declined(house)
    _declined(house)
    log = _log(house)
    raw = log.path.read_bytes()
    for at in range(0, len(raw) - 1, 97):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        with pytest.raises(VaultError):
            verified(parse(changed), SERVER_KEYS)
    _, second, *_ = raw.splitlines(keepends=True)
    with pytest.raises(VaultError):
        parse(second)


@only_sqlite
def test_a_later_line_of_the_new_key_answers_for_those_before(house: House):
    _declined(house)
    log = _log(house)
    newer = {THANH_SON: server_keys_of(Kek(KEK.number + 1, bytes(range(32))), THANH_SON)}
    assert verified(log.lines(), newer) == 0
    log.append_note(newer[THANH_SON], word="rotated", at=2)
    assert verified(log.lines(), newer) == len(log.lines())
    assert verified(log.lines(), {}) == 0


def test_an_empty_ledger_ends_where_it_starts(tmp_path: Path):
    assert RevocationLog(tmp_path / "removals").end() == (0, bytes(32))


def test_what_is_no_line_is_refused():
    with pytest.raises(VaultError):
        RevocationEntry.read(b"1\tnothing")


def test_a_retired_address_is_told(house: House, hoa):
    hoa.does(addresses.change_state, hoa.does(addresses.add_address, HALL), AddressState.RETIRED)
    left = newest(_log(house).lines(), THANH_SON)[THANH_SON]
    assert {"state": "retired"} in left.states.values()


@both_databases
def test_of_what_was_erased_nothing_is_left(house: House):
    made = _declined(house)
    permit = issue(house.stranger(Role.CONSOLE).actor, Act.COMMUNE_FOUND)
    with house.gate.database.transaction(permit, THANH_SON) as session:
        attach_keys(session, SERVER_KEYS[THANH_SON])
        head = freshness.head(session, THANH_SON, made.case_id)
        heads.erase(session, head)
        session.flush()
        assert heads.changed_heads(session) == {}
        _log(house).note(
            session, SERVER_KEYS[THANH_SON], act="case.erase", at=1, before=(0, bytes(32)), end=(1, bytes(32))
        )
        session.rollback()
    left = newest(_log(house).lines(), THANH_SON)[made.case_id]
    assert (left.v, left.rows) == (None, "")
