"""How far a person reaches: their own cases, those of agency and circles; never those of another commune."""

from collections.abc import Callable
from functools import partial
from uuid import UUID, uuid4

import pytest

from casework.cases.sections import Identity, Story
from casework.clock import micros, use_clock
from casework.desk import actions as desk
from casework.errors import BadInput, NotFound, Refused
from casework.intake import actions as intake
from casework.policy.vocabulary import Section
from tests.house import House, Someone, both_databases
from tests.people import STAFF, THANH_SON
from tests.stories import CANARIES, dao
from tests.tampering import stolen

DAY = 86_400_000_000
WORKS_ON_CASES = {"counsellor", "lead", "deputy"}
WORKS_ON_REFERRALS = {"officer", "health_worker", "legal_officer", "child_officer", "chair", "deputy_chair"}


def touching(someone: Someone, case_id: UUID) -> dict[str, Callable[[], object]]:
    """Return everything that can be done with the id of a case."""
    return {
        "case.read": lambda: someone.does(desk.read_case, case_id),
        "name.show": lambda: someone.does(desk.show_name, case_id),
        "section.read": lambda: someone.does(desk.read_section, case_id, Section.STORY),
        "section.history": lambda: someone.does(desk.read_history, case_id, Section.STORY),
        "section.write": lambda: someone.does(desk.write_section, case_id, Story(words="x"), base=1),
        "note.add": lambda: someone.does(desk.add_note, case_id, "x"),
        "case.close": lambda: someone.does(desk.close_case, case_id, outcome="", words="x"),
        "draft.save": lambda: someone.does(intake.save_draft, case_id, 1, {"a": "b"}),
        "draft.open": lambda: someone.does(intake.open_draft, case_id),
        "draft.discard": lambda: someone.does(intake.discard_draft, case_id),
        "case.open": lambda: someone.does(intake.open_case, case_id, dao()),
    }


def let_through(someone: Someone, case_id: UUID) -> set[str]:
    """Return the acts that did not end as if the case did not exist."""
    through = set()
    for act, doing in touching(someone, case_id).items():
        try:
            doing()
        except (NotFound, Refused):
            continue
        through.add(act)
    return through


def listed(someone: Someone) -> set[UUID]:
    found = {case.id for case in someone.does(desk.list_cases).cases}
    for query in ("nguyen thi dao", "Nguyễn Thị Đào", "0987612345", "chi hai"):
        assert {case.id for case in someone.does(desk.search, query)} == found
    return found


@both_databases
def test_only_holder_lead_and_deputy_find_a_case_of_their_agency(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    for username, card in STAFF.items():
        roles = set(card.roles)
        if not roles & (WORKS_ON_CASES | WORKS_ON_REFERRALS):
            with pytest.raises(Refused):
                house[username].does(desk.list_cases)
            continue
        mine = username in ("lan", "hoa", "binh")
        assert listed(house[username]) == ({case_id} if mine else set()), username


def test_another_counsellor_cannot_know_that_it_exists(house: House, lan: Someone, mai: Someone):
    case_id = lan.opens_a_case()
    answers = []
    for asked_id in (case_id, uuid4()):
        for doing in touching(mai, asked_id).values():
            with pytest.raises(NotFound) as caught:
                doing()
            answers.append((type(caught.value), str(caught.value)))
    assert answers[: len(answers) // 2] == answers[len(answers) // 2 :]


def test_no_other_agency_and_no_other_role_touches_a_case(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    others = set(STAFF) - {"lan", "hoa", "binh"}
    assert {name: let_through(house[name], case_id) for name in others} == {name: set() for name in others}
    assert lan.does(desk.read_section, case_id, Section.STORY)[0].revision == 1


def test_the_lead_and_the_deputy_do_what_the_holder_does(house: House, lan: Someone, hoa: Someone, binh: Someone):
    for someone in (hoa, binh):
        case_id = lan.opens_a_case()
        assert someone.does(desk.show_name, case_id) == CANARIES["identity"]
        someone.does(desk.add_note, case_id, "x")
        assert lan.does(desk.read_section, case_id, Section.COUNSELLING)[0].data.to_json() == {"words": "x"}


@both_databases
def test_two_communes_never_see_each_other(house: House, lan: Someone, luu: Someone):
    lien = house["lien"]
    ours, theirs = lan.opens_a_case(), luu.opens_a_case()
    our_draft, their_draft = (one.does(intake.start_draft, {1: {"a": "b"}}) for one in (lan, luu))
    for someone, strange in ((luu, ours), (lien, ours), (lan, theirs), (house["hoa"], theirs)):
        assert let_through(someone, strange) == set()
    for someone, strange in ((luu, our_draft), (lien, our_draft), (lan, their_draft), (house["binh"], their_draft)):
        assert let_through(someone, strange) == set()
    assert (listed(lan), listed(luu), listed(lien)) == ({ours}, {theirs}, {theirs})
    assert [draft.id for draft in luu.does(desk.list_cases).drafts] == [their_draft]


def test_nobody_of_another_commune_is_named_into_a_circle(lan: Someone, luu: Someone, cuong: Someone):
    for stranger in (luu.id, cuong.id, uuid4(), lan.id):
        with pytest.raises(BadInput):
            lan.does(intake.start_draft, {1: {}}, circle=[stranger])


@both_databases
def test_a_case_sealed_to_a_circle_exists_for_its_members_alone(house: House, lan: Someone, mai: Someone, hoa: Someone):
    case_id = lan.opens_a_case(circle=[mai])
    assert (listed(lan), listed(mai)) == ({case_id}, {case_id})
    for username in set(STAFF) - {"lan", "mai"}:
        assert let_through(house[username], case_id) == set(), username
    assert listed(hoa) == set()
    assert mai.does(desk.show_name, case_id) == CANARIES["identity"]
    mai.does(desk.add_note, case_id, "x")
    assert len(lan.does(desk.read_section, case_id, Section.COUNSELLING)) == 1


def test_a_draft_is_its_author_s_alone(house: House, lan: Someone):
    draft = lan.does(intake.start_draft, {1: {"who": "anh ta"}})
    for username in set(STAFF) - {"lan"}:
        assert let_through(house[username], draft) == set(), username
    assert lan.does(intake.open_draft, draft).pages == {1: {"who": "anh ta"}}


@both_databases
def test_a_draft_left_for_seven_days_is_offered_to_the_lead_and_opens_for_her(lan: Someone, mai: Someone, hoa: Someone):
    draft = lan.does(intake.start_draft, {1: {"who": "anh ta"}})
    restricted = lan.does(intake.start_draft, {1: {"who": "anh kia"}}, circle=[mai.id])
    for days, offered in ((6, set()), (7, {draft})):
        now = micros() + days * DAY
        with use_clock(partial(int, now)):
            for person in (lan, mai, hoa):
                person.leaves()
            assert {draft.id for draft in hoa.does(desk.list_cases).drafts} == offered
            assert mai.does(desk.list_cases).drafts == ()
            assert let_through(mai, draft) == set()
            assert let_through(hoa, restricted) == set()
    with use_clock(partial(int, now)):
        assert hoa.does(intake.open_draft, draft).pages == {1: {"who": "anh ta"}}
        hoa.does(intake.save_draft, draft, 2, {"more": "x"})
        assert hoa.does(intake.open_case, draft, dao()) == draft
        assert {case.id for case in lan.does(desk.list_cases).cases} == {draft}


def test_a_discarded_draft_is_nobody_s(house: House, lan: Someone):
    draft = lan.does(intake.start_draft, {1: {"who": "anh ta"}})
    lan.does(intake.discard_draft, draft)
    assert let_through(lan, draft) == set()
    with stolen(house) as thief:
        assert thief.rows("document", case_id=draft) == []
        assert thief.rows("envelope", case_id=draft) == []


def test_a_role_opens_only_the_sections_that_are_for_it(lan: Someone):
    case_id = lan.opens_a_case()
    with pytest.raises((NotFound, Refused)):
        lan.does(desk.read_section, case_id, Section.DRAFT)
    for section in (Section.HEALTH, Section.POLICE, Section.LETTER):
        with pytest.raises((NotFound, Refused)):
            lan.does(desk.read_section, case_id, section)


def test_ids_of_other_things_are_no_cases(house: House, lan: Someone):
    lan.opens_a_case()
    with stolen(house) as thief:
        ids = [thief.rows("agency", commune_id=THANH_SON)[0]["id"], lan.id, THANH_SON]
        ids += [thief.rows("document")[0]["id"]]
    assert [let_through(lan, strange) for strange in ids] == [set()] * 4


@both_databases
def test_a_name_is_found_however_it_is_typed(lan: Someone):
    case_id = lan.opens_a_case(dao(identity=Identity(name="Nguyê\u0303n Thị Đa\u0300o", sex="NU")))
    for query in (
        "nguyen thi dao",
        "NGUYEN THI DAO",
        "Nguyễn Thị Đào",
        "Nguyê\u0303n Thi\u0323 Đa\u0300o",
        "thị đào",
        "đào",
        "dao",
        "  nguyễn   thị ",
    ):
        assert [case.id for case in lan.does(desk.search, query)] == [case_id], query
    assert lan.does(desk.search, "nguyen thi dan") == ()
    assert CANARIES["identity"] not in repr(lan.does(desk.search, "dao"))
