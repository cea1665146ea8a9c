"""A duty that carries no section is kept by the notice to the chair: no path makes a ground or a referral of it."""

from uuid import UUID, uuid4

import pytest

from casework.audit import freshness
from casework.cases import reading, writing
from casework.cases.models import Ground
from casework.cases.sections import GroundEntry
from casework.cases.states import GroundState
from casework.codelists import codelist
from casework.errors import Ungrounded
from casework.gate import Action
from casework.policy.vocabulary import Act, Section
from casework.referrals import sending_actions as sending
from casework.referrals import unsent_actions
from tests.house import House, Someone, only_sqlite
from tests.intake.filling import shown
from tests.referrals.scenes import ASKED, everything, sections
from tests.stories import dao

pytestmark = [only_sqlite, pytest.mark.parametrize("article", ["L13_20_1", "L13_20_2"])]


def as_before(someone: Someone, case_id: UUID, article: str) -> UUID:
    """Write a ground as an earlier program did, which took any article."""

    def record(context):
        case = reading.find_case(context, case_id)
        chairs = freshness.agency_of_kind(context.crypto, "chairman")
        assert chairs
        row = {"id": uuid4(), "case_id": case_id, "receiver_id": chairs.id, "sections": "", "state": GroundState.LIVE}
        context.session.add(Ground(commune_id=context.commune_id, until=None, **row))
        entry = GroundEntry("duty", "chairman", duty=article)
        writing.save_json(context, case, Section.GROUNDS, entry.to_json(), series=row["id"])
        return row["id"]

    return someone.does(Action(Act.GROUND_RECORD, record))


def test_it_is_not_offered_and_a_page_that_names_it_all_the_same_is_refused(house: House, lan, browser, article):
    case_id = lan.opens_a_case(dao(grounds=()))
    before, url = everything(house, case_id), f"/vu-viec/{case_id}/chuyen-gui/can-cu/luat"
    assert f'value="{article}"' not in browser("lan").get(url).text
    typed = {"receiver": "chairman", "duty": article, "told": "yes", "parts": "1", "sections": "identity"}
    answer = browser("lan").post(url, data={**typed, "words": "Đã nói với chị ấy"})
    assert answer.status_code == 422
    assert "Đã nói với chị ấy" in answer.text
    assert everything(house, case_id) == before


def test_an_intake_cannot_bring_it_in(lan, article):
    with pytest.raises(Ungrounded, match="tin báo"):
        lan.opens_a_case(dao(grounds=(GroundEntry("duty", "chairman", duty=article),)))


def test_an_older_one_is_read_and_cannot_be_sent_and_no_list_asks_for_it(house: House, lan, browser, article):
    case_id = lan.opens_a_case(dao(grounds=()))
    ground_id = as_before(lan, case_id, article)
    before = everything(house, case_id)
    for doing, more in (
        (sending.preview, (ground_id,)),
        (sending.send, (ground_id, ASKED)),
        (unsent_actions.send_unsent, ({ground_id: ASKED},)),
    ):
        with pytest.raises(Ungrounded, match="tin báo"):
            lan.does(doing, case_id, *more)
    assert everything(house, case_id) == before
    assert sections(house, case_id, "chairman") == set()
    page = shown(browser("lan").get(f"/vu-viec/{case_id}/chuyen-gui"))
    assert codelist("duty_article").label(article) in page
    assert "Xem trước rồi chuyển gửi" not in page
    assert "đã nói mà chưa gửi" not in shown(browser("lan").get("/"))
