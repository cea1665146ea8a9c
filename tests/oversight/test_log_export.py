"""The log as a file: what one may read and no more, proven first, and a line of its own."""

import csv
import io

import pytest

from casework import clock
from casework.desk import actions as desk
from casework.errors import BadInput, NotFound, Refused
from casework.oversight import log_export
from casework.oversight.actions import COUNTED
from casework.policy.vocabulary import Act
from tests.house import only_sqlite
from tests.tampering import stolen

WEEK = 7 * 86_400 * clock.MICROSECOND


def rows(answer):
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_the_lead_takes_the_lines_of_the_agency_without_those_of_a_restricted_case(lan, mai, hoa, cuong):
    case_id = lan.opens_a_case()
    sealed = lan.opens_a_case(circle=[mai])
    cuong.does(desk.list_cases)
    exported = hoa.does(log_export.export_log, 1)
    assert exported.weeks == ()
    assert case_id in {line.case_id for line in exported.lines}
    assert sealed not in {line.case_id for line in exported.lines}
    assert [line.act for line in exported.lines if line.who == "Trần Thị Lan"].count(Act.CASE_OPEN) == 1
    assert "Vũ Mạnh Cường" not in {line.who for line in exported.lines}


def test_only_so_many_weeks_are_taken(lan, hoa):
    lan.opens_a_case()
    later = clock.micros() + 2 * WEEK
    with clock.use_clock(lambda: later):
        hoa.leaves()
        assert Act.CASE_OPEN not in {line.act for line in hoa.does(log_export.export_log, 1).lines}
        assert Act.CASE_OPEN in {line.act for line in hoa.does(log_export.export_log, 4).lines}


def test_who_watches_from_outside_takes_totals_of_weeks_and_no_line(house, lan, mai):
    lan.opens_a_case()
    lan.opens_a_case(circle=[mai])
    mai.sign_in()
    exported = house["quang"].does(log_export.export_log, 4)
    assert exported.lines == ()
    assert len(exported.weeks) == 4
    assert dict(exported.weeks[0].totals)[Act.SECOND_FACTOR] > 0
    assert {act for week in exported.weeks for act, _ in week.totals} <= COUNTED


def test_an_export_is_a_line_that_says_how_much_was_taken(house, hoa):
    count = len(hoa.does(log_export.export_log, 1).lines)
    with stolen(house) as thief:
        [line] = thief.rows("audit_line", act=Act.AUDIT_EXPORT)
    assert (line["who"], f'"reason":"{count} lines"' in line["body"]) == (hoa.id, True)


@pytest.mark.parametrize("weeks", [0, 2, -1, 10**9])
def test_no_other_number_of_weeks_is_exported(hoa, weeks):
    with pytest.raises(BadInput):
        hoa.does(log_export.export_log, weeks)


@pytest.mark.parametrize("username", ["lan", "son", "cuong", "thu"])
def test_nobody_else_exports(house, username):
    with pytest.raises(Refused):
        house[username].does(log_export.export_log, 1)


def test_too_much_for_one_file_is_refused(lan, hoa, monkeypatch):
    lan.opens_a_case()
    monkeypatch.setattr("casework.oversight.log_export._MOST", 1)
    with pytest.raises(BadInput):
        hoa.does(log_export.export_log, 52)


@only_sqlite
class TestPages:
    """The page and the file."""

    def test_the_lead_is_given_a_file_that_a_spreadsheet_opens(self, lan, mai, browser):
        case_id = lan.opens_a_case()
        with pytest.raises(NotFound):
            mai.does(desk.read_case, case_id)
        answer = browser("hoa").post("/nhat-ky/xuat", data={"weeks": "1"})
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=nhat-ky-")
        assert answer.headers["Cache-Control"] == "no-store"
        head, *lines = rows(answer)
        assert head == ["Lúc", "Ai", "Việc", "Từ trong nhật ký", "Vụ việc", "Kết quả"]
        code = lan.does(desk.read_case, case_id).line.code
        assert [line[1:] for line in lines if line[3] == "case.open"] == [
            ["Trần Thị Lan", "Ghi nhận một vụ việc", "case.open", code, ""]
        ]
        assert [line[4:] for line in lines if line[1] == "Phạm Thu Mai" and line[3] == "case.read"] == [
            [code, "Không được phép"]
        ]

    def test_the_observer_is_given_totals_without_a_name_or_code(self, lan, browser):
        case_id = lan.opens_a_case()
        answer = browser("quang").post("/nhat-ky/xuat", data={"weeks": "4"})
        assert rows(answer)[0] == ["Tuần từ", "Đến", "Việc", "Từ trong nhật ký", "Số lần"]
        for secret in ("Trần Thị Lan", str(case_id), lan.does(desk.read_case, case_id).line.code):
            assert secret not in answer.text

    @pytest.mark.parametrize("sent", [{}, {"weeks": "2"}, {"weeks": "x"}])
    def test_a_choice_that_is_not_offered_comes_back(self, browser, sent):
        answer = browser("hoa").post("/nhat-ky/xuat", data=sent)
        assert answer.status_code == 422
        assert "data-problems" in answer.text

    def test_too_much_is_said_on_the_page(self, lan, browser, monkeypatch):
        lan.opens_a_case()
        monkeypatch.setattr("casework.oversight.log_export._MOST", 1)
        answer = browser("hoa").post("/nhat-ky/xuat", data={"weeks": "52"})
        assert answer.status_code == 422
        assert "Hãy chọn ít tuần hơn" in answer.text

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_whoever_stepped_up_long_ago_does_so_again_first(self, house, browser, method):
        client = browser("hoa")
        later = clock.micros() + 6 * 60 * clock.MICROSECOND
        with clock.use_clock(lambda: later):
            answer = client.open("/nhat-ky/xuat", method=method, data={"weeks": "1"})
        assert answer.status_code == 303
        assert answer.location.startswith("/xac-nhan-lai?")
        with stolen(house) as thief:
            assert thief.rows("audit_line", act=Act.AUDIT_EXPORT) == []
