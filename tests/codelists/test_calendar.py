"""One calendar of an office: what the law says, what the office says, and which of the two counts where."""

import os
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import clock
from casework.cases import duty_gaps, legal_clocks, targets
from casework.codelists import codelist, office_calendar, toml_files, working_days
from casework.codelists.office_calendar import FEWEST_A_WEEK, FIRST, LAST, MOST_A_YEAR, OwnCalendar
from casework.codelists.toml_files import BadLocalFile
from casework.codelists.working_days import Calendar, working_day_after, working_day_before

DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
FEW = st.frozensets(DAYS, max_size=MOST_A_YEAR)
HOUR = 3600 * clock.MICROSECOND


@st.composite
def calendars(draw: st.DrawFn) -> OwnCalendar:
    holidays = draw(FEW)
    week = draw(st.frozensets(st.integers(0, 6), min_size=FEWEST_A_WEEK))
    return OwnCalendar(week, holidays, draw(FEW) - holidays)


@pytest.fixture
def own(tmp_path: Path):
    """Put a calendar of the office in force."""

    def write(text: str) -> Path:
        path = tmp_path / "calendar.toml"
        path.write_text(text, encoding="utf-8")
        working_days.follow(path)
        return path

    return write


def in_force(own: OwnCalendar) -> Calendar:
    return Calendar(working_days.statutory(), own)


@given(own=calendars())
def test_what_is_written_reads_back_and_the_same_calendar_has_the_same_mark(own):
    assert office_calendar.of_text(office_calendar.as_text(own)) == own
    assert office_calendar.digest(office_calendar.of_text(office_calendar.as_text(own))) == office_calendar.digest(own)


@given(own=calendars(), day=DAYS)
def test_a_day_is_worked_by_the_office_s_word_first_and_else_by_the_law_s(own, day):
    works, law = in_force(own).works(day), working_days.statutory()
    if day in own.holidays:
        assert not works
    elif day in own.worked or day in law.worked:
        assert works
    else:
        assert works == (day.weekday() in own.working_days and not law.off(day))


@given(own=calendars(), day=DAYS, more=DAYS, count=st.integers(1, 12))
def test_one_more_holiday_never_lets_a_term_end_earlier_and_one_more_day_worked_never_later(own, day, more, count):
    def end(calendar: OwnCalendar) -> date:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(working_days._Current, "calendar", in_force(calendar))
            last = working_day_after(day, count)
            assert in_force(calendar).works(last)
            assert working_day_before(last + timedelta(days=1)) == last
            assert working_day_after(last, 1) == working_day_after(day, count + 1)
            assert working_day_after(day, count) <= working_day_after(day + timedelta(days=1), count)
            return last

    plain = replace(own, holidays=own.holidays - {more}, worked=own.worked - {more})
    assert end(plain) <= end(replace(plain, holidays=plain.holidays | {more}))
    assert end(plain) >= end(replace(plain, worked=plain.worked | {more}))


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=clock.LOCAL).timestamp()) * clock.MICROSECOND


@given(calendar=calendars(), received=st.integers(at("2026-01-01T00:00"), at("2028-12-01T00:00")))
def test_clocks_of_the_law_in_hours_and_days_stand_still_whatever_the_calendar_says(calendar, received):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(working_days._Current, "calendar", in_force(calendar))
        assert legal_clocks.ends(codelist("legal_clock").get("child_emergency"), received) == received + 12 * HOUR
        last = clock.local(received).date() + timedelta(days=3)
        three_days = legal_clocks.ends(codelist("legal_clock").get("trafficking_check"), received)
        assert three_days == clock.midnight(last + timedelta(days=1)) - clock.MICROSECOND
        for urgent in ("open_urgent", "answer_urgent", "notice_open", "notice_assign"):
            assert targets.due(urgent, received) == received + targets.length(urgent)
        moved = targets.due("answer", received)
        assert moved >= received + 72 * HOUR
        assert working_days.calendar().works(clock.local(moved).date())


def test_an_answer_that_would_be_due_on_a_day_off_is_due_at_that_hour_of_the_next_working_day(own):
    thursday = at("2026-12-03T16:00")
    assert targets.due("answer", thursday) == at("2026-12-07T16:00")
    own('holidays = ["2026-12-07"]\nworked = ["2026-12-12"]\n')
    assert targets.due("answer", thursday) == at("2026-12-08T16:00")
    assert targets.due("answer", at("2026-12-09T08:00")) == at("2026-12-12T08:00")


def test_a_term_in_working_days_moves_with_the_office_s_own_days(own):
    monday = date(2026, 12, 7)
    assert working_day_after(monday, 5) == date(2026, 12, 14)
    own('holidays = ["2026-12-09"]\nworked = ["2026-12-13"]\n')
    assert working_day_after(monday, 5) == date(2026, 12, 14)
    own('working_days = ["mon", "tue", "wed", "thu", "fri", "sat"]\n')
    assert working_day_after(monday, 5) == date(2026, 12, 12)


def test_a_holiday_is_a_day_off_on_which_this_office_works_in_other_weeks(own):
    saturday = date(2026, 12, 12)
    assert (duty_gaps.is_off(saturday), duty_gaps.is_holiday(saturday)) == (True, False)
    own('working_days = ["mon", "tue", "wed", "thu", "sat"]\nholidays = ["2026-12-12"]\n')
    assert (duty_gaps.is_off(saturday), duty_gaps.is_holiday(saturday)) == (True, True)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('# ngày nghỉ\nholiday = ["2027-01-01"]\n', 2, "không hiểu 'holiday'"),
        ('working_days = ["mon",\n "monday"]\n', 2, "'monday' không phải một ngày trong tuần"),
        ('working_days = ["mon", "tue", "wed", "thu"]\n', 1, "ít hơn 5 ngày làm việc một tuần"),
        ('working_days = ["mon", "mon", "mon", "mon", "mon"]\n', 1, "ít hơn 5 ngày làm việc một tuần"),
        ("working_days = []\n", 1, "không có ngày làm việc nào"),
        ('\nworking_days = "mon"\n', 2, "working_days phải là một danh sách"),
        ("working_days = [[1], {}]\n", 1, "không phải một ngày trong tuần"),
        ('holidays = ["2027-01-01",\n"30/4/2027"]\n', 2, "'30/4/2027' không phải một ngày"),
        ('holidays = ["2027-02-30"]\n', 1, "không phải một ngày"),
        ("holidays = [2027-01-01T00:00:00]\n", 1, "không phải một ngày"),
        ("holidays = [7, true]\n", 1, "7 không phải một ngày"),
        ('worked = ["0207-01-09"]\n', 1, "ngoài khoảng 2020 đến 2099"),
        ('holidays = ["2027-01-09"]\nworked = ["2027-01-09"]\n', 2, "vừa là ngày nghỉ vừa là ngày làm bù"),
        ("holidays = [“2027-01-09”]\n", 1, "dấu nháy cong"),
        ("holidays = []\nholidays = []\n", 2, "ghi hai lần"),
        ("working_days = mon\n", 1, "không đúng dạng TOML"),
        ('a = "', 1, "không đúng dạng TOML"),
        (f"holidays = {[f'2027-{m:02}-{d:02}' for m in (3, 4) for d in range(1, 22)]}\n", 1, "năm 2027 có 42 ngày"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line_and_what_to_write(own, text, line, words):
    with pytest.raises(BadLocalFile) as refused:
        own(text)
    sentence = str(refused.value)
    assert words in sentence
    assert f"calendar.toml, dòng {line}:" in sentence


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\xef\xbb\xbfholidays = []\n", "dấu BOM"),
        ("holidays = []\n".encode("utf-16"), "dấu BOM"),
        (b"\n\n# ng\xe0y\n", "dòng 3: không phải chữ UTF-8"),
        (b"#" * (toml_files.MOST_BYTES + 1), "dài quá 64 KB"),
        (b"a = " + b"[" * 30_000, "lồng nhau quá sâu"),
    ],
)
def test_bytes_that_are_no_text_of_ours_are_refused(tmp_path, raw, words):
    (path := tmp_path / "calendar.toml").write_bytes(raw)
    with pytest.raises(BadLocalFile, match=words):
        working_days.follow(path)


@given(raw=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_bytes_stand_there_they_are_read_or_refused_in_a_sentence(raw):
    sentence, days = "calendar.toml", frozenset({0})
    try:
        days = office_calendar.of_file(toml_files.parse(Path("calendar.toml"), raw)).working_days
    except BadLocalFile as wrong:
        sentence = str(wrong)
    assert days
    assert sentence.startswith("calendar.toml")


@given(day=st.dates(FIRST, LAST))
def test_every_day_of_the_range_can_be_a_holiday_as_text_or_as_a_date(day):
    assert office_calendar.of_text(f"holidays = [{day}]").holidays == {day}
    assert office_calendar.of_text(f'holidays = ["{day}"]').holidays == {day}


def test_a_file_of_an_earlier_version_names_second_persons_and_is_read(own):
    own('working_days = ["mon", "tue", "wed", "thu", "sat"]\nholidays = ["2027-01-04"]\nsecond_persons = ["hoa.hoi"]\n')
    assert working_days.calendar().own == OwnCalendar(frozenset({0, 1, 2, 3, 5}), frozenset({date(2027, 1, 4)}))


def test_an_installation_without_the_file_has_the_calendar_of_the_law(tmp_path):
    working_days.follow(tmp_path / "calendar.toml")
    assert working_days.calendar().own == OwnCalendar()
    assert working_days.problem(tmp_path / "calendar.toml") == ""


def test_a_changed_file_counts_at_once_and_a_wrong_one_leaves_the_last_good_one_in_force(own):
    path = own('holidays = ["2026-12-08"]\n')
    assert working_day_after(date(2026, 12, 7), 1) == date(2026, 12, 9)
    path.write_text('holidays = ["2026-12-08", "2026-12-09"]\n', encoding="utf-8")
    working_days.refresh(path)
    assert working_day_after(date(2026, 12, 7), 1) == date(2026, 12, 10)
    path.write_text("holidays = [\n", encoding="utf-8")
    working_days.refresh(path)
    assert working_day_after(date(2026, 12, 7), 1) == date(2026, 12, 10)
    assert "không đúng dạng TOML" in working_days.problem(path)
    path.unlink()
    working_days.refresh(path)
    assert working_day_after(date(2026, 12, 7), 1) == date(2026, 12, 10)
    assert "tệp đã mất" in working_days.problem(path)
    path.write_text("holidays = []\n", encoding="utf-8")
    working_days.refresh(path)
    assert working_day_after(date(2026, 12, 7), 1) == date(2026, 12, 8)
    assert working_days.problem(path) == ""


def test_a_folder_in_its_place_is_told_as_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / "calendar.toml").mkdir()
    with pytest.raises(BadLocalFile, match="không đọc được"):
        working_days.follow(tmp_path / "calendar.toml")


def test_two_installations_in_one_process_have_each_their_own(tmp_path):
    for name, day in (("a", "2026-12-08"), ("b", "2026-12-09")):
        (tmp_path / name).write_text(f'holidays = ["{day}"]\n', encoding="utf-8")
    for _ in range(2):
        working_days.refresh(tmp_path / "a")
        assert not working_days.calendar().works(date(2026, 12, 8))
        working_days.refresh(tmp_path / "b")
        assert working_days.calendar().works(date(2026, 12, 8))
        assert not working_days.calendar().works(date(2026, 12, 9))


def test_a_file_of_the_same_size_and_moment_is_told_apart_once_it_is_replaced(own, tmp_path):
    path = own('holidays = ["2026-12-08"]\n')
    before = path.stat()
    (newer := tmp_path / "newer").write_text('holidays = ["2026-12-09"]\n', encoding="utf-8")
    os.utime(newer, ns=(before.st_atime_ns, before.st_mtime_ns))
    newer.replace(path)
    working_days.refresh(path)
    assert working_days.calendar().works(date(2026, 12, 8))
