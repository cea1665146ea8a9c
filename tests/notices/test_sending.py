"""The notice to the chair: at once, without a name, to named people in order, and only for violence in a family."""

from datetime import date
from uuid import uuid4

import pytest

from casework.cases.sections import (
    Assessment,
    GroundEntry,
    Identity,
    Incident,
    Injuries,
    Label,
    Notice,
    Perpetrator,
    Story,
)
from casework.desk import actions as desk
from casework.errors import BadInput, Conflict, NotFound, Refused, Ungrounded
from casework.notices import actions, proposals
from casework.policy.vocabulary import Role, Section
from casework.referrals import ground_actions, unsent_actions
from tests.house import House, both_databases
from tests.notices.scenes import CITY, kept_from, label_of, names_from_now_on, readers_of_sheets, told
from tests.stories import CANARIES, dao
from tests.tampering import stolen

UNION, CHAIRS = {"lan", "mai", "hoa", "binh"}, {"chinh", "vinh"}


@both_databases
def test_a_notice_is_sealed_to_the_owner_and_to_the_chairs_by_name(house: House, lan):
    notice = told(house)
    assert notice.state == "sent"
    assert readers_of_sheets(house, notice.case_id) == [UNION | CHAIRS]
    with stolen(house) as thief:
        [circle] = thief.rows("agency", id=notice.row["to_id"])
    assert (circle["kind"], circle["name"], circle["circle"]) == ("addressees", "", True)
    assert notice.row["to_id"] not in lan.person.actor.circles


def test_it_names_the_chair_first_then_the_deputies(house: House, lan):
    proposed = lan.does(actions.preview, lan.opens_a_case(dao(grounds=())))
    assert [(one.name, one.role) for one in proposed.addressees] == [
        ("Đặng Văn Chính", Role.CHAIR),
        ("Tạ Quang Vinh", Role.DEPUTY_CHAIR),
    ]


def test_what_is_read_is_what_was_shown_and_nothing_that_names_anybody(house: House, lan, chinh):
    case_id = lan.opens_a_case(dao(grounds=(), danger="yes"))
    proposed = lan.does(actions.preview, case_id).notice
    notice = told(house, case_id=case_id)
    read = chinh.does(actions.read_notice, *notice.at).line.first
    shown = {name: value for name, value in proposed.to_json().items() if name not in ("notice", "step")}
    assert shown == {name: value for name, value in read.to_json().items() if name not in ("notice", "step")}
    assert (read.code, read.danger, read.holder) == (label_of(lan, case_id).code, "yes", "Trần Thị Lan")
    assert read.phone == "0203 555 017"
    text = " ".join(map(str, read.to_json().values()))
    assert not [word for word in (*CANARIES.values(), label_of(lan, case_id).nickname) if word in text]


def test_danger_or_a_group_of_article_24_asks_for_the_police(lan):
    for changes, asks in (
        ({"danger": "no"}, ("handle",)),
        ({"danger": "yes"}, ("handle", "assign_police")),
        ({"identity": Identity(sex="NU", vulnerable=("PN_MANG_THAI",))}, ("handle", "assign_police")),
    ):
        case_id = lan.opens_a_case(dao(grounds=(), **changes))
        assert lan.does(actions.preview, case_id).notice.asks == asks


@pytest.mark.parametrize(
    ("identity", "said", "answer"),
    [
        (Identity(sex="NU", birth_year=2011), "", "yes"),
        (Identity(sex="NU", birth_year=2010), "", "yes"),
        (Identity(sex="NU", birth_year=2009), "", "unknown"),
        (Identity(sex="NU", birth_year=1967), "", "unknown"),
        (Identity(sex="NU", birth_year=1966), "", "yes"),
        (Identity(sex="NU", birth_year=1990, vulnerable=("NGUOI_KHUYET_TAT",)), "", "yes"),
        (Identity(sex="NU"), "", "unknown"),
        (Identity(sex="NU"), "LT16", "yes"),
        (Identity(sex="NU", birth_year=2010), "A16_17", "unknown"),
    ],
)
def test_who_is_under_16_or_60_and_over_needs_no_tick(identity: Identity, said: str, answer: str):
    assert proposals.vulnerability(Label(age_group=said), identity, date(2026, 11, 23)) == answer


def test_who_is_pregnant_by_what_was_said_elsewhere_belongs_to_a_group(lan):
    for said in ({"injuries": Injuries(what=("pregnancy",))}, {"assessment": Assessment(answers=("pregnancy",))}):
        case_id = lan.opens_a_case(dao(grounds=(), **said))
        assert lan.does(actions.preview, case_id).notice.vulnerable == "yes"


def test_a_deed_ticked_as_outside_the_family_by_a_father_is_told_to_the_chair(lan):
    deed = Incident(other=("XAM_HAI_TINH_DUC",))
    for relation, told_to_chair in (("CHA_ME", True), ("HANG_XOM", False), ("KHONG_BIET", False)):
        case_id = lan.opens_a_case(dao(grounds=(), incident=deed, perpetrator=Perpetrator(relation=relation)))
        assert (lan.does(actions.preview, case_id).refusal == "") is told_to_chair
        assert bool(lan.does(actions.list_due)) is told_to_chair
        if told_to_chair:
            lan.does(actions.send, case_id)


@pytest.mark.parametrize(
    ("acts", "relation", "domestic"),
    [
        (("A",), "VO_CHONG", True),
        (("A",), "KHONG_BIET", True),
        (("A",), "", True),
        (("A",), "HANG_XOM", False),
        ((), "HANG_XOM", False),
    ],
)
def test_only_violence_in_a_family_is_told_to_the_chair(house: House, lan, acts, relation, domestic):
    incident = Incident(acts=acts, other=() if acts else ("QUAY_ROI_TINH_DUC",))
    case_id = lan.opens_a_case(dao(grounds=(), incident=incident, perpetrator=Perpetrator(relation=relation)))
    assert (lan.does(actions.preview, case_id).refusal == "") is domestic
    assert lan.does(desk.read_case, case_id).notice.due is domestic
    if not domestic:
        with pytest.raises(Ungrounded, match="bạo lực trong gia đình"):
            lan.does(actions.send, case_id)
        with pytest.raises(Ungrounded):
            lan.does(actions.record_spoken, case_id, Notice(who="anh Chính"))
        with stolen(house) as thief:
            assert thief.rows("notice") == []


@both_databases
def test_who_must_not_know_is_skipped_and_never_holds_an_envelope(house: House, lan):
    case_id = lan.opens_a_case(kept_from("ông Chính"))
    proposed = lan.does(actions.preview, case_id)
    assert ([one.name for one in proposed.addressees], proposed.kin) == (["Tạ Quang Vinh"], ("Đặng Văn Chính",))
    notice = told(house, case_id=case_id)
    assert readers_of_sheets(house, case_id) == [UNION | {"vinh"}]
    assert house["chinh"].does(actions.list_notices).lines == ()
    with pytest.raises(NotFound):
        house["chinh"].does(actions.read_notice, *notice.at)


@pytest.mark.parametrize("name", ["Đặng Văn Chính", "dang van chinh", "ông Chính chủ tịch"])
def test_a_chair_who_did_it_is_not_told(lan, name: str):
    case_id = lan.opens_a_case(dao(grounds=(), perpetrator=Perpetrator(relation="VO_CHONG", name=name)))
    proposed = lan.does(actions.preview, case_id)
    assert [someone.name for someone in proposed.addressees] == ["Tạ Quang Vinh"]
    assert proposed.kin == ("Đặng Văn Chính",)


def test_kin_or_somebody_else_who_is_posted_as_a_reader_is_refused(house: House, lan):
    case_id = lan.opens_a_case(kept_from("ông Chính"))
    for reader in (house["chinh"].id, house["cuong"].id, house["hoa"].id, uuid4()):
        with pytest.raises(Ungrounded, match="không được biết"):
            lan.does(actions.send, case_id, readers=[house["vinh"].id, reader])
    with pytest.raises(BadInput):
        lan.does(actions.send, case_id, readers=[])
    with stolen(house) as thief:
        assert thief.rows("notice") == []


def test_a_sender_may_leave_somebody_out(house: House, lan):
    case_id = lan.opens_a_case(dao(grounds=()))
    lan.does(actions.send, case_id, readers=[house["vinh"].id], asks=["shelter"])
    [line] = house["vinh"].does(actions.list_notices).lines
    assert (line.readers, line.first.asks) == (("Tạ Quang Vinh",), ("handle", "shelter"))
    assert house["chinh"].does(actions.list_notices).lines == ()


def test_where_all_must_not_know_the_level_above_is_called_and_the_call_is_written_down(house: House, lan):
    case_id = lan.opens_a_case(kept_from("Đặng Văn Chính", "Tạ Quang Vinh"))
    assert lan.does(actions.preview, case_id).goes_above
    notice = told(house, case_id=case_id)
    assert (notice.state, notice.row["to_id"]) == ("kin", None)
    assert readers_of_sheets(house, case_id) == [UNION]
    for call in (Notice(who="anh Thắng"), Notice(phone="0203555888")):
        with pytest.raises(BadInput, match="cấp trên"):
            lan.does(actions.record_call, *notice.at, call, reached=True)
    lan.does(actions.record_call, *notice.at, CITY, reached=False)
    assert notice.state == "kin"
    lan.does(actions.record_call, *notice.at, CITY, reached=True)
    assert notice.state == "city"
    assert lan.does(actions.read_notice, *notice.at).line.call.who == CITY.who


def test_a_notice_by_word_says_who_heard_it_when_and_what_and_stays_with_the_owner(house: House, lan, chinh):
    case_id = lan.opens_a_case(dao(grounds=()))
    with pytest.raises(BadInput):
        lan.does(actions.record_spoken, case_id, Notice(who=" "))
    heard = Notice(who="Ông Chính", when="2026-11-23T23:05+07:00", words="Có một vụ, cần công an")
    notice_id = lan.does(actions.record_spoken, case_id, heard)
    page = lan.does(actions.read_notice, case_id, notice_id)
    assert (page.line.state, page.line.first.who, page.line.first.words) == ("spoken", heard.who, heard.words)
    assert readers_of_sheets(house, case_id) == [UNION]
    assert chinh.does(actions.list_notices).lines == ()
    assert not lan.does(desk.read_case, case_id).notice.due


@both_databases
def test_the_same_form_sent_twice_is_one_notice_and_another_one_waits_for_the_first(house: House, lan, hoa):
    case_id, once = lan.opens_a_case(dao(grounds=())), uuid4()
    assert lan.does(actions.send, case_id, once=once) == lan.does(actions.send, case_id, once=once)
    with pytest.raises(Conflict, match="Đã có tin báo"):
        hoa.does(actions.send, case_id)
    with stolen(house) as thief:
        assert len(thief.rows("notice")) == 1


def test_violence_that_comes_again_after_an_answer_is_told_again_to_the_same_circle(house: House, lan):
    first = told(house).goes("open", "assign", "answer")
    second = told(house, case_id=first.case_id)
    assert second.row["to_id"] == first.row["to_id"]
    lan.does(actions.withdraw, *second.at, "báo nhầm")
    assert house["chinh"].does(actions.read_notice, *first.at).line.state == "answered"


def test_a_closed_case_is_not_told_and_says_so(house: House, lan):
    case_id = lan.opens_a_case(dao(grounds=()))
    lan.does(desk.close_case, case_id, outcome="needs_met", words="")
    with pytest.raises(Conflict, match="đã đóng"):
        lan.does(actions.send, case_id)
    with pytest.raises(Conflict, match="đã đóng"):
        lan.does(actions.record_spoken, case_id, Notice(who="anh Chính"))


def test_a_case_of_the_chair_s_own_needs_no_notice(house: House, chinh, cuong):
    own = chinh.opens_a_case(dao(grounds=(), story=Story()))
    assert chinh.does(desk.read_case, own).notice is None
    with pytest.raises(Refused):
        chinh.does(actions.send, own)
    police = cuong.opens_a_case(dao(grounds=()))
    cuong.does(actions.send, police)
    assert [line.case_id for line in chinh.does(actions.list_notices).lines] == [police]


def test_who_must_not_know_may_be_named_later_and_then_the_owner_is_told(house: House, lan):
    notice = told(house)
    assert lan.does(actions.read_notice, *notice.at).line.kin == ()
    names_from_now_on(lan, notice.case_id, "anh Vinh")
    assert lan.does(actions.read_notice, *notice.at).line.kin == ("Tạ Quang Vinh",)
    assert house["chinh"].does(actions.read_notice, *notice.at).line.kin == ()


def test_whoever_joins_the_office_later_reads_no_earlier_notice(house: House, lan):
    case_id = lan.opens_a_case(dao(grounds=()))
    lan.does(actions.send, case_id, readers=[house["chinh"].id])
    assert house["vinh"].person.actor.agency_id == house["chinh"].person.actor.agency_id
    assert house["vinh"].does(actions.list_notices).lines == ()


def test_a_stranger_to_the_case_sends_nothing(house: House, lan, mai, cuong, luu):
    case_id = lan.opens_a_case(dao(grounds=()))
    for someone in (mai, cuong, luu):
        with pytest.raises(NotFound):
            someone.does(actions.send, case_id)
    for name in ("thu", "rang", "quang", "son", "chinh"):
        with pytest.raises(Refused):
            house[name].does(actions.send, case_id)


def test_a_refused_notice_is_a_line_of_the_log(house: House, lan):
    away = {"incident": Incident(other=("QUAY_ROI_TINH_DUC",)), "perpetrator": Perpetrator(relation="NGUOI_LA")}
    case_id = lan.opens_a_case(dao(grounds=(), **away))
    with pytest.raises(Ungrounded):
        lan.does(actions.send, case_id)
    with stolen(house) as thief:
        lines = [row["outcome"] for row in thief.rows("audit_line", act="notice.send")]
    assert lines == ["denied"]


def test_the_section_of_the_notice_is_the_only_one_that_the_chair_holds(house: House, chinh):
    notice = told(house)
    with stolen(house) as thief:
        documents = {row["id"]: row["section"] for row in thief.rows("document", case_id=notice.case_id)}
        held = {
            documents[row["document_id"]]
            for row in thief.rows("envelope", case_id=notice.case_id, agency_id=notice.row["to_id"])
        }
    assert held == {int(Section.NOTICE)}
    for doing, more in ((desk.read_case, ()), (desk.read_section, (Section.LABEL,)), (desk.show_name, ())):
        with pytest.raises(NotFound):
            chinh.does(doing, notice.case_id, *more)
    assert chinh.does(desk.list_cases).cases == ()


def test_the_name_goes_to_the_chair_by_consent_or_by_an_article_and_never_for_danger_alone(house: House, lan, browser):
    case_id = lan.opens_a_case(dao(grounds=()))
    danger = GroundEntry(kind="danger", receiver="chairman", reason="Có dao", told="no")
    with pytest.raises(Ungrounded, match="tin báo không ghi tên"):
        lan.does(ground_actions.record_ground, case_id, danger)
    page = browser("lan").get(f"/vu-viec/{case_id}/chuyen-gui/can-cu/nguy-hiem").text
    assert 'value="chairman"' not in page
    assert 'value="police"' in page
    consent = GroundEntry(kind="consent", receiver="chairman", consent="granted", form="spoken")
    lan.does(ground_actions.record_ground, case_id, consent)


def test_the_one_step_offers_no_second_notice_once_the_chair_was_told(house: House, lan):
    case_id = lan.opens_a_case(dao(grounds=()))
    assert lan.does(unsent_actions.read_unsent, case_id).notice is not None
    lan.does(actions.record_spoken, case_id, Notice(who="Ông Chính"))
    assert lan.does(unsent_actions.read_unsent, case_id).notice is None
    assert lan.does(actions.preview, case_id).told
