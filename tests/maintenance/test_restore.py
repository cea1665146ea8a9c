"""The way back: what was lost comes back, what was taken away stays away."""

import base64
import json
from collections.abc import Callable
from uuid import UUID

import pytest

from casework.audit.checkpoint import CheckpointStore, compare
from casework.db import Base
from casework.desk import actions as desk
from casework.errors import CaseworkError, NotFound, VaultError
from casework.maintenance import backups, checkpoints, restore
from casework.oversight.actions import verify_all
from casework.policy.words import Section
from casework.vault.crypto import archive
from casework.vault.keys import kek
from tests.house import both_databases, only_sqlite
from tests.maintenance.backed_up_house import BackedUpHouse
from tests.people import THANH_SON
from tests.referrals.scenes import envelopes, referred
from tests.stories import CANARIES


@both_databases
def test_what_was_lost_comes_back_and_opens(book: BackedUpHouse):
    lan = book.house["lan"]
    case_id = lan.opens_a_case()
    story = lan.does(desk.read_section, case_id, Section.STORY)
    file = book.backs_up()
    lost = lan.opens_a_case()
    done = book.restores(file)
    lan = book.house["lan"]
    assert lan.does(desk.read_section, case_id, Section.STORY) == story
    with pytest.raises(CaseworkError):
        lan.does(desk.read_case, lost)
    assert all(verdict.holds for _, verdict in verify_all(book.house.gate))
    assert done.verified.rows > 100
    assert done.verified.bodies > 5


@both_databases
def test_what_was_withdrawn_since_stays_withdrawn(book: BackedUpHouse):
    made = referred(book.house).goes("open", "accept")
    assert envelopes(book.house, made.case_id, "police")
    file = book.backs_up()
    made.goes("withdraw")
    left = envelopes(book.house, made.case_id, "police")
    done = book.restores(file)
    assert done.revoked == 1
    assert envelopes(book.house, made.case_id, "police") == left
    assert made.state == "withdrawn"
    assert book.house["lan"].does(desk.read_case, made.case_id)
    again = book.restores(file)
    assert again.revoked == 1
    assert envelopes(book.house, made.case_id, "police") == left


def test_what_was_withdrawn_before_is_as_it_was(book: BackedUpHouse):
    made = referred(book.house).goes("open", "withdraw")
    file = book.backs_up()
    assert book.restores(file).revoked == 0
    assert made.state == "withdrawn"
    assert book.house["lan"].does(desk.read_case, made.case_id)


def test_everybody_signs_in_anew(book: BackedUpHouse):
    lan = book.house["lan"]
    lan.opens_a_case()
    cookie = lan.cookie
    book.restores(book.backs_up())
    fresh = book.house["lan"]
    fresh._cookie = cookie
    with pytest.raises(AssertionError, match="not signed in"):
        _ = fresh.presence


def test_the_checkpoints_know_of_a_restore_that_was_noted(book: BackedUpHouse):
    house, shelf = book.house, CheckpointStore.of(book.config.checkpoints_folder, THANH_SON)
    house["lan"].opens_a_case()
    checkpoints.write_all(book.config, house.gate)
    file = book.backs_up()
    house["lan"].opens_a_case()
    checkpoints.write_all(book.config, house.gate)
    book.restores(file)
    with book.house.crypto() as crypto:
        found = compare(crypto, shelf, checkpoints.publics(book.config))
    assert (found.holds, found.count) == (True, 3)


@both_databases
def test_with_a_lost_key_everybody_is_invited_anew_and_the_cases_are_there(book: BackedUpHouse):
    made = referred(book.house).goes("open")
    file = book.backs_up()
    made.goes("decline")
    book.config.kek_file.unlink()
    done = book.restores(file, lost_kek=True)
    assert done.new_kek is not None
    assert done.new_kek.number == 2
    assert done.revoked == 1
    assert made.state == "declined"
    assert all(verdict.holds for _, verdict in verify_all(book.house.gate))
    with pytest.raises((CaseworkError, AssertionError)):
        book.house["lan"].opens_a_case()


def test_a_key_that_is_still_there_is_not_called_lost(book: BackedUpHouse):
    file = book.backs_up()
    with pytest.raises(CaseworkError, match="vẫn còn"):
        book.restores(file, lost_kek=True)


def test_another_key_opens_nothing(book: BackedUpHouse):
    file = book.backs_up()
    book.seed = bytes(32)
    with pytest.raises(VaultError):
        book.restores(file)
    book.reopens()
    assert book.house["lan"].opens_a_case()


@both_databases
def test_people_go_on_writing_while_a_backup_is_made_and_it_holds_one_moment(book: BackedUpHouse):
    lan, opened = book.house["lan"], list[UUID]()
    before = lan.opens_a_case()

    def told(_rows: int) -> None:
        if not opened:
            opened.append(lan.opens_a_case())

    file = backups.make(book.config, book.house.gate, progress=lambda _: told).path
    assert lan.does(desk.read_case, opened[0])
    book.restores(file)
    lan = book.house["lan"]
    assert lan.does(desk.read_case, before)
    with pytest.raises(NotFound):
        lan.does(desk.read_case, opened[0])
    assert all(verdict.holds for _, verdict in verify_all(book.house.gate))


@only_sqlite
def test_a_backup_holds_no_key_of_the_server_and_no_session(book: BackedUpHouse):
    assert book.house["lan"].cookie
    with book.backs_up().open("rb") as file:
        inside = b"".join(archive.open_archive(file, book.seed))
    lines = [json.loads(line) for line in inside.splitlines()]
    tables = {line["table"] for line in lines if isinstance(line, dict) and "table" in line}
    assert tables == set(Base.metadata.tables) - {"session", "throttle", "interview", "tally"}
    secret = kek.load(book.config.kek_file, demo=False).secret
    assert not any(form in inside for form in (secret, secret.hex().encode(), base64.b64encode(secret)))


def test_no_word_of_a_case_stands_in_a_backup(book: BackedUpHouse):
    book.house["lan"].opens_a_case()
    raw = book.backs_up().read_bytes()
    assert not any(canary.encode() in raw for canary in CANARIES.values())


def test_how_far_the_reading_of_a_backup_is_can_be_followed(book: BackedUpHouse):
    file, heard = book.backs_up(), list[int]()

    def sized(size: int) -> Callable[[int], None]:
        heard.append(-size)
        return heard.append

    restore.drill(book.config, book.order(file), progress=sized)
    assert heard[0] == -file.stat().st_size
    assert sum(heard) == 0
    assert len(heard) > 2
