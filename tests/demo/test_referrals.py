"""The demo shows the main job: referrals in every state, and quarters that were counted and released."""

from collections import Counter
from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from casework import clock
from casework.accounts import authentication, sign_in_actions, sign_in_before_gate
from casework.accounts.authentication import LoginAttempt
from casework.app import create_app
from casework.codelists import codelist
from casework.demo.visits import Visit, group_visits
from casework.referrals import receiving_actions, unsent_actions
from casework.referrals.view_models import Box
from casework.statistics import actions as counting
from casework.web.session_loading import COOKIE, load_session
from tests.demonstration import Built

READERS = ("counsellor", "lead", "officer", "health_worker", "legal_officer", "child_officer", "chair")


def cookies(built: Built, role: str) -> list[str]:
    """Sign in everybody of a role."""
    return [_cookie(built, card) for card in built.demo.cards if card.role == role]


def _cookie(built: Built, card) -> str:
    commune_id = authentication.commune_of(built.gate, card.username)
    assert commune_id
    opened = authentication.authenticate(built.gate, commune_id, LoginAttempt(card.username, card.password, "máy"))
    return built.gate.perform(
        sign_in_before_gate.visitor(commune_id), sign_in_actions.sign_in, opened, before=None
    ).token.cookie()


def box(built: Built, cookie: str) -> Box:
    member = load_session(built.gate, built.config, cookie)
    assert member
    return built.gate.perform(member.person, receiving_actions.list_referrals)


@pytest.fixture(scope="module")
def app(built: Built) -> Flask:
    """The application over the demo."""
    return create_app(built.config)


def browser(app: Flask, cookie: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    client.set_cookie(COOKIE, cookie, secure=True)
    return client


def test_referrals_stand_in_every_state_and_one_urgent_one_is_unopened(built: Built):
    boxes = [box(built, cookie) for role in ("counsellor", "lead") for cookie in cookies(built, role)]
    sent = {line.id: line for inbox in boxes for line in inbox.lines}
    assert set(Counter(line.state for line in sent.values())) == {state.code for state in codelist("referral_state")}
    assert any(line.unopened for line in sent.values())
    assert any(inbox.answered for inbox in boxes), "nobody has a new answer to read"


def test_at_most_a_handful_was_said_and_not_sent(built: Built):
    unsent = set()
    for role in ("lead", "deputy", "counsellor", "officer", "chair"):
        for cookie in cookies(built, role):
            member = load_session(built.gate, built.config, cookie)
            assert member
            unsent |= {case.code for case in built.gate.perform(member.person, unsent_actions.list_unsent)}
    assert 1 <= len(unsent) <= 5


@pytest.mark.parametrize("role", READERS)
def test_whoever_may_read_referrals_finds_some(built: Built, role):
    assert any(box(built, cookie).lines for cookie in cookies(built, role))


def test_quarters_are_released_one_after_the_other_and_the_newest_waits_for_the_lead(built: Built, app: Flask):
    [lead, *_] = cookies(built, "lead")
    member = load_session(built.gate, built.config, lead)
    assert member
    released = built.gate.perform(member.person, counting.read_releases)
    assert len(released) >= 2
    assert all(before.period.next_day == after.period.first for before, after in pairwise(released))
    assert all({"total", "form", "sex"} <= set(release.tables) for release in released)
    waiting = built.gate.perform(member.person, counting.preview_period)
    assert waiting.over
    assert "Xem số liệu rồi chốt kỳ" in browser(app, lead).get("/").text
    assert browser(app, lead).get("/chot-ky").status_code == 200


def test_the_statistician_sees_tables_and_the_picture(built: Built, app: Flask):
    [thu, *_] = cookies(built, "statistician")
    page = html.fromstring(browser(app, thu).get("/so-lieu").text)
    assert len(page.xpath("//main//table[contains(@class, 'rows')]")) >= 2
    assert len(page.xpath("//main//svg//*[name()='rect']")) >= 2
    assert page.xpath("//main//svg//*[name()='rect']/@width[. != '0.0']")


def test_visits_of_one_member_within_minutes_are_one_session():
    minute = 60 * clock.MICROSECOND
    lan, an, *rest = (
        Visit(at * minute, who, print) for at, who in ((5, "lan"), (7, "an"), (0, "lan"), (8, "an"), (60, "an"))
    )
    assert list(group_visits([lan, an, *rest])) == [[rest[0], lan], [an, rest[1]], [rest[2]]]
    assert list(group_visits([])) == []
