"""Whatever is sent with a form about a referral: the right status in Vietnamese, the text kept, never a fault."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from lxml import html

from casework import clock
from casework.app import create_app
from casework.web.form_tokens import FIELD
from tests.browsing import browser_of
from tests.house import House, only_sqlite
from tests.people import STAFF
from tests.referrals.scenes import Referred, everything, referred

pytestmark = only_sqlite
WORDS = "Chị dặn: đi cổng sau, đừng gọi điện"
IDLE = 20 * 60 * clock.MICROSECOND
TOLD = {"receiver": "health_station", "told": "yes", "words": WORDS, "parts": "1", "sections": "identity"}
DAY = {"when-day": "1", "when-month": "9", "when-year": "2026"}
BROKEN = {
    "31 February": {"when-day": "31", "when-month": "2", "when-year": "2026"},
    "the year of the other calendar": DAY | {"when-year": "2569"},
    "no number": DAY | {"when-day": "mồng một"},
    "half a day": DAY | {"when-month": ""},
}


@dataclass(frozen=True)
class Form:
    """A form: who sends it, after which steps, where to, what is right, which fields are codes and which is text."""

    who: str
    steps: tuple[str, ...]
    to: str
    right: Mapping[str, str]
    codes: tuple[str, ...] = ()
    text: str = "words"
    needed: bool = True


FORMS = {
    "consent": Form(
        "lan",
        (),
        "{case}/can-cu/dong-y",
        {
            "receiver": "health_station",
            "consent": "granted",
            "words": WORDS,
            "parts": "1",
            "sections": "identity",
            "how": "spoken",
            "consent_by": "herself",
        },
        ("receiver", "consent", "sections", "how", "consent_by"),
    ),
    "duty": Form(
        "lan",
        (),
        "{case}/can-cu/luat",
        TOLD | {"receiver": "police", "duty": "L13_20_4"},
        ("receiver", "duty", "told", "sections"),
    ),
    "danger": Form("lan", (), "{case}/can-cu/nguy-hiem", TOLD | {"reason": "có dao"}, ("receiver", "told", "sections")),
    "ending": Form(
        "lan", (), "{case}/can-cu/{ground}/rut", {"pressed": "no", "words": WORDS}, ("pressed",), needed=False
    ),
    "send": Form("lan", ("withdraw",), "{case}/can-cu/{ground}/gui", {"asks": "police", "words": WORDS}, ("asks",)),
    "call": Form(
        "lan",
        (),
        "{referral}/goi",
        {"hour": "0:00", "who": "anh trực ban", "reached": "yes"},
        ("hour", "reached"),
        text="who",
    ),
    "reply": Form("lan", ("open",), "{referral}/nhan-them", {"words": WORDS}),
    "record": Form(
        "lan",
        ("open",),
        "{referral}/ghi-ho",
        {"outcome": "provided", "words": WORDS, "who": "anh Cường", **DAY},
        ("outcome",),
    ),
    "decline": Form("cuong", ("open",), "{referral}/chua-nhan", {"words": WORDS}),
    "ask": Form("cuong", ("open",), "{referral}/hoi-lai", {"words": WORDS}),
    "answer": Form(
        "cuong", ("open", "accept"), "{referral}/tra-loi", {"outcome": "provided", "words": WORDS, **DAY}, ("outcome",)
    ),
}
DATED = [name for name, form in FORMS.items() if "when-day" in form.right]
EACH = pytest.mark.parametrize("name", FORMS)


@dataclass
class Scene:
    """A referral that stands where a form leads on, and somebody at its form."""

    referral: Referred
    form: Form
    client: FlaskClient

    @property
    def path(self) -> str:
        """Return where the form posts to."""
        case = f"/vu-viec/{self.referral.case_id}/chuyen-gui"
        return self.form.to.format(case=case, referral=self.referral.path, ground=self.referral.ground_id)

    def sends(self, changed: Mapping[str, object] | None = None, **more: object):
        """Send what is right but for some fields."""
        return self.client.post(self.path, data={**self.form.right, **(changed or {})}, **more)

    def standing(self) -> dict[str, list[str]]:
        """Return every row of the case."""
        return everything(self.referral.house, self.referral.case_id)


def open_scene(house: House, app, name: str) -> Scene:
    form = FORMS[name]
    referral = referred(house, danger="yes").goes(*form.steps)
    return Scene(referral, form, browser_of(app, house[form.who]))


def refuses(scene: Scene, changed: Mapping[str, object]) -> str:
    """Send something wrong: 422, nothing is written, the page says so in Vietnamese; return the page."""
    before = scene.standing()
    answer = scene.sends(changed)
    assert answer.status_code == 422, changed
    assert scene.standing() == before
    page = unescape(answer.text)
    assert "Cần sửa:" in page
    assert "data-problems" in page
    assert not any(english in page for english in ("Not a valid", "This field", "required", "Invalid"))
    return page


@EACH
def test_what_is_right_is_done(house, app, name):
    scene = open_scene(house, app, name)
    before = scene.standing()
    assert scene.sends().status_code == 303
    assert scene.standing() != before


@EACH
def test_an_unknown_code_is_refused_and_what_was_typed_is_kept(house, app, name):
    scene = open_scene(house, app, name)
    for code in scene.form.codes:
        for wrong in ("không-có-mã-này", "statistics", "-1", "a\x00b"):
            assert scene.form.right[scene.form.text] in refuses(scene, {code: wrong})


@EACH
def test_missing_fields_are_asked_for(house, app, name):
    scene = open_scene(house, app, name)
    if scene.form.needed:
        refuses(scene, dict.fromkeys(scene.form.right, ""))
        assert scene.client.post(scene.path, data={}).status_code == 422
    else:
        assert scene.client.post(scene.path, data={}).status_code == 303


@EACH
def test_repeated_fields_are_no_fault(house, app, name):
    scene = open_scene(house, app, name)
    doubled = {field: [value, "x", value] for field, value in scene.form.right.items()}
    assert scene.client.post(scene.path, data=doubled).status_code in {303, 422}


@pytest.mark.parametrize("name", DATED)
@pytest.mark.parametrize("day", BROKEN)
def test_a_day_that_there_is_not_is_asked_for_again_with_what_was_typed(house, app, name, day):
    page = refuses(open_scene(house, app, name), BROKEN[day])
    assert WORDS in page
    assert f'value="{BROKEN[day]["when-day"]}"' in page


@EACH
def test_letters_that_cannot_be_seen_are_dropped_marks_are_joined_and_emoji_stay(house, app, name):
    scene = open_scene(house, app, name)
    typed = "a\x00b\u202e\u2066\x07 " + unicodedata.normalize("NFD", "Nguyễn Thị Đào") + " 👩‍👧‍👦 <im đi>"
    before = scene.standing()
    assert scene.sends({scene.form.text: typed}).status_code == 303
    assert scene.standing() != before
    client = browser_of(app, house["lan"])
    pages = (scene.referral.path, f"/vu-viec/{scene.referral.case_id}/chuyen-gui", *sent_to(client, scene))
    shown = "".join(unescape(client.get(path).text) for path in pages)
    assert "ab Nguyễn Thị Đào 👩‍👧‍👦 <im đi>" in shown
    assert "\u202e" not in shown


def sent_to(client: FlaskClient, scene: Scene) -> Iterator[str]:
    """Yield the pages of every referral of the case."""
    page = client.get(f"/vu-viec/{scene.referral.case_id}/chuyen-gui").text
    start = f"/vu-viec/{scene.referral.case_id}/chuyen-gui/"
    yield from {start + part[:36] for part in page.split(start)[1:] if not part.startswith("can-cu/")}


@EACH
def test_ten_megabytes_are_refused_with_a_page_that_says_so(house, app, name):
    scene = open_scene(house, app, name)
    before = scene.standing()
    answer = scene.sends({scene.form.text: "x" * 10_000_000})
    assert answer.status_code == 413
    assert "Sổ ca" in answer.text
    assert scene.standing() == before
    assert refuses(scene, {scene.form.text: "ă" * 30_000})


@EACH
def test_a_post_from_another_site_or_without_its_token_changes_nothing(house, app, name):
    scene = open_scene(house, app, name)
    before = scene.standing()
    assert scene.sends(headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    strict = create_app(house.config)
    for token in ({}, {"csrf_token": "không phải"}):
        answer = Scene(scene.referral, scene.form, browser_of(strict, house[scene.form.who])).sends(token)
        assert answer.status_code == 400
        assert 'lang="vi"' in answer.text
    assert scene.standing() == before


@EACH
def test_a_screen_that_has_locked_writes_nothing_and_asks_to_be_unlocked(house, app, name):
    scene = open_scene(house, app, name)
    before, later = scene.standing(), clock.micros() + IDLE
    with clock.use_clock(lambda: later):
        answer = scene.sends()
    assert answer.status_code == 303
    assert answer.location.startswith("/mo-khoa")
    assert scene.standing() == before


@pytest.mark.parametrize("name", ["send", "answer", "consent"])
def test_what_was_typed_when_the_screen_locked_is_handed_back_and_can_be_sent(house, app, name):
    scene = open_scene(house, app, name)
    at = scene.path.replace("/gui", "/xem-truoc")
    page = html.fromstring(scene.client.get(at).text)
    token = {FIELD: page.xpath(f"//main//input[@name='{FIELD}']/@value")[0]}
    later = clock.micros() + IDLE
    with clock.use_clock(lambda: later):
        locked = scene.sends(token)
        back = scene.client.post(locked.location, data={"passphrase": STAFF[scene.form.who].passphrase})
        again = scene.client.get(back.location, follow_redirects=True)
        assert again.request.path == at
        assert WORDS in unescape(again.text)
        assert scene.sends().status_code == 303


@EACH
def test_a_form_of_another_parent_is_not_found_though_its_fields_are_wrong_too(house, app, name):
    scene = open_scene(house, app, name)
    other = Referred(house, uuid4(), scene.referral.ground_id, scene.referral.referral_id, scene.referral.to)
    for typed in (scene.form.right, {}):
        astray = Scene(other, scene.form, scene.client)
        assert astray.client.post(astray.path, data=typed).status_code == 404


def test_an_extra_field_changes_no_state_and_no_receiver(house, app):
    scene = open_scene(house, app, "send")
    extra = {"override": "1", "state": "accepted", "to_id": str(uuid4()), "sections": "story", "receiver": "police"}
    assert scene.sends(extra).status_code == 303
    assert not any("accepted" in row for row in scene.standing()["referral"])
