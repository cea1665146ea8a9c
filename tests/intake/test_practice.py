"""A practice case is written on the true pages and found by nothing else; it goes in one step, or becomes true."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from casework.cases import restriction
from casework.cases.sections import Identity, Incident, Perpetrator, Reporter
from casework.desk import actions as desk
from casework.errors import Conflict, NotFound
from casework.intake import actions as intake
from casework.intake.night_actions import record_night_sheet
from casework.intake.practice_actions import list_practice, promote_practice, remove_practice
from casework.oversight.actions import read_log
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Section
from tests.house import only_sqlite
from tests.intake.filling import PAGES, begins, sends, shown
from tests.intake.test_night_sheet import SHEET, TYPED
from tests.laws.acts_of_routes import ACTS
from tests.laws.test_ids import filled
from tests.retention.scenes import CASE_TABLES, OWN, rows_of
from tests.stories import CANARIES, dao
from tests.tampering import refused, stolen

pytestmark = only_sqlite
# The telephones of an emergency; and the last page of an intake, sent twice, which finds the case that it made.
LEAD_TO_THE_CASE = {"intake.steps", "intake.submit"}
OF_PRACTICE = {Act.PRACTICE_PROMOTE, Act.PRACTICE_REMOVE}


def practised(someone, **sections) -> UUID:
    """Open a practice case from a whole intake."""
    draft = someone.does(intake.start_draft, {})
    return someone.does(intake.open_case, draft, dao(practice=True, **sections))


def test_the_intake_is_practised_on_its_own_pages_and_every_page_says_so(lan, browser):
    client = browser("lan")
    assert "Ca tập: không đếm" in shown(client.get("/ghi-nhan?tap=1"))
    told = {**PAGES[1], "practice": "yes"}
    assert "Ca tập: không đếm" in shown(client.post("/ghi-nhan/tiep", data=told))
    draft = begins(client, told)
    assert [one.practice for one in lan.does(desk.list_cases).drafts] == [True]
    for number in range(3, 7):
        assert "Ca tập: không đếm" in shown(client.get(f"/ghi-nhan/{draft}/{number}"))
        assert sends(client, draft, number, PAGES[number]).status_code == 303
    assert "Ca tập: không đếm" in shown(client.get(f"/ghi-nhan/{draft}/8"))
    answer = client.post(f"/ghi-nhan/{draft}/8", data={"practice": "yes"})
    assert answer.location == f"/vu-viec/{draft}"
    page = shown(client.get(answer.location))
    assert "Ca tập: không đếm, không gửi cho ai" in page
    assert "Đóng vụ việc" not in page
    assert [case.id for case in lan.does(list_practice)] == [draft]


def test_a_true_intake_is_no_practice_whatever_its_last_page_sends(lan, browser):
    client = browser("lan")
    draft = begins(client)
    for number in range(3, 7):
        sends(client, draft, number, PAGES[number])
    client.post(f"/ghi-nhan/{draft}/8", data={"practice": "yes"})
    assert [case.id for case in lan.does(desk.list_cases).cases] == [draft]
    assert lan.does(list_practice) == ()


def test_the_night_sheet_is_practised_and_sealed_to_nobody_by_name(lan, hoa, mai, browser):
    somebody = {"secret": "somebody", "whom": "cô Tư", "readers": [str(mai.id)]}
    answer = browser("lan").post("/don-dem", data={**TYPED, **somebody, "practice": "yes", "danger": "yes"})
    (case,) = lan.does(list_practice)
    assert answer.location == f"/vu-viec/{case.id}"
    assert lan.does(desk.list_cases).cases == ()
    assert [one.id for one in hoa.does(list_practice)] == [case.id]
    assert mai.does(list_practice) == ()


def test_no_list_and_no_search_reaches_it(lan, hoa):
    practised(lan)
    for somebody in (lan, hoa):
        home = somebody.does(desk.list_cases, whole_page=True)
        assert (home.cases, home.untold, home.unsent, home.reviews, home.clocks) == ((), (), (), (), ())
        assert somebody.does(desk.search, "dao") == somebody.does(desk.search, CANARIES["identity"]) == ()


def test_it_has_nothing_to_be_counted_also_after_it_was_written_on(lan, house):
    case_id = practised(lan)
    lan.does(desk.write_section, case_id, Identity(sex="NU", birth_year=1990), base=1)
    assert Section.FACTS not in lan.does(desk.read_case, case_id).sections
    with stolen(house) as thief:
        assert [row for row in thief.rows("document", case_id=case_id) if row["section"] == Section.FACTS] == []


def test_no_address_finds_it_but_those_whose_act_the_policy_lets_practise(app, lan, hoa, browser):
    case_id, wrong = practised(lan), []
    lan.does(desk.add_note, case_id, "tập ghi chú")
    allowed = {act for act, row in policy().rows.items() if row.practice} | OF_PRACTICE
    ids = {"case_id": case_id, "draft_id": case_id, "contact_id": case_id}
    rules = [rule for rule in app.url_map.iter_rules() if {"case_id", "draft_id", "contact_id"} & rule.arguments]
    tried = 0
    for username in ("lan", "hoa"):
        client = browser(username)
        for rule in rules:
            for method in {"GET", "POST"} & (rule.methods or set()):
                act = ACTS.get((method, rule.endpoint))
                if act is None or act in allowed or rule.endpoint in LEAD_TO_THE_CASE:
                    continue
                missing = {name: uuid4() for name in rule.arguments if name.endswith("_id")}
                path = filled(app, rule, method, {**missing, **ids})
                answer, tried = client.open(path, method=method, data={"words": "x", "base": "1"}), tried + 1
                if answer.status_code not in {403, 404}:
                    wrong.append((username, method, path, answer.status_code))
    assert tried > 60
    assert wrong == []
    assert lan.does(desk.read_case, case_id).line.practice


def test_it_is_removed_in_one_step_with_all_that_was_written(lan, house, browser):
    case_id = practised(lan)
    client = browser("lan")
    answer = client.post(f"/tap/{case_id}/bo")
    assert answer.location == "/tap"
    assert "Đã bỏ ca tập." in client.get("/tap").text
    with pytest.raises(NotFound):
        lan.does(desk.read_case, case_id)
    with stolen(house) as thief:
        assert not thief.rows("document", case_id=case_id)
        assert not thief.rows("case_file", id=case_id)


def test_a_true_case_is_neither_removed_nor_made_true_by_the_acts_of_practice(lan):
    case_id = lan.opens_a_case(dao(grounds=()))
    for act in (remove_practice, promote_practice):
        with pytest.raises(NotFound):
            lan.does(act, case_id)
    assert lan.does(desk.read_case, case_id).line.is_open


def test_nobody_elses_practice_is_found(lan, mai, cuong):
    case_id = practised(lan)
    for somebody in (mai, cuong):
        for act in (desk.read_case, remove_practice, promote_practice):
            with pytest.raises(NotFound):
                somebody.does(act, case_id)


def test_what_turns_out_to_be_true_becomes_a_case_with_all_that_was_said(lan, browser):
    case_id = practised(lan)
    client = browser("lan")
    assert client.post(f"/tap/{case_id}/that").location == f"/vu-viec/{case_id}/gui-ngay"
    (line,) = lan.does(desk.list_cases).cases
    assert line.id == case_id
    assert Section.FACTS in lan.does(desk.read_case, case_id).sections
    assert lan.does(desk.search, CANARIES["identity"])
    assert lan.does(list_practice) == ()


def test_a_night_sheet_for_practice_can_be_finished_section_by_section(lan):
    case_id = lan.does(record_night_sheet, SHEET, practice=True)
    written = (Reporter("BAN_THAN"), Identity(sex="NU"), Incident(acts=("A",)), Perpetrator(relation="VO_CHONG"))
    for section in written:
        lan.does(desk.write_section, case_id, section, base=0)
    assert lan.does(desk.read_case, case_id).unasked == ()


def test_readers_who_are_changed_while_practising_seal_nothing_to_a_few(lan, mai, hoa, browser):
    client = browser("lan")
    draft = begins(client, {**PAGES[1], "practice": "yes"})
    named = {"secret": "somebody", "whom": "cô Tư", "readers": [str(mai.id)]}
    assert sends(client, draft, 2, named).location == f"/ghi-nhan/{draft}/3"
    for number in range(3, 7):
        sends(client, draft, number, PAGES[number])
    assert client.post(f"/ghi-nhan/{draft}/8", data={"practice": "yes"}).location == f"/vu-viec/{draft}"
    assert [case.id for case in hoa.does(list_practice)] == [draft]
    assert mai.does(list_practice) == ()


def test_what_becomes_true_leads_first_to_who_alone_shall_read_it_where_somebody_must_not_know(lan, mai, hoa, browser):
    named = replace(SHEET, somebody="yes", who_must_not_know="cô Tư ở Hội")
    case_id = lan.does(record_night_sheet, named, practice=True)
    client = browser("lan")
    answer = client.post(f"/tap/{case_id}/that")
    assert answer.location == f"/vu-viec/{case_id}/nguoi-doc/giu-kin"
    assert "Ca này có người không được biết" in client.get("/").text
    lan.does(restriction.restrict, case_id, [mai.id])
    assert mai.does(desk.read_case, case_id).restricted
    with pytest.raises(NotFound):
        hoa.does(desk.read_case, case_id)


def test_a_sheet_that_is_sent_again_after_its_practice_case_was_removed_takes_no_id_that_a_restore_erases(lan, browser):
    once = uuid4()
    removed = lan.does(record_night_sheet, SHEET, once=once, practice=True)
    lan.does(remove_practice, removed)
    for practice in (True, False):
        with pytest.raises(Conflict, match="đã được ghi một lần rồi"):
            lan.does(record_night_sheet, SHEET, once=once, practice=practice)
    client = browser("lan")
    answer = client.post("/don-dem", data={**TYPED, "once": once.hex})
    assert answer.status_code == 409
    assert "hãy mở một tờ mới" in shown(answer)
    assert lan.does(desk.list_cases).cases == ()
    assert lan.does(record_night_sheet, SHEET) != removed


def test_a_true_case_that_was_set_back_to_practice_is_not_removed_by_one_person(house, lan, hoa):
    """The attack: rows from before the promotion, and a line that no longer says what it was about."""
    case_id = practised(lan)
    earlier = rows_of(house, case_id)
    lan.does(promote_practice, case_id)
    # The last line of the log is compared whenever another is written.
    hoa.does(desk.list_cases)
    with stolen(house) as thief:
        for table, column in (CASE_TABLES | OWN).items():
            thief.delete(table, **{column: case_id})
        for table in reversed([*CASE_TABLES, *OWN]):
            thief.put(table, *earlier[table])
        assert thief.change("audit_line", {"head": case_id, "act": Act.PRACTICE_PROMOTE}, head=None, head_mac=None)
    refused(lambda: lan.does(remove_practice, case_id))
    assert rows_of(house, case_id) == earlier


def test_the_lead_reads_who_removed_a_practice_case(lan, hoa):
    lan.does(remove_practice, practised(lan))
    lines = hoa.does(read_log).lines
    assert [line.who for line in lines if line.act == Act.PRACTICE_REMOVE] == ["Trần Thị Lan"]
