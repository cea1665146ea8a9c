"""What the pages of an intake say against each other is asked about on the later page; what was typed stays."""

import pytest

from casework import clock
from casework.desk import actions as desk
from casework.policy.vocabulary import Section
from tests.house import only_sqlite
from tests.intake.filling import EVENT, PERSON, SHARING, TOLD, begins, fills, sends, shown, submits, value, wrongs
from tests.intake.test_drafts import MINUTE, later

pytestmark = only_sqlite
CHILD = {**TOLD, "age_group": "LT16"}


def test_a_boyfriend_beside_acts_of_the_family_is_asked_about_at_once(lan, browser):
    client = browser("lan")
    draft_id = fills(client)
    answer = sends(client, draft_id, 6, {**SHARING, "relation": "NGUOI_YEU", "other_name": "anh Tư"})
    assert answer.status_code == 422
    [words] = wrongs(answer)
    assert "không phải người trong gia đình" in words
    assert "Bị đánh, bị hành hung" in words
    assert value(answer, "other_name") == "anh Tư"
    assert submits(client, draft_id).location.startswith(f"/ghi-nhan/{draft_id}/6?")
    assert sends(client, draft_id, 5, {"other": ["DANH_DAP"]}).status_code == 303
    assert submits(client, draft_id).location.startswith(f"/vu-viec/{draft_id}")
    assert lan.does(desk.read_section, draft_id, Section.FACTS)[0].data.other == ("DANH_DAP",)


@pytest.mark.parametrize("relation", ["KHONG_BIET", "SONG_NHU_VC", "NGUOI_THAN_VC_CU"])
def test_who_is_not_known_or_is_family_is_not_asked_about(browser, relation):
    client = browser("lan")
    draft_id = fills(client, {6: {**SHARING, "relation": relation}})
    assert submits(client, draft_id).location.startswith(f"/vu-viec/{draft_id}")


@pytest.mark.parametrize(
    ("pages", "least"),
    [
        ({5: {**EVENT, "weapon": ["knife"]}}, "khẩn cấp"),
        ({5: {**EVENT, "injuries": ["neck"]}}, "khẩn cấp"),
        ({4: {**PERSON, "vulnerable": ["PN_MANG_THAI"]}}, "khẩn cấp"),
        ({4: {**PERSON, "vulnerable": ["PN_MANG_THAI"]}, 5: {"acts": ["B"]}}, "cao"),
    ],
)
def test_a_level_lower_than_the_earlier_pages_say_needs_a_reason(browser, pages, least):
    client = browser("lan")
    draft_id = fills(client, pages)
    answer = sends(client, draft_id, 6, {**SHARING, "level": "low"})
    assert f"mức {least}." in " ".join(wrongs(answer))
    assert sends(client, draft_id, 6, {**SHARING, "level": "low", "reasons": "đã đi tù"}).status_code == 303


def test_a_level_that_is_left_open_is_derived_from_every_page_and_shown_before_it_is_kept(lan, browser):
    client = browser("lan")
    case_id = fills(client, {5: {**EVENT, "weapon": ["rope"]}})
    assert "Khẩn cấp" in shown(client.get(f"/ghi-nhan/{case_id}/8"))
    submits(client, case_id)
    assert lan.does(desk.read_section, case_id, Section.ASSESSMENT)[0].data.level == "urgent"


def test_on_a_locked_screen_a_page_is_kept_and_compared_later(browser):
    client = browser("lan")
    draft_id = fills(client)
    with later(16 * MINUTE):
        answer = sends(client, draft_id, 6, {**SHARING, "relation": "NGUOI_YEU"})
    assert answer.location == f"/ghi-nhan/{draft_id}/8"


def test_an_age_that_the_year_of_birth_does_not_allow_is_asked_about(browser):
    client = browser("lan")
    draft_id = begins(client, CHILD)
    answer = sends(client, draft_id, 4, {**PERSON, "birth_year": "1987"})
    assert answer.status_code == 422
    assert "Dưới 16 tuổi" in " ".join(wrongs(answer))
    assert value(answer, "birth_year") == "1987"
    assert sends(client, draft_id, 4, {**PERSON, "birth_year": str(clock.today().year - 16)}).status_code == 303
