"""The demo is a real installation: built by real acts, in order, and nothing of a case lies beside the database."""

import json
import os
import shutil
import sqlite3
import stat
import tomllib
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from casework import clock
from casework.accounts import authentication, sign_in_actions, sign_in_before_gate
from casework.accounts.authentication import LoginAttempt
from casework.audit.models import AuditLine
from casework.cases.sections import Note
from casework.codelists import codelist
from casework.codelists.parsing import FILES
from casework.config import ConfigurationError
from casework.demo import build, cards, folder
from casework.demo.content import demo_cases, drafts
from casework.desk import actions as desk
from casework.errors import LogRolledBack
from casework.maintenance import tick
from casework.oversight.actions import verify_all
from casework.policy.vocabulary import Act, Section
from casework.vault.models import Member
from casework.web.session_loading import load_session
from tests.demonstration import Built

CONTENT = Path(build.__file__).parent
DAYS_OF_FOURTEEN_MONTHS = 14 * 30


def lines(built: Built) -> list[AuditLine]:
    with built.gate.database.read_only() as session:
        return list(session.execute(select(AuditLine).order_by(AuditLine.n)).scalars())


def enter(built: Built, role: str):
    """Let the first person of a role in, as the sign-in page does."""
    card = next(card for card in built.demo.cards if card.role == role)
    commune_id = authentication.commune_of(built.gate, card.username)
    assert commune_id
    opened = authentication.authenticate(built.gate, commune_id, LoginAttempt(card.username, card.password, "máy"))
    begun = built.gate.perform(sign_in_before_gate.visitor(commune_id), sign_in_actions.sign_in, opened, before=None)
    return load_session(built.gate, built.config, begun.token.cookie())


def test_the_log_holds_and_knows_every_case(built: Built):
    verdicts = verify_all(built.gate)
    assert [verdict.holds for _, verdict in verdicts] == [True]
    acts = Counter(line.act for line in lines(built))
    assert acts[Act.CASE_OPEN] >= len(demo_cases()) == 62
    assert acts[Act.NOTE_ADD] >= sum(len(case.notes) for case in demo_cases())
    assert acts[Act.CASE_CLOSE] >= sum(case.ending is not None for case in demo_cases())
    assert acts[Act.ADDRESS_ADD] == 15
    assert all(line.outcome == "ok" for line in lines(built))


def test_time_goes_forward_over_fourteen_months_and_ends_before_now(built: Built):
    moments = [line.at for line in lines(built)]
    assert moments == sorted(moments)
    opened = [clock.local(line.at).date() for line in lines(built) if line.act == Act.CASE_OPEN]
    assert (max(opened) - min(opened)).days >= DAYS_OF_FOURTEEN_MONTHS
    assert moments[-1] <= clock.micros()


def test_a_lead_finds_the_cases_as_they_are_written_in_toml(built: Built):
    lead = enter(built, "lead")
    home = built.gate.perform(lead.person, desk.list_cases)
    assert len(home.cases) >= sum(case.of_the_union and not case.circle for case in demo_cases())
    known = next(case for case in demo_cases() if case.answers.identity.name and case.notes and not case.circle)
    [line] = built.gate.perform(lead.person, desk.search, known.answers.identity.name)
    [identity] = built.gate.perform(lead.person, desk.read_section, line.id, Section.IDENTITY)
    assert identity.data == known.answers.identity
    notes = built.gate.perform(lead.person, desk.read_section, line.id, Section.COUNSELLING)
    assert [note.data for note in notes] == [Note(words=note.words) for note in known.notes]


def test_the_accounts_file_has_everybody_and_is_for_its_owner_alone(built: Built, tmp_path: Path):
    file = tmp_path / "accounts.json"
    file.write_text("older")
    file.chmod(0o644)
    cards.write(file, "http://127.0.0.1:8000", built.demo.cards)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    accounts = json.loads(file.read_text(encoding="utf-8"))
    assert set(accounts) == {"url", "people", "canaries"}
    assert accounts["url"] == "http://127.0.0.1:8000"
    keys = {"role", "agency", "name", "username", "password", "totp_secret"}
    assert all(set(person) == keys and person["totp_secret"] is None for person in accounts["people"])
    roles = Counter(person["role"] for person in accounts["people"])
    assert len(roles) == 14
    assert {role for role, people in roles.items() if people < 2} == {"chair", "lead"}


def test_everybody_has_a_long_passphrase_of_their_own(built: Built):
    passphrases = [card.password for card in built.demo.cards]
    assert len(set(passphrases)) == len(passphrases)
    assert all(len(passphrase) >= 15 and passphrase.isascii() for passphrase in passphrases)


def test_canaries_stand_in_cases_and_in_nothing_that_is_public(built: Built):
    names = cards.canaries()
    assert len(names) >= 20
    assert all(len(name) >= 8 for name in names)
    public = [CONTENT / name for name in ("people.toml", "addresses.toml", "commune.toml")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in (*public, *Path(str(FILES)).glob("*.toml")))
    assert [name for name in names if name in text] == []
    answers = json.dumps([str(vars(case.answers)) for case in demo_cases()], ensure_ascii=False)
    assert all(name in answers for name in names)


def test_no_canary_lies_in_the_folder(built: Built):
    # Whoever reads the bytes of a SQLite file drops the locks of this process on it: none may be held.
    built.gate.database.engine.dispose()
    for file in built.config.data.iterdir():
        if file.name != folder.ACCOUNTS:
            content = file.read_bytes()
            assert [name for name in cards.canaries() if name.encode() in content] == [], file.name


def test_only_its_owner_may_enter_the_folder_that_says_demo(tmp_path: Path):
    place = tmp_path / "new"
    folder.claim(place)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert (place / "DEMO").is_file()
    folder.claim(place)


def test_a_folder_with_anything_else_in_it_is_refused_and_left_alone(tmp_path: Path):
    (tmp_path / "thư của mẹ.txt").write_text("giữ nguyên")
    with pytest.raises(ConfigurationError, match="không phải bản dùng thử"):
        build.open_demo(tmp_path, port=8000)
    assert [file.name for file in tmp_path.iterdir()] == ["thư của mẹ.txt"]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path):
    file = tmp_path / "tệp"
    file.write_text("x")
    with pytest.raises(ConfigurationError, match="không phải là thư mục"):
        build.open_demo(file, port=8000)


def test_a_demo_that_was_broken_off_is_cleared_but_only_of_its_own_files(tmp_path: Path):
    folder.claim(tmp_path)
    for name in ("casework.sqlite3", "kek", "ghi chú.txt"):
        (tmp_path / name).write_text("x")
    assert not folder.is_complete(tmp_path)
    folder.clear(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["DEMO", "ghi chú.txt"]


def test_a_second_start_builds_nothing_anew(built: Built):
    before = lines(built)[-1].h
    again = build.open_demo(built.config.data, port=8123)
    assert again.cards == built.demo.cards
    assert again.config.public_url == "http://127.0.0.1:8123"
    settings = tomllib.loads((built.config.data / "casework.toml").read_text(encoding="utf-8"))
    assert settings["public_url"] == "http://127.0.0.1:8123"
    assert before in {line.h for line in lines(built)}


def test_a_start_keeps_what_somebody_wrote_into_the_settings(tmp_path: Path):
    folder.claim(tmp_path)
    folder.configure(tmp_path, port=8000)
    file = tmp_path / "casework.toml"
    file.write_text(f"# của tôi\n{file.read_text('utf-8')}idle_minutes = 3\n", encoding="utf-8")
    before = file.read_bytes()
    assert folder.configure(tmp_path, port=8000).idle_minutes == 3
    assert file.read_bytes() == before
    moved = folder.configure(tmp_path, port=8001)
    assert (moved.idle_minutes, moved.public_url) == (3, "http://127.0.0.1:8001")
    folder.clear(tmp_path)
    assert folder.configure(tmp_path, port=8001).idle_minutes == 3


def test_a_demo_whose_log_was_cut_does_not_start(built: Built, tmp_path: Path):
    for name in ("DEMO", "accounts.json", "kek", "shape", "removals", "watermark"):
        shutil.copy(built.config.data / name, tmp_path / name)
    with closing(sqlite3.connect(built.config.data / "casework.sqlite3")) as whole:
        whole.execute("VACUUM INTO ?", (str(tmp_path / "casework.sqlite3"),))
    build.open_demo(tmp_path, port=8124)
    with closing(sqlite3.connect(tmp_path / "casework.sqlite3", isolation_level=None)) as database:
        database.execute("DELETE FROM audit_line WHERE n > (SELECT max(n) - 5 FROM audit_line)")
    with pytest.raises(LogRolledBack):
        build.open_demo(tmp_path, port=8124)


def test_a_run_of_the_periodic_jobs_locks_nobody_whose_card_was_printed(built: Built):
    done = tick.tick(built.config, built.gate)
    assert done is not None
    assert (done.failed, done.doubtful) == ([], False)
    with built.gate.database.read_only() as session:
        states = dict(session.execute(select(Member.username, Member.state)).all())
    assert {card.username for card in built.demo.cards if states[card.username] != "active"} == set()
    assert enter(built, "deputy")


def test_the_usual_folder_is_in_the_cache_or_a_temporary_one(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert folder.default_folder() == tmp_path / "casework-demo"
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "deeper"))
    assert folder.default_folder().name == f"casework-demo-{os.getuid()}"


def test_some_intakes_lie_unfinished_and_an_old_one_is_offered_to_the_lead(built: Built):
    lead = enter(built, "lead")
    unfinished = built.gate.perform(lead.person, desk.list_cases).drafts
    assert sorted(draft.mine for draft in unfinished) == [False, True]


def test_danger_of_long_ago_is_no_longer_urgent(built: Built):
    lead = enter(built, "lead")
    urgent = [line for line in built.gate.perform(lead.person, desk.list_cases).cases if line.urgent]
    assert urgent
    assert all((clock.today() - line.opened).days <= 60 for line in urgent)


def test_unfinished_intakes_speak_in_known_codes():
    lists = {"danger": "answer", "pronoun": "pronoun", "channel": "safe_channel", "hours": "safe_hours"}
    for draft in drafts():
        for page in draft.pages.values():
            assert all(page[key][0] in codelist(name) for key, name in lists.items() if key in page)
