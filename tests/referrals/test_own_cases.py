"""Every agency that helps may open a case of its own: its own to read, the Union's to count, nobody's by accident.

The Union, the police and the chair do so as receiving points of Law 13/2022 Article 19; the health station is none.
"""

import pytest

from casework import clock
from casework.cases.sections import GroundEntry, Identity, Letter, Story
from casework.codelists import codelist
from casework.desk import actions as desk
from casework.errors import BadInput, NotFound, Refused
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions, receiving_actions
from casework.referrals import sending_actions as sending
from casework.statistics import actions as counting
from tests.house import only_sqlite
from tests.intake.filling import EVENT, fills, submits
from tests.referrals.scenes import sections
from tests.stories import CANARIES, dao

DAY = 86_400 * clock.MICROSECOND
OWNERS = {"cuong": "police", "tam": "health_station", "phuc": "legal_aid", "nga": "child_protection"}


@pytest.mark.parametrize("name", OWNERS)
@only_sqlite
def test_each_agency_reads_the_whole_of_its_own_case(house, name):
    owner = house[name]
    case_id = owner.opens_a_case(dao(grounds=()))
    page = owner.does(desk.read_case, case_id)
    assert page.line.ours
    assert {Section.STORY, Section.SAFETY_PLAN, Section.ASSESSMENT} <= set(page.sections)
    [story] = owner.does(desk.read_section, case_id, Section.STORY)
    assert story.data.words == CANARIES["story"]
    owner.does(desk.write_section, case_id, Identity(name="Đào", birth_year=1991, sex="NU"), base=1)
    owner.does(desk.add_note, case_id, "đã gọi lại")
    assert len(owner.does(desk.list_cases).cases) == 1
    for other in ("lan", "hoa", "binh", *(owner for owner in OWNERS if owner != name)):
        assert house[other].does(desk.list_cases).cases == ()
        with pytest.raises(NotFound):
            house[other].does(desk.read_case, case_id)


def test_only_the_facts_are_given_to_the_union_and_they_are_counted(house, hoa, cuong):
    case_id = cuong.opens_a_case(dao(grounds=()))
    assert sections(house, case_id, "womens_union") == {Section.FACTS}
    cuong.does(desk.write_section, case_id, Identity(name="Đào", birth_year=1991, sex="KHAC_KHONG_GHI"), base=1)
    assert sections(house, case_id, "womens_union") == {Section.FACTS}
    later = clock.micros() + 100 * DAY
    with clock.use_clock(lambda: later):
        hoa._cookie = None
        closing = hoa.does(counting.preview_period)
        totals = [row.truth for table, _, rows in closing.tables if table.name == "total" for row in rows]
        assert sum(totals) == 1
        with pytest.raises(NotFound):
            hoa.does(desk.read_section, case_id, Section.IDENTITY)


@only_sqlite
def test_a_case_that_a_receiver_seals_to_named_people_gives_nobody_its_facts(house, lan, mai):
    case_id = lan.opens_a_case(dao(grounds=()), circle=[mai])
    assert sections(house, case_id, "womens_union") == set()


@only_sqlite
def test_a_receiver_refers_its_own_case_on_a_ground_of_its_own(house, cuong):
    case_id = cuong.opens_a_case(dao(grounds=()))
    with pytest.raises(BadInput):
        cuong.does(ground_actions.record_ground, case_id, GroundEntry("consent", "police", "granted"))
    entry = cuong.does(
        ground_actions.record_ground, case_id, GroundEntry("consent", "health_station", "granted", "spoken")
    )
    ground = cuong.does(ground_actions.read_ledger, case_id)
    assert "police" not in ground.receivers
    referral_id = cuong.does(sending.send, case_id, entry, Letter(asks=("health",), words="xin khám"))
    house["tam"].does(receiving_actions.open_referral, case_id, referral_id)
    assert house["tam"].does(desk.show_name, case_id) == CANARIES["identity"]
    with pytest.raises(NotFound):
        house["tam"].does(desk.read_section, case_id, Section.STORY)


@only_sqlite
def test_the_chair_opens_a_case_like_any_receiving_point_but_never_holds_a_story(house, chinh):
    with pytest.raises(Refused):
        chinh.opens_a_case(dao(grounds=()))
    case_id = chinh.opens_a_case(dao(grounds=(), story=Story()))
    page = chinh.does(desk.read_case, case_id)
    assert page.line.ours
    assert {Section.IDENTITY, Section.INCIDENT, Section.PERPETRATOR, Section.ASSESSMENT} <= set(page.sections)
    assert Section.STORY not in {*page.sections, *page.writable}
    for act in (desk.read_section, desk.read_history):
        with pytest.raises(Refused):
            chinh.does(act, case_id, Section.STORY)
    with pytest.raises(Refused):
        chinh.does(desk.write_section, case_id, Story(words="x"), base=0)
    with pytest.raises(Refused):
        chinh.does(desk.add_note, case_id, "một ghi chú")
    chinh.does(desk.write_section, case_id, Identity(name="Đào", birth_year=1991, sex="NU"), base=1)
    assert sections(house, case_id, "womens_union") == {Section.FACTS}
    for other in ("lan", "hoa", "cuong", "tam"):
        with pytest.raises(NotFound):
            house[other].does(desk.read_case, case_id)


@only_sqlite
def test_the_chair_refers_its_own_case_and_reads_the_answer(house, chinh):
    case_id = chinh.opens_a_case(dao(grounds=(), story=Story()))
    ground = chinh.does(
        ground_actions.record_ground,
        case_id,
        GroundEntry("consent", "health_station", "granted", "spoken", words="bác gật"),
    )
    assert "chairman" not in chinh.does(ground_actions.read_ledger, case_id).receivers
    referral_id = chinh.does(sending.send, case_id, ground, Letter(asks=("health",)))
    tam = house["tam"]
    for act in (receiving_actions.open_referral, receiving_actions.accept):
        tam.does(act, case_id, referral_id)
    tam.does(receiving_actions.answer, case_id, referral_id, Letter(outcome="provided", words="đã khám"))
    assert [line.state for line in chinh.does(receiving_actions.list_referrals).answered] == ["done"]
    chinh.does(sending.withdraw, case_id, referral_id)
    with pytest.raises(NotFound):
        tam.does(desk.read_case, case_id)


@only_sqlite
def test_the_intake_of_the_chair_asks_for_no_story_and_drops_one_that_is_posted(house, browser, chinh):
    at = browser("chinh")
    draft_id = fills(at, {5: {**EVENT, "words": "đừng ghi câu này"}})
    page = at.get(f"/ghi-nhan/{draft_id}/5").text
    assert 'name="acts"' in page
    assert "Lời kể của người ấy" not in page
    assert "đừng ghi câu này" not in at.get(f"/ghi-nhan/{draft_id}/8").text
    assert submits(at, draft_id).status_code == 303
    [line] = chinh.does(desk.list_cases).cases
    assert Section.STORY not in sections(house, line.id, "chairman")


@only_sqlite
def test_the_chair_does_not_say_aloud_that_the_chair_must_be_told(house, browser):
    aloud = browser("chinh").get("/ghi-nhan").text
    assert "Chủ tịch, Phó Chủ tịch đã biết" in aloud
    assert "tôi báo Chủ tịch xã" not in aloud
    assert "tôi báo Chủ tịch xã" in browser("lan").get("/ghi-nhan").text


@only_sqlite
def test_the_health_station_says_aloud_its_own_duty_and_not_that_of_a_receiving_point(house, browser):
    aloud = browser("tam").get("/ghi-nhan").text
    assert "luật buộc tôi nói với Trạm trưởng" in aloud
    assert "Việc thứ nhất: nói với Trạm trưởng" in aloud
    assert "tôi báo Chủ tịch xã" not in aloud
    assert "Việc thứ nhất: báo Chủ tịch xã" not in aloud
    codes = {point.code for point in codelist("receiving_point")}
    assert {"UBND_XA", "CONG_AN", "NGUOI_DUNG_DAU_CTXH_XA"} <= codes
    assert not [code for code in codes if "Y_TE" in code]


@pytest.mark.parametrize(("name", "leads_too"), [("lan", True), ("hoa", True), ("cuong", False), ("tam", False)])
@only_sqlite
def test_who_is_said_to_read_in_the_agency_does_and_nobody_else(house, browser, name, leads_too):
    aloud = browser(name).get("/ghi-nhan").text
    assert ("Ở Hội có tôi, người trực thay, Chủ tịch, Phó Chủ tịch đọc" in aloud) is leads_too
    assert ("Ở đây chỉ tôi và người trực thay đọc được" in aloud) is not leads_too
    assert "Tòa án đòi bằng văn bản" in aloud
    holder = house[name]
    case_id = holder.opens_a_case(dao(grounds=()))
    readers = {name}
    for other in {"lan", "mai", "hoa", "binh", "cuong", "tam", "chinh"} - {name}:
        try:
            house[other].does(desk.read_case, case_id)
        except NotFound:
            continue
        readers.add(other)
    assert readers == ({name, "hoa", "binh"} if leads_too else {name})
