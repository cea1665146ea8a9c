"""The calendar of the office is changed by two people, and lies in a file that every process reads."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from casework import files
from casework.administration import local_files
from casework.codelists import office_calendar, working_days
from casework.codelists.office_calendar import OwnCalendar
from casework.codelists.working_days import working_day_after
from casework.config import CALENDAR
from casework.errors import AlteredRows, BadInput, Busy, Conflict, Refused
from casework.maintenance.alarms import Alarms
from casework.staffing import detail_actions
from casework.vault.states import Detail
from tests.browsing import browser_of
from tests.house import House, both_databases, only_sqlite
from tests.people import DONG_HAI, THANH_SON
from tests.tampering import stolen

TET = OwnCalendar(holidays=frozenset({date(2027, 2, 10), date(2027, 2, 11), date(2027, 2, 12)}))
PLAIN = OwnCalendar()
SENT = {"working_days": ["mon", "tue", "wed", "thu", "fri"], "holidays": "10/2/2027 - 12/2/2027", "worked": ""}


@pytest.fixture
def alone(house: House) -> House:
    """A house with one commune, whose calendar this process follows."""
    with stolen(house) as thief:
        thief.delete("commune", id=DONG_HAI)
    working_days.follow(file_of(house))
    return house


def file_of(house: House) -> Path:
    return house.config.data / CALENDAR


def proposed(house: House, own: OwnCalendar = TET) -> UUID:
    return house["son"].does(detail_actions.propose, Detail.CALENDAR, office_calendar.as_text(own))


def problems(house: House) -> list[str]:
    found = [*local_files.find_wrong(house.config), *local_files.find_changed_by_hand(house.config, house.gate)]
    return [wrong for wrong, _ in found]


@both_databases
def test_a_calendar_holds_once_a_second_person_has_confirmed_it_and_lies_in_the_file(alone: House):
    change_id = proposed(alone)
    assert working_day_after(date(2027, 2, 9), 1) == date(2027, 2, 10)
    assert not file_of(alone).exists()
    [waiting] = alone["hoa"].does(detail_actions.list_details).changes
    assert (waiting.detail, waiting.asks_me, waiting.new) == (Detail.CALENDAR, True, office_calendar.as_text(TET))
    alone["hoa"].does(detail_actions.confirm, change_id)
    assert working_day_after(date(2027, 2, 9), 1) == date(2027, 2, 15)
    assert office_calendar.read(file_of(alone)) == TET
    assert file_of(alone).stat().st_mode & 0o777 == 0o600
    assert alone["hoa"].does(detail_actions.list_details).changes == ()


@only_sqlite
@pytest.mark.parametrize("username", ["son", "lan", "tam", "cuong"])
def test_nobody_else_confirms_it(alone: House, username: str):
    change_id = proposed(alone)
    with pytest.raises(Refused):
        alone[username].does(detail_actions.confirm, change_id)
    assert not file_of(alone).exists()


@only_sqlite
@pytest.mark.parametrize(
    "text", ["working_days = []\n", "= =", 'holidays = ["30/4"]\n', office_calendar.as_text(PLAIN)]
)
def test_what_is_no_calendar_or_changes_nothing_is_refused(alone: House, text: str):
    with pytest.raises(BadInput):
        alone["son"].does(detail_actions.propose, Detail.CALENDAR, text)


@only_sqlite
def test_a_proposal_from_another_calendar_than_the_one_in_force_is_not_confirmed(alone: House):
    change_id = proposed(alone)
    files.replace(file_of(alone), office_calendar.as_text(OwnCalendar(worked=frozenset({date(2027, 2, 20)}))))
    working_days.refresh(file_of(alone))
    with pytest.raises(Conflict):
        alone["hoa"].does(detail_actions.confirm, change_id)
    assert office_calendar.read(file_of(alone)).holidays == frozenset()


@only_sqlite
def test_what_broke_off_after_the_file_was_written_is_completed_by_confirming_again(alone: House):
    change_id = proposed(alone)
    files.replace(file_of(alone), office_calendar.as_text(TET))
    working_days.refresh(file_of(alone))
    alone["hoa"].does(detail_actions.confirm, change_id)
    assert problems(alone) == []


@only_sqlite
def test_where_the_file_cannot_be_written_nothing_changes_and_the_proposal_waits(alone: House):
    change_id = proposed(alone)
    (file_of(alone).parent / f"{CALENDAR}.unfinished").mkdir()
    with pytest.raises(Busy, match="Chưa đổi gì"):
        alone["hoa"].does(detail_actions.confirm, change_id)
    assert working_days.calendar().own == OwnCalendar()
    assert [change.id for change in alone["hoa"].does(detail_actions.list_details).changes] == [change_id]


@only_sqlite
def test_check_tells_a_change_by_hand_from_one_that_was_confirmed(alone: House):
    assert problems(alone) == []
    alone["hoa"].does(detail_actions.confirm, proposed(alone))
    assert problems(alone) == []
    by_hand = OwnCalendar(holidays=TET.holidays | {date(2027, 3, 1)})
    files.replace(file_of(alone), "# sửa tay\n" + office_calendar.as_text(TET))
    assert problems(alone) == []
    files.replace(file_of(alone), office_calendar.as_text(by_hand))
    assert problems(alone) == [local_files._BY_HAND]
    working_days.refresh(file_of(alone))
    alone["hoa"].does(detail_actions.confirm, proposed(alone, by_hand))
    assert problems(alone) == []
    file_of(alone).write_text("holidays = [\n", encoding="utf-8")
    assert "dòng" in problems(alone)[0]
    file_of(alone).unlink()
    assert problems(alone) == [local_files._BY_HAND]


@only_sqlite
def test_a_planted_or_altered_proposal_is_not_confirmed(alone: House):
    change_id = proposed(alone)
    more = office_calendar.as_text(OwnCalendar(frozenset({0})))
    with stolen(alone) as thief:
        [row] = thief.rows("proposed_change")
        thief.change("proposed_change", {"id": change_id}, value=f"{row['value'].partition(chr(10))[0]}\n{more}")
    with pytest.raises(AlteredRows):
        alone["hoa"].does(detail_actions.confirm, change_id)
    assert not file_of(alone).exists()


@only_sqlite
def test_with_several_communes_the_pages_show_the_calendar_and_change_nothing(app, house: House):
    son = browser_of(app, house["son"])
    page = son.get("/xa/lich").text
    assert "chung cho nhiều xã" in page
    assert "/xa/sua/calendar" not in page
    answer = son.post("/xa/sua/calendar", data=SENT)
    assert (answer.status_code, "chung cho nhiều xã" in answer.text) == (422, True)
    assert "10/2/2027 - 12/2/2027" in answer.text


@only_sqlite
def test_on_the_pages_an_administrator_proposes_and_a_lead_confirms(app, alone: House):
    son, hoa = browser_of(app, alone["son"]), browser_of(app, alone["hoa"])
    assert son.post("/xa/sua/calendar", data=SENT).status_code == 303
    page = hoa.get("/xa/lich").text
    assert "Có đề nghị sửa lịch" in page
    [change] = alone["hoa"].does(detail_actions.list_details).changes
    asked = hoa.get(f"/xa/doi/{change.id}").text
    assert "10/2/2027 - 12/2/2027" in asked
    assert "Thêm ngày nghỉ" in asked
    assert hoa.post(f"/xa/doi/{change.id}").status_code == 303
    shown = hoa.get("/xa/lich").text
    assert "thứ Tư, 10/2/2027" in shown
    assert "Nghỉ riêng" in shown
    assert 'value="sat"' in son.get("/xa/sua/calendar").text
    assert "10/2/2027 - 12/2/2027" in son.get("/xa/sua/calendar").text


@only_sqlite
@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"working_days": []}, "Hãy chọn ít nhất một ngày"),
        ({"working_days": ["mon", "tue", "wed", "thu"]}, "ít nhất 5 ngày"),
        ({"working_days": ["noday"]}, "không"),
        ({"holidays": "mùng một Tết"}, "Không hiểu dòng này: mùng một Tết"),
        ({"holidays": "30/2/2027"}, "Không hiểu dòng này"),
        ({"holidays": "12/2/2027 - 10/2/2027"}, "Không hiểu dòng này"),
        ({"holidays": "1/1/2027 - 1/6/2027"}, "Không hiểu dòng này"),
        ({"holidays": "1/3/2027 - 31/3/2027\n1/5/2027 - 20/5/2027"}, "hơn 40 ngày"),
        ({"holidays": "1/1/1027"}, "từ 2020 đến 2099"),
        ({"worked": "11/2/2027"}, "11/2/2027 vừa là ngày nghỉ vừa là ngày làm bù"),
        ({"worked": "x", "holidays": "y"}, "Không hiểu dòng này: y"),
        ({"holidays": "<b>1</b>"}, "Không hiểu dòng này"),
    ],
)
def test_what_is_wrong_on_the_page_comes_back_with_what_to_do(app, alone: House, sent, words):
    answer = browser_of(app, alone["son"]).post("/xa/sua/calendar", data=SENT | sent)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert alone["son"].does(detail_actions.list_details).changes == ()


@only_sqlite
@pytest.mark.parametrize("line", ["10/2/2027", "10-2-2027", "10.02.2027", "2027-02-10", " 10/2/2027 – 10/2/2027 "])
def test_a_day_is_understood_however_it_is_written(app, alone: House, line: str):
    answer = browser_of(app, alone["son"]).post("/xa/sua/calendar", data=SENT | {"holidays": f"\r\n{line}\r\n"})
    assert answer.status_code == 303
    [change] = alone["hoa"].does(detail_actions.list_details).changes
    assert office_calendar.of_text(change.new).holidays == {date(2027, 2, 10)}


@only_sqlite
def test_a_file_that_is_broken_while_the_book_runs_rings_and_the_last_good_one_stays(app, alone: House):
    alone["hoa"].does(detail_actions.confirm, proposed(alone))
    file_of(alone).write_text("holidays = [\n", encoding="utf-8")
    page = browser_of(app, alone["son"]).get("/xa/lich").text
    assert "Tệp lịch làm việc sai" in page
    assert "thứ Tư, 10/2/2027" in page
    assert "calendar" in Alarms(alone.config, alone.gate).current(THANH_SON)
    assert "Tệp lịch làm việc sai" not in browser_of(app, alone["lan"]).get("/xa/lich").text
