"""Restore: what was lost comes back, what was revoked stays revoked."""

import base64
import json
from collections.abc import Callable
from io import BytesIO
from uuid import UUID

import pytest

from casework import clock
from casework.accounts import passkey_actions
from casework.audit.checkpoint import CheckpointStore, compare
from casework.cases.task_entry import Task
from casework.db import Base
from casework.desk import actions as desk
from casework.desk import due_actions
from casework.duty.actions import read_week
from casework.errors import CaseworkError, NotFound, VaultError
from casework.maintenance import backups, checkpoints, restore
from casework.oversight.actions import verify_all
from casework.policy.vocabulary import Section
from casework.vault.crypto import backup_archive
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.hpke import public_key
from casework.vault.crypto.signatures import Signer
from casework.vault.keys import kek
from tests.accounts.authenticator import Authenticator, enrols
from tests.duty.scenes import every_day, writes
from tests.house import both_databases, only_sqlite
from tests.maintenance.backed_up_house import BackedUpHouse
from tests.people import THANH_SON
from tests.referrals.scenes import envelopes, referred
from tests.stories import CANARIES
from tests.tampering import stolen


@both_databases
def test_what_was_lost_comes_back_and_opens(installation: BackedUpHouse):
    lan = installation.house["lan"]
    case_id = lan.opens_a_case()
    story = lan.does(desk.read_section, case_id, Section.STORY)
    cuong = installation.house["cuong"]
    writes(cuong, every_day(cuong.id), {cuong.id: ["0900 000 151"]})
    file = installation.backs_up()
    writes(cuong, every_day(cuong.id), {cuong.id: ["0900 000 152"]})
    lost = lan.opens_a_case()
    done = installation.restores(file)
    lan = installation.house["lan"]
    assert lan.does(desk.read_section, case_id, Section.STORY) == story
    assert "0900 000 151" in {order.first.number for order in lan.does(read_week).tonight}
    with pytest.raises(CaseworkError):
        lan.does(desk.read_case, lost)
    assert all(verdict.holds for _, verdict in verify_all(installation.house.gate))
    assert done.verified.rows > 100
    assert done.verified.bodies > 5


@both_databases
def test_what_is_due_comes_back_with_its_days_and_people(installation: BackedUpHouse):
    lan = installation.house["lan"]
    case_id, today = lan.opens_a_case(), clock.today().isoformat()
    for step in ("planned", "handed", "kept"):
        lan.does(due_actions.plan_contact, case_id, Task(due_on=today, what=step))
    _, handed, kept = lan.does(desk.read_case, case_id).contacts
    lan.does(due_actions.hand_on, case_id, handed.series, installation.house["hoa"].id)
    lan.does(due_actions.record_done, case_id, kept.series)
    dues = lan.does(desk.list_cases, whole_page=True).dues
    file = installation.backs_up()
    lan.does(due_actions.record_done, case_id, handed.series)
    installation.restores(file)
    restored = installation.house["lan"].does(desk.list_cases, whole_page=True).dues
    assert (restored.items, restored.moved) == (dues.items, dues.moved)
    assert [item.to for item in restored.items if item.kind == "contact"].count(installation.house["hoa"].id) == 1


@both_databases
def test_what_was_withdrawn_since_stays_withdrawn(installation: BackedUpHouse):
    referral = referred(installation.house).goes("open", "accept")
    assert envelopes(installation.house, referral.case_id, "police")
    file = installation.backs_up()
    referral.goes("withdraw")
    remaining = envelopes(installation.house, referral.case_id, "police")
    done = installation.restores(file)
    assert done.revoked == 1
    assert envelopes(installation.house, referral.case_id, "police") == remaining
    assert referral.state == "withdrawn"
    assert installation.house["lan"].does(desk.read_case, referral.case_id)
    again = installation.restores(file)
    assert again.revoked == 1
    assert envelopes(installation.house, referral.case_id, "police") == remaining


@both_databases
def test_a_passkey_that_was_removed_since_stays_removed_and_the_others_come_back(installation: BackedUpHouse):
    lost, kept = Authenticator(), Authenticator()
    for device, name in ((lost, "lost"), (kept, "kept")):
        enrols(installation.house, installation.house["lan"], device, name)
    file = installation.backs_up()
    [removed, _] = installation.house["lan"].does(passkey_actions.list_passkeys)
    installation.house["lan"].does(passkey_actions.remove_passkey, removed.id)
    installation.restores(file)
    assert [own.name for own in installation.house["lan"].does(passkey_actions.list_passkeys)] == ["kept"]


def test_what_was_withdrawn_before_is_as_it_was(installation: BackedUpHouse):
    referral = referred(installation.house).goes("open", "withdraw")
    file = installation.backs_up()
    assert installation.restores(file).revoked == 0
    assert referral.state == "withdrawn"
    assert installation.house["lan"].does(desk.read_case, referral.case_id)


def test_everybody_signs_in_anew(installation: BackedUpHouse):
    lan = installation.house["lan"]
    lan.opens_a_case()
    cookie = lan.cookie
    installation.restores(installation.backs_up())
    fresh = installation.house["lan"]
    fresh._cookie = cookie
    with pytest.raises(AssertionError, match="not signed in"):
        _ = fresh.presence


def test_the_checkpoints_know_of_a_restore_that_was_noted(installation: BackedUpHouse):
    house, store = installation.house, CheckpointStore.of(installation.config.checkpoints_folder, THANH_SON)
    house["lan"].opens_a_case()
    checkpoints.write_all(installation.config, house.gate)
    file = installation.backs_up()
    house["lan"].opens_a_case()
    checkpoints.write_all(installation.config, house.gate)
    installation.restores(file)
    with installation.house.crypto() as crypto:
        comparison = compare(crypto, store, list(store.valid(checkpoints.publics(installation.config))))
    assert (comparison.holds, comparison.count) == (True, 3)


@both_databases
def test_with_a_lost_key_everybody_is_invited_anew_and_the_cases_are_there(installation: BackedUpHouse):
    referral, cuong = referred(installation.house).goes("open"), installation.house["cuong"]
    writes(cuong, every_day(cuong.id), {cuong.id: ["0900 000 151"]})
    file = installation.backs_up()
    referral.goes("decline")
    installation.config.kek_file.unlink()
    done = installation.restores(file, lost_kek=True)
    assert done.new_kek is not None
    assert done.new_kek.number == 2
    assert done.revoked == 1
    assert referral.state == "declined"
    with stolen(installation.house) as thief:
        assert thief.rows("duty_roster") == [], "nobody can open one: it is written anew"
    assert all(verdict.holds for _, verdict in verify_all(installation.house.gate))
    with pytest.raises((CaseworkError, AssertionError)):
        installation.house["lan"].opens_a_case()


def test_a_key_that_is_still_there_is_not_called_lost(installation: BackedUpHouse):
    file = installation.backs_up()
    with pytest.raises(CaseworkError, match="vẫn còn"):
        installation.restores(file, lost_kek=True)


@pytest.mark.parametrize("lost", [False, True])
def test_a_medium_that_answers_honestly_once_restores_what_was_signed(installation: BackedUpHouse, monkeypatch, lost):
    """The bytes change under the same name as soon as the signature over the first ones has been found to hold."""
    file = installation.backs_up()
    honest = file.read_bytes()
    header = backup_archive.verify_archive(BytesIO(honest), checkpoints.publics(installation.config))
    lines = b"".join(backup_archive.open_archive(BytesIO(honest), installation.seed))
    assert b'"lan"' in lines
    forged = b"".join(
        backup_archive.seal_archive(
            [lines.replace(b'"lan"', b'"lam"')], header, public=public_key(installation.seed), signer=Signer(new_key())
        )
    )
    verify = backup_archive.verify_archive

    def verify_then_change(archive, publics):
        verified = verify(archive, publics)
        file.write_bytes(forged)
        return verified

    monkeypatch.setattr(backup_archive, "verify_archive", verify_then_change)
    if lost:
        installation.config.kek_file.unlink()
    installation.restores(file, lost_kek=lost)
    with installation.house.gate.database.engine.connect() as connection:
        names = set(connection.exec_driver_sql("SELECT username FROM member").scalars())
    assert "lan" in names
    assert "lam" not in names


def test_another_key_opens_nothing(installation: BackedUpHouse):
    file = installation.backs_up()
    installation.seed = bytes(32)
    with pytest.raises(VaultError):
        installation.restores(file)
    installation.reopens()
    assert installation.house["lan"].opens_a_case()


@both_databases
def test_people_go_on_writing_while_a_backup_is_made_and_it_holds_one_moment(installation: BackedUpHouse):
    lan, opened = installation.house["lan"], list[UUID]()
    before = lan.opens_a_case()

    def open_once(_rows: int) -> None:
        if not opened:
            opened.append(lan.opens_a_case())

    file = backups.make(installation.config, installation.house.gate, progress=lambda _: open_once).path
    assert lan.does(desk.read_case, opened[0])
    installation.restores(file)
    lan = installation.house["lan"]
    assert lan.does(desk.read_case, before)
    with pytest.raises(NotFound):
        lan.does(desk.read_case, opened[0])
    assert all(verdict.holds for _, verdict in verify_all(installation.house.gate))


@only_sqlite
def test_a_backup_holds_no_key_of_the_server_and_no_session(installation: BackedUpHouse):
    assert installation.house["lan"].cookie
    with installation.backs_up().open("rb") as file:
        inside = b"".join(backup_archive.open_archive(file, installation.seed))
    lines = [json.loads(line) for line in inside.splitlines()]
    tables = {line["table"] for line in lines if isinstance(line, dict) and "table" in line}
    assert tables == set(Base.metadata.tables) - {"session", "throttle", "interview", "tally", "kept_form"}
    secret = kek.load(installation.config.kek_file, demo=False).secret
    assert not any(form in inside for form in (secret, secret.hex().encode(), base64.b64encode(secret)))


def test_no_word_of_a_case_stands_in_a_backup(installation: BackedUpHouse):
    installation.house["lan"].opens_a_case()
    raw = installation.backs_up().read_bytes()
    assert not any(canary.encode() in raw for canary in CANARIES.values())


def test_how_far_the_reading_of_a_backup_is_can_be_followed(installation: BackedUpHouse):
    file, reported = installation.backs_up(), list[int]()

    def progress(size: int) -> Callable[[int], None]:
        reported.append(-size)
        return reported.append

    restore.drill(installation.config, installation.order(file), progress=progress)
    assert reported[0] == -file.stat().st_size
    assert sum(reported) == 0
    assert len(reported) > 2
