"""A marker in every section of a referred case, everybody on every route with every id: who reads what, and no more."""

from uuid import UUID

import pytest

from casework.addresses import actions as addresses
from casework.cases.sections import GroundEntry, Letter, Reporter, Shelter
from casework.codelists import codelist
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions, receiving_actions
from casework.referrals import sending_actions as sending
from tests.canaries.cases import Marked, a_case, marker
from tests.canaries.crawl import answers
from tests.house import House, only_sqlite
from tests.people import STAFF
from tests.referrals.scenes import AT, POLICE, referred, sections
from tests.stories import HALL, dao

pytestmark = only_sqlite
SHOWING = {"desk.show_name": {}, "desk.find": {"query": "hoang"}}
UNION = {"lan", "hoa", "binh"}
RECEIVING = {"cuong", "tam"}


def shown(app, house: House, name: str, ids: list[UUID], words: dict[str, str], *, astray: int | None = 1) -> set[str]:
    every = name in UNION | RECEIVING
    seen = list(answers(app, house[name], ids[:1], posts=SHOWING, every=every, inner=ids[1:], astray=astray))
    assert [answer.path for answer in seen if answer.status >= 500] == []
    return {key for key, word in words.items() if any(word in answer.text for answer in seen)}


def referred_to_both(house: House, case: Marked) -> tuple[dict[str, str], list[UUID], UUID]:
    """Refer a case to the police, who open and answer, and to the health station, which has not opened it yet."""
    lan, cuong, letter = house["lan"], house["cuong"], marker()
    [police] = lan.does(ground_actions.read_ledger, case.id).grounds
    health = lan.does(
        ground_actions.record_ground, case.id, GroundEntry("consent", "health_station", "granted", "spoken")
    )
    first = lan.does(sending.send, case.id, police.id, Letter(asks=("police",), words=letter))
    second = lan.does(sending.send, case.id, health, Letter(asks=("health",), words=letter))
    cuong.does(receiving_actions.open_referral, case.id, first)
    cuong.does(receiving_actions.accept, case.id, first)
    words = {section.code: word for section, word in case.markers.items()} | {"letter": letter}
    return words, [case.id, police.id, health, first, second], first


def test_everybody_reads_her_part_of_a_referred_case_and_nobody_more(app, house):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    case, other = a_case(house), a_case(house)
    words, ids, sent = referred_to_both(house, case)
    part = {section.code for section in POLICE | {Section.GROUNDS}} & set(words) | {"letter"}
    for name in STAFF:
        expected = set(words) if name in UNION else part if name == "cuong" else set()
        # Who reads a part of the case tries each id of it in the place of the case; others do in tests/laws/test_ids.
        astray = None if name == "cuong" else 1
        assert shown(app, house, name, ids, words, astray=astray) == expected, name
    theirs = {section.code: word for section, word in other.markers.items()}
    assert shown(app, house, "cuong", [other.id, *ids[1:]], theirs, astray=0) == set()
    house["lan"].does(sending.withdraw, case.id, sent)
    assert shown(app, house, "cuong", ids, words) == set()


@pytest.mark.parametrize("receiver", AT)
def test_no_receiver_learns_who_reported_or_at_which_address_the_person_is(app, house, lan, hoa, receiver):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    place_id, name = hoa.does(addresses.add_address, HALL), AT[receiver]
    told = {"reporter": "TONG_DAI", "channel": "DON_THU"}
    reporter = Reporter(reporter_type=told["reporter"], channel=told["channel"])
    case_id = lan.opens_a_case(dao(grounds=(), reporter=reporter, shelter=Shelter(address_id=str(place_id))))
    referral = referred(house, receiver, case_id=case_id).goes("open", "accept")
    words = {
        "who": codelist("reporter_type").label(told["reporter"], "vi"),
        "how": codelist("report_channel").label(told["channel"], "vi"),
        "where": HALL.name,
    }
    ids = [referral.referral_id, referral.ground_id]
    seen = list(answers(app, house[name], [case_id], posts=SHOWING, every=True, inner=ids, astray=0))
    about = [answer.text for answer in seen if str(case_id) in answer.path]
    assert any("Thư chuyển gửi" in text for text in about), "the pages of the case were not looked at"
    assert {key for key, word in words.items() if any(word in text for text in about)} == set()
    assert sections(house, case_id, receiver).isdisjoint({Section.REPORTER, Section.SHELTER})
    # She who keeps the case reads all three: her pages are asked for until each was seen.
    missing = set(words.values())
    owners = answers(app, lan, [case_id], posts=SHOWING, every=True)
    while missing and (answer := next(owners, None)):
        missing -= {word for word in missing if word in answer.text}
    assert missing == set()
