"""A commune leaves the book: by two sheets, with nothing unfinished, all of it, and nothing else is touched."""

import json
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import Result

from casework import unguarded_database
from casework.administration import data_folder_lock
from casework.audit import commune_removals
from casework.audit.checkpoint import CheckpointStore
from casework.audit.revocation_log import RevocationLog
from casework.db import Base
from casework.desk import actions as desk
from casework.errors import VaultError
from casework.intake import actions as intake
from casework.maintenance import commune_rows
from casework.oversight.actions import verify_all
from casework.retention import actions as retention
from casework.staffing import detail_actions
from casework.vault.keys.kek import Kek, server_keys_of
from casework.vault.states import Detail
from tests.administration.removable_commune import NAME, WHY, Book, after_retention, made_book
from tests.administration.several_communes import answers_of, rows_of, tables_of
from tests.commands import call
from tests.house import House, both_databases, only_sqlite
from tests.people import DONG_HAI, THANH_SON
from tests.processes import run_module
from tests.referrals.scenes import referred
from tests.tampering import stolen


@pytest.fixture
def book(house: House) -> Iterator[Book]:
    made = made_book(house)
    yield made
    made.house.gate.database.engine.dispose()


def nothing_left(book: Book) -> bool:
    return not any(rows_of(book.url, THANH_SON).values())


@both_databases
def test_one_commune_goes_with_every_row_and_the_other_stays_byte_for_byte(book: Book):
    before = rows_of(book.url, DONG_HAI)
    assert all(rows_of(book.url, THANH_SON)[name] for name in ("case_file", "document", "audit_line", "recovery"))
    with after_retention():
        done = book.removes()
        assert done.exit_code == 0, done.output
        assert rows_of(book.url, DONG_HAI) == before
        assert nothing_left(book)
        assert before["case_file"]
        assert str(book.folder / "backups") in done.output
        assert "khôi phục bản cũ không đưa xã trở lại" in done.output
        book.installation.reopens()
        assert all(verdict.holds for _, verdict in verify_all(book.house.gate))
        shown = json.loads(call("commune", "list", "--data", str(book.folder), "--json").output)
    assert [commune["name"] for commune in shown["communes"]] == ["xã Đông Hải"]
    assert [(commune["name"], commune["reason"]) for commune in shown["removed"]] == [(NAME, WHY)]


@only_sqlite
def test_nothing_of_it_stays_in_the_file(book: Book):
    with stolen(book.house) as thief:
        [mac] = [row["mac"] for row in thief.rows("commune", id=THANH_SON)]
        bodies = [row["body"] for row in thief.rows("document", commune_id=THANH_SON)]
    file = book.folder / "casework.sqlite3"
    assert all(part in file.read_bytes() for part in (mac, *bodies))
    with after_retention():
        assert book.removes().exit_code == 0
    kept = b"".join(path.read_bytes() for path in book.folder.glob("casework.sqlite3*"))
    assert not any(part in kept for part in (mac, *(body[:64] for body in bodies)))


@only_sqlite
def test_its_last_backup_and_its_notes_stay_and_its_copy_of_releases_goes(book: Book):
    notes = CheckpointStore.of(book.installation.config.checkpoints_folder, THANH_SON)
    (notes.folder / "releases").write_text("", encoding="ascii")
    with after_retention():
        assert book.removes().exit_code == 0
    assert notes.numbers() == [1]
    assert not (notes.folder / "releases").exists()
    [backup] = (book.folder / "backups").iterdir()
    copy = RevocationLog(book.installation.config.checkpoints_folder / "removals")
    assert commune_removals.removed(copy.lines())[THANH_SON].reason == WHY
    assert backup.stat().st_size


REFUSED: list[tuple[Callable[[Book], Result], str]] = [
    (lambda book: book.removes(*book.typed(2, 3)), "Hai tờ này không mở được"),
    (lambda book: book.removes(*book.typed(1, 1)), "Hai tờ này không mở được"),
    (lambda book: book.removes(*book.typed(name="xã Đông Hải")), "Không đúng tên xã"),
    (lambda book: book.removes(NAME), "Hãy gõ số của tờ"),
    (lambda book: book.removes(commune="xã Không Có"), "Không có xã"),
    (lambda book: call(*book.words()[:-1], " ", typed=""), "Hãy ghi lý do"),
]


@only_sqlite
@pytest.mark.parametrize(
    ("tries", "words"), REFUSED, ids=["no pair", "one sheet", "another name", "no number", "no commune", "no reason"]
)
def test_without_two_sheets_that_fit_and_the_name_nothing_goes(book: Book, tries: Callable[[Book], Result], words: str):
    before = rows_of(book.url, THANH_SON)
    with after_retention():
        done = tries(book)
    assert (done.exit_code, words in done.output) == (1, True), done.output
    assert not (book.folder / "backups").exists()
    after = rows_of(book.url, THANH_SON)
    assert all(after[name] == before[name] for name in ("case_file", "document", "envelope", "member"))
    if words == "Hai tờ này không mở được":
        assert any("denied" in line for line in after["audit_line"])


def _opens(house: House) -> None:
    house["lan"].opens_a_case()


def _drafts(house: House) -> None:
    house["lan"].does(intake.start_draft, {1: {"danger": "no"}}, circle=[])


def _holds(house: House) -> None:
    case_id = house["lan"].opens_a_case()
    house["lan"].does(desk.close_case, case_id, outcome="needs_met", words="Xong")
    house["hoa"].does(retention.hold_case, case_id, "Tòa án cần")


def _refers(house: House) -> None:
    referred(house)


@only_sqlite
@pytest.mark.parametrize(
    ("does", "words"),
    [(_opens, "chưa xong"), (_drafts, "chưa xong"), (_refers, "chưa xong"), (_holds, "giữ lại theo pháp luật")],
    ids=["open", "draft", "referral", "hold"],
)
def test_what_is_unfinished_or_held_keeps_the_commune(book: Book, does: Callable[[House], None], words: str):
    does(book.house)
    with after_retention():
        done = book.removes()
    assert (done.exit_code, words in done.output) == (1, True), done.output
    assert not nothing_left(book)


@only_sqlite
def test_a_case_that_ended_lately_keeps_the_commune(book: Book):
    done = book.removes()
    assert (done.exit_code, "Chưa đủ 24 tháng" in done.output) == (1, True), done.output


@only_sqlite
def test_the_last_commune_stays(book: Book):
    with after_retention():
        assert book.removes().exit_code == 0
        words = ["commune", "remove", "--data", str(book.folder), "--commune", "xã Đông Hải", "--reason", WHY]
        done = call(*words, typed="1\n" + book.sheets[0] + "\n2\n" + book.sheets[1] + "\nxã Đông Hải\n")
    assert (done.exit_code, "Sổ chỉ có xã này" in done.output) == (1, True), done.output
    assert rows_of(book.url, DONG_HAI)["commune"]


@only_sqlite
def test_the_book_goes_on_afterwards_and_its_key_can_be_exchanged(book: Book, tmp_path: Path):
    with after_retention():
        assert book.removes().exit_code == 0
        papers = str(tmp_path / "tờ.html")
        done = call("rotate-keys", "kek", "--data", str(book.folder), "--papers", papers)
        assert done.exit_code == 0, done.output
        assert "evidence" in call("tick", "--data", str(book.folder), "--confirm-clock").output
        assert call("verify", "--data", str(book.folder)).exit_code == 0
        shown = json.loads(call("commune", "list", "--data", str(book.folder), "--json").output)
    assert [commune["name"] for commune in shown["removed"]] == [NAME]


@only_sqlite
def test_a_commune_that_nobody_used_goes_by_its_name_alone(book: Book, tmp_path: Path):
    answers = answers_of(tmp_path / "answers", "xã Lập Nhầm", ".nham")
    papers = str(tmp_path / "tờ.html")
    added = call("commune", "add", "--data", str(book.folder), "--answers", str(answers), "--papers", papers)
    assert added.exit_code == 0, added.output
    before = rows_of(book.url, THANH_SON), rows_of(book.url, DONG_HAI)
    words = ["commune", "remove", "--data", str(book.folder), "--commune", "xã Lập Nhầm", "--reason", "lập nhầm"]
    assert call(*words, typed="xã Lập\n").exit_code == 1
    done = call(*words, typed="xã Lập Nhầm\n")
    assert done.exit_code == 0, done.output
    assert (rows_of(book.url, THANH_SON), rows_of(book.url, DONG_HAI)) == before


@only_sqlite
def test_of_two_communes_of_one_name_the_digits_say_which(book: Book):
    """The new commune often takes the name of one that went into it."""
    change_id = book.house["son"].does(detail_actions.propose, Detail.COMMUNE_NAME, "xã Đông Hải")
    book.house["hoa"].does(detail_actions.confirm, change_id)
    with after_retention():
        done = book.removes(commune="xã Đông Hải")
        assert (done.exit_code, "2 xã cùng tên" in done.output) == (1, True), done.output
        digits = THANH_SON.hex[:8]
        assert digits in call("commune", "list", "--data", str(book.folder)).output
        done = book.removes(*book.typed(name=digits), commune=digits)
    assert done.exit_code == 0, done.output
    assert nothing_left(book)
    assert rows_of(book.url, DONG_HAI)["case_file"]


@only_sqlite
def test_it_goes_while_nobody_else_uses_the_folder(book: Book):
    with data_folder_lock.shared(book.folder), after_retention():
        done = book.removes()
    assert (done.exit_code, "Hãy dừng máy chủ" in done.output) == (1, True)


@both_databases
def test_a_backup_from_before_does_not_bring_it_back(book: Book):
    file = book.installation.backs_up()
    before = rows_of(book.url, DONG_HAI)
    with after_retention():
        assert book.removes().exit_code == 0
        report = book.installation.restores(file)
    assert report.removed == (NAME,)
    assert nothing_left(book)
    after = rows_of(book.url, DONG_HAI)
    assert {name for name in before if before[name] != after[name]} <= {"audit_line", "head", "session", "tally"}
    assert all(verdict.holds for _, verdict in verify_all(book.house.gate))


@only_sqlite
def test_a_line_that_nobody_vouches_for_removes_no_commune_from_a_restore(book: Book):
    """Whoever can write to the file, without the server's key, would have a restore leave a commune out."""
    file = book.installation.backs_up()
    foreign = server_keys_of(Kek(7, bytes(32)), THANH_SON)
    end = (1, bytes(32))
    log = RevocationLog(book.installation.config.revocation_log_file)
    commune_removals.note(log, foreign, name=NAME, reason="giả", act="commune.remove", at=1, before=end, end=end)
    with pytest.raises(VaultError, match="không khóa nào"):
        book.installation.restores(file)
    assert not nothing_left(book)
    report = book.installation.restores(file, without_revocation_log=True)
    assert report.removed == ()


@only_sqlite
def test_a_line_that_nobody_vouches_for_brings_no_commune_back(book: Book):
    """Whoever can write to the file, without the server's key, would have a restore forget that it was removed."""
    file = book.installation.backs_up()
    log = RevocationLog(book.installation.config.revocation_log_file)
    with after_retention():
        assert book.removes().exit_code == 0
        line = next(line for line in log.lines() if line.body.get("word") == "removed")
        log.void(server_keys_of(Kek(7, bytes(32)), line.commune_id), line)
        assert book.installation.restores(file).removed == (NAME,)
    assert nothing_left(book)


@only_sqlite
def test_rows_that_are_put_back_are_not_believed(book: Book):
    with stolen(book.house) as thief:
        owned = [(table.name, owner.name) for table, owner in commune_rows.owned_tables()]
        kept = {name: thief.rows(name, **{owner: THANH_SON}) for name, owner in owned}
    with after_retention():
        assert book.removes().exit_code == 0
        with stolen(book.house) as thief:
            for table in Base.metadata.sorted_tables:
                thief.put(table.name, *kept.get(table.name, []))
        book.installation.reopens()
        done = call("verify", "--data", str(book.folder))
    assert done.exit_code == 1
    assert "watermark" in done.output


def test_every_table_says_whose_its_rows_are(house: House):
    """A table that is added later is emptied too: it has the column, or a reason why it belongs to nobody."""
    owned = {table.name: owner.name for table, owner in commune_rows.owned_tables()}
    with unguarded_database.snapshot(house.config.database_url) as connection:
        assert owned == tables_of(connection)
    assert set(owned) | commune_rows.OF_NO_COMMUNE == set(Base.metadata.tables)


def cut_off(book: Book, pick: Callable[[int], list[int]]) -> None:
    """Cut the command off at some of its moments: the commune is there as it was, or gone; the other is untouched."""
    file = book.installation.backs_up()
    book.house.gate.database.engine.dispose()
    start = book.folder.with_name(f"{book.folder.name}-start")
    shutil.copytree(book.folder, start)
    other, own = rows_of(book.url, DONG_HAI), rows_of(book.url, THANH_SON)
    lines = "|".join(book.typed())
    module = "tests.administration.killed_later"
    done = run_module(module, "0", "", lines, *book.words())
    assert done.returncode == 0, done.stderr
    seen = set()
    for moment in pick(int(done.stdout.split()[-1])):
        shutil.rmtree(book.folder)
        shutil.copytree(start, book.folder)
        assert run_module(module, str(moment), "", lines, *book.words()).returncode == -signal.SIGKILL, moment
        gone = nothing_left(book)
        seen.add(gone)
        assert rows_of(book.url, DONG_HAI) == other, moment
        if not gone:
            left = rows_of(book.url, THANH_SON)
            assert all(left[name] == own[name] for name in ("case_file", "document", "envelope", "member")), moment
        assert call("verify", "--data", str(book.folder)).exit_code == 0, moment
        if not gone:
            with after_retention():
                assert book.removes().exit_code == 0, moment
        assert nothing_left(book)
        with after_retention():
            assert book.installation.restores(file).removed == (NAME,), moment
    assert seen == {True, False}


@only_sqlite
def test_a_power_cut_leaves_the_commune_whole_or_gone(book: Book):
    cut_off(book, lambda count: [count - 70, count - 8])


@pytest.mark.prove
@only_sqlite
def test_a_power_cut_at_any_moment_leaves_the_commune_whole_or_gone(book: Book):
    cut_off(book, lambda count: list(range(5, count - 110, 10)) + list(range(count - 110, count + 1, 2)))


@pytest.mark.prove
@both_databases
def test_two_are_added_one_is_removed_and_the_others_stay_byte_for_byte(book: Book, tmp_path: Path):
    first = rows_of(book.url, DONG_HAI)
    added = {}
    for number, name in enumerate(("xã Một", "xã Hai")):
        answers = answers_of(tmp_path / f"answers{number}", name, f".{number}")
        papers = str(tmp_path / f"{number}.html")
        done = call("commune", "add", "--data", str(book.folder), "--answers", str(answers), "--papers", papers)
        assert done.exit_code == 0, done.output
        shown = json.loads(call("commune", "list", "--data", str(book.folder), "--json").output)
        added[name] = UUID(hex=shown["communes"][-1]["id"])
    first = rows_of(book.url, DONG_HAI)
    others = {commune_id: rows_of(book.url, commune_id) for commune_id in added.values()}
    with after_retention():
        assert book.removes().exit_code == 0
        assert nothing_left(book)
        assert rows_of(book.url, DONG_HAI) == first
        assert {commune_id: rows_of(book.url, commune_id) for commune_id in others} == others
        words = ["commune", "remove", "--data", str(book.folder), "--commune", "xã Hai", "--reason", "lập nhầm"]
        assert call(*words, typed="xã Hai\n").exit_code == 0
    assert not any(rows_of(book.url, added["xã Hai"]).values())
    assert rows_of(book.url, added["xã Một"]) == others[added["xã Một"]]
    assert rows_of(book.url, DONG_HAI) == first
    assert call("verify", "--data", str(book.folder)).exit_code == 0
