"""Danger to life: one person acts at once, a second reviews within 24 hours, and a No cuts off what rests on it."""

import re
from dataclasses import dataclass
from functools import partial
from html import unescape
from uuid import UUID

import pytest
from sqlalchemy import select

from casework import clock
from casework.audit.models import AuditLine
from casework.cases.sections import GroundEntry, Letter
from casework.desk import actions as desk
from casework.errors import BadInput, Conflict, NotFound, Refused
from casework.policy.vocabulary import Act, Role, Section
from casework.referrals import ground_actions, receiving_actions, sending_actions, unsent_actions
from casework.referrals import sending_actions as sending
from casework.staffing import actions as staffing
from tests.house import House, Someone, both_databases, only_sqlite
from tests.referrals.scenes import ASKED, everything, ground, sections
from tests.stories import dao
from tests.tampering import stolen

HOUR = 60 * 60 * clock.MICROSECOND
WHY = "Người ấy đang ở nhà mẹ, không ai đe dọa"


@dataclass
class Alarm:
    """A case that lan has referred to the police because of danger to life."""

    house: House
    case_id: UUID
    ground_id: UUID
    referral_id: UUID

    @property
    def path(self) -> str:
        """Return the address of the review."""
        return f"/vu-viec/{self.case_id}/chuyen-gui/can-cu/{self.ground_id}/xem-lai"

    @property
    def states(self) -> tuple[str, str]:
        """Return the states of ground and referral that stand in the database."""
        with stolen(self.house) as thief:
            [ground_row], [referral_row] = (
                thief.rows("ground", id=self.ground_id),
                thief.rows("referral", id=self.referral_id),
            )
        return ground_row["state"], referral_row["state"]

    def reviews(self, who: str, *, agrees: bool = True, words: str = "") -> None:
        """Let somebody say whether there is danger."""
        self.house[who].does(ground_actions.review_ground, self.case_id, self.ground_id, agrees=agrees, words=words)

    def line(self, who: str):
        """Return the entry as somebody of the owner sees it."""
        return self.house[who].does(ground_actions.read_ledger, self.case_id, self.ground_id).chosen

    def police_read(self) -> bool:
        """Tell whether the police still read the identity of the person."""
        try:
            self.house["cuong"].does(desk.read_section, self.case_id, Section.IDENTITY)
        except NotFound:
            return False
        return True


@pytest.fixture
def alarm(house: House, lan: Someone) -> Alarm:
    case_id = lan.opens_a_case(dao(danger="yes", grounds=()))
    ground_id = ground(house, case_id, kind="danger", consent="", form="", reason="Dọa giết, có dao")
    referral_id = lan.does(sending.send, case_id, ground_id, ASKED)
    house["cuong"].does(receiving_actions.open_referral, case_id, referral_id)
    return Alarm(house, case_id, ground_id, referral_id)


@both_databases
def test_a_second_person_agrees_and_everything_goes_on(alarm: Alarm):
    assert alarm.states == ("review", "opened")
    assert alarm.police_read()
    alarm.reviews("hoa", words="Đã gọi hỏi lại")
    assert alarm.states == ("live", "opened")
    assert alarm.police_read()
    line = alarm.line("lan")
    assert (line.by, line.review.by, line.review.answer) == ("Trần Thị Lan", "Lê Thị Hòa", "agreed")
    [entry] = alarm.house["cuong"].does(desk.read_section, alarm.case_id, Section.GROUNDS)
    shared_entry = entry.data.to_json()
    assert (shared_entry["review"], shared_entry["reason"]) == ("agreed", "Dọa giết, có dao")
    with pytest.raises(Conflict):
        alarm.reviews("binh")
    alarm.house["lan"].does(ground_actions.withdraw_ground, alarm.case_id, alarm.ground_id)
    assert alarm.line("lan").review.by == "Lê Thị Hòa"
    assert not alarm.police_read()


def test_a_no_cuts_off_at_once_and_says_why_to_the_owner_alone(alarm: Alarm):
    alarm.reviews("binh", agrees=False, words=WHY)
    assert alarm.states == ("withdrawn", "withdrawn")
    assert not alarm.police_read()
    assert sections(alarm.house, alarm.case_id, "police") == set()
    assert alarm.house["cuong"].does(receiving_actions.list_referrals).lines == ()
    line = alarm.line("lan")
    assert (line.withdrawn, line.review.answer, line.review.words) == (True, "disagreed", WHY)
    with pytest.raises(Conflict):
        alarm.reviews("hoa")


@only_sqlite
def test_a_no_leaves_what_rests_on_another_ground(alarm: Alarm, lan: Someone):
    letter, other = Letter(asks=("police",), words="thư thứ hai"), ground(alarm.house, alarm.case_id)
    second = lan.does(sending.send, alarm.case_id, other, letter)
    alarm.house["cuong"].does(receiving_actions.open_referral, alarm.case_id, second)
    alarm.reviews("hoa", agrees=False, words=WHY)
    assert alarm.police_read()
    letters = alarm.house["cuong"].does(desk.read_section, alarm.case_id, Section.LETTER)
    assert [page.data.to_json()["words"] for page in letters] == ["thư thứ hai"]


@only_sqlite
@pytest.mark.parametrize(
    ("who", "cause"),
    [("lan", Refused), ("mai", NotFound), ("cuong", NotFound), ("chinh", NotFound), ("lien", NotFound)]
    + [(name, Refused) for name in ("thu", "rang", "hien", "quang", "son")],
)
def test_who_recorded_it_and_who_is_not_of_the_owner_may_not_review(alarm: Alarm, browser, who, cause):
    before = everything(alarm.house, alarm.case_id)
    for agrees in (True, False):
        with pytest.raises(cause):
            alarm.reviews(who, agrees=agrees, words=WHY)
    client = browser(who)
    expected = 403 if cause is Refused else 404
    assert client.get(alarm.path).status_code == expected
    assert client.post(alarm.path, data={"answer": "disagreed", "words": WHY}).status_code == expected
    assert everything(alarm.house, alarm.case_id) == before


@only_sqlite
def test_a_lead_does_not_review_what_she_recorded_and_the_holder_may(alarm: Alarm):
    hoa = alarm.house["hoa"]
    entry = GroundEntry(kind="danger", receiver="health_station", reason="Chảy máu đầu")
    mine = hoa.does(ground_actions.record_ground, alarm.case_id, entry)
    with pytest.raises(Refused):
        hoa.does(ground_actions.review_ground, alarm.case_id, mine, agrees=True)
    with pytest.raises(Conflict):
        alarm.house["lan"].does(
            ground_actions.review_ground, alarm.case_id, ground(alarm.house, alarm.case_id), agrees=True
        )
    alarm.house["lan"].does(ground_actions.review_ground, alarm.case_id, mine, agrees=True)


@only_sqlite
def test_a_case_sealed_to_named_people_is_reviewed_by_one_of_them_and_by_nobody_else(house: House, lan: Someone):
    answers = dao(grounds=(GroundEntry(kind="danger", receiver="health_station", reason="Bị đánh vào đầu"),))
    case_id = lan.opens_a_case(answers, circle=[house["lan"], house["mai"]])
    [line] = lan.does(ground_actions.read_ledger, case_id).grounds
    assert line.review is not None
    assert line.review.reviewers == ("Phạm Thu Mai",)
    for name in ("hoa", "binh"):
        assert house[name].does(ground_actions.list_reviews) == ()
        with pytest.raises(NotFound):
            house[name].does(ground_actions.review_ground, case_id, line.id, agrees=True)
    assert [awaiting.ground_id for awaiting in house["mai"].does(ground_actions.list_reviews)] == [line.id]
    house["mai"].does(ground_actions.review_ground, case_id, line.id, agrees=True)
    assert house["mai"].does(ground_actions.list_reviews) == ()


@only_sqlite
def test_it_is_late_at_exactly_24_hours_and_nothing_is_cut_by_that(alarm: Alarm, browser):
    [awaiting] = alarm.house["hoa"].does(ground_actions.list_reviews)
    recorded = awaiting.review.recorded
    for away, late in ((-1, False), (0, True), (clock.MICROSECOND, True)):
        alarm.house["hoa"].leaves()
        alarm.house["lan"].leaves()
        with clock.use_clock(partial(int, recorded + 24 * HOUR + away)):
            assert alarm.line("hoa").review.late is late
            assert [seen.review.late for seen in alarm.house["hoa"].does(ground_actions.list_reviews)] == [late]
            assert len(alarm.house["lan"].does(ground_actions.list_reviews)) == late
    later = recorded + 25 * HOUR
    for name in ("hoa", "lan", "cuong"):
        alarm.house[name].leaves()
    with clock.use_clock(lambda: later):
        home = browser("hoa").get("/").text
        assert "Xem lại việc chuyển vì nguy hiểm" in home
        assert re.search('class="tag danger">quá hạn (60 phút|1 giờ)', home)
        assert "Đã quá 24 giờ" in browser("hoa").get(alarm.path).text
        assert "Chưa ai xem lại việc chuyển" in browser("lan").get("/").text
        alarm.house.gate.perform(alarm.house.stranger(Role.SYSTEM), sending_actions.expire)
        assert alarm.police_read()
        alarm.reviews("hoa")
    assert alarm.states == ("live", "opened")


@only_sqlite
def test_the_home_of_who_may_review_leads_to_the_page_and_the_page_back(alarm: Alarm, browser):
    home = browser("hoa").get("/").text
    assert home.index("Cần làm ngay") < home.index(alarm.path)
    assert re.search("còn 2[34] giờ", home)
    assert alarm.path not in browser("lan").get("/").text
    mine = browser("lan").get(alarm.path.partition("/can-cu")[0]).text
    assert "Chờ người thứ hai xem lại đến" in mine
    assert "Lê Thị Hòa" in mine
    assert alarm.path not in mine
    referral = f"/vu-viec/{alarm.case_id}/chuyen-gui/{alarm.referral_id}"
    for name in ("lan", "cuong"):
        assert "Chờ người thứ hai xem lại đến" in browser(name).get(referral).text
    page = browser("hoa").get(alarm.path).text
    assert "Dọa giết, có dao" in page
    assert "0203 555 017" in page
    answer = browser("hoa").post(alarm.path, data={"answer": "agreed"}, follow_redirects=True)
    assert "Đã xem lại" in answer.text
    assert alarm.path not in browser("binh").get("/").text
    for name in ("lan", "cuong"):
        assert "Đã xem lại" in browser(name).get(referral).text
    assert browser("binh").get(alarm.path).status_code == 409


@only_sqlite
def test_a_no_without_a_reason_is_asked_for_one_and_what_was_typed_comes_back(alarm: Alarm, browser):
    before = everything(alarm.house, alarm.case_id)
    for typed, expected in (
        ({"answer": "disagreed", "words": " "}, "Hãy ghi vì sao không đồng ý."),
        ({"answer": "perhaps", "words": WHY}, WHY),
        ({"words": WHY}, WHY),
        ({"answer": "disagreed", "words": "x" * 100_000}, "ký tự"),
    ):
        answer = browser("hoa").post(alarm.path, data=typed)
        assert answer.status_code == 422
        assert expected in unescape(answer.text)
    with pytest.raises(BadInput):
        alarm.reviews("hoa", agrees=False, words=" ")
    assert everything(alarm.house, alarm.case_id) == before


@only_sqlite
def test_the_log_says_who_reviewed_what_case_and_never_what_she_said(alarm: Alarm):
    alarm.reviews("hoa", agrees=False, words=WHY)
    with pytest.raises(Refused):
        alarm.reviews("lan")
    with alarm.house.crypto() as crypto:
        query = select(AuditLine).where(AuditLine.act == Act.GROUND_REVIEW).order_by(AuditLine.n)
        lines = crypto.session.execute(query).scalars().all()
    hoa, lan = alarm.house["hoa"].id, alarm.house["lan"].id
    ours = [(hoa, alarm.case_id, "ok"), (lan, alarm.case_id, "denied")]
    assert [(line.who, line.about, line.outcome) for line in lines] == ours
    assert all(WHY not in line.body and "disagreed" not in line.body for line in lines)


@only_sqlite
def test_where_nobody_else_could_review_the_page_says_whom_to_ask(alarm: Alarm, browser):
    for name in ("hoa", "binh"):
        alarm.house["son"].does(staffing.lock, alarm.house[name].id)
    page = browser("lan").get(alarm.path.partition("/can-cu")[0]).text
    assert "Chưa ai khác ở cơ quan mình mở được vụ việc này" in page


@both_databases
def test_the_holder_is_told_at_home_and_on_the_case_what_a_no_has_cut_off_until_it_is_dealt_with(alarm: Alarm, browser):
    alarm.reviews("hoa", agrees=False, words=WHY)
    home, case_page, step = (
        f"{path}" for path in ("/", f"/vu-viec/{alarm.case_id}", f"/vu-viec/{alarm.case_id}/gui-ngay")
    )
    for path in (home, case_page, step):
        shown = unescape(browser("lan").get(path).text)
        assert WHY in shown, path
        assert "không còn đọc được" in shown, path
    assert "đã nói mà chưa gửi" not in unescape(browser("lan").get(home).text)
    alarm.house["lan"].does(unsent_actions.set_aside, alarm.case_id, alarm.ground_id, "Đã gọi báo Công an")
    assert WHY not in unescape(browser("lan").get(home).text)
    assert WHY not in unescape(browser("lan").get(case_page).text)


@only_sqlite
def test_another_ground_for_the_receiver_answers_the_no(alarm: Alarm, browser):
    alarm.reviews("hoa", agrees=False, words=WHY)
    ground(alarm.house, alarm.case_id)
    assert WHY not in unescape(browser("lan").get("/").text)
