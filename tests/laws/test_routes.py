"""Every route against every role: what the policy says is what a browser gets, and a new route without an act fails."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from casework import clock
from casework.accounts.sign_in_actions import sign_in
from casework.audit.models import AuditLine
from casework.cases import duty_roster
from casework.db import Base
from casework.policy.table import policy
from casework.policy.vocabulary import Act, StepUp
from tests.accounts.sign_in import new_paper_code, sign_in_by_paper, unwrapped_by_passphrase
from tests.browsing import browser_of
from tests.canaries.crawl import LEFT_OUT
from tests.house import House, only_sqlite
from tests.laws.acts_of_routes import ACTS, ENDING, FREE, OWN, PUBLIC, WORK_LOCKED, may
from tests.people import STAFF, THANH_SON

pytestmark = only_sqlite

IDS = {
    "case_id",
    "draft_id",
    "place_id",
    "ground_id",
    "referral_id",
    "notice_id",
    "member_id",
    "agency_id",
    "contact_id",
    "merged_id",
    "form_id",
    "item_id",
    "change_id",
}
TYPED = {"words": "x", "outcome": "needs_met", "base": "1", "query": "dao", "lang": "vi", "back": "/"}
HUMANS = [name for name, one in STAFF.items() if one.commune_id == THANH_SON]


@dataclass(frozen=True)
class Route:
    """One method of one route, with the addresses that it has for an id."""

    method: str
    rule: Rule

    @property
    def key(self) -> tuple[str, str]:
        return self.method, self.rule.endpoint

    def path(self, app: Flask, about: UUID) -> str:
        known = {
            **dict.fromkeys(IDS, about),
            "kind": "dong-y",
            "clock": "child_plan",
            "due": "contact",
            "week": duty_roster.monday_of(clock.today()).isoformat(),
            "number": 3,
            "word": "contact",
            "detail": "duty_phone",
            "filename": "x",
        }
        values = {name: known[name] for name in self.rule.arguments if name not in (self.rule.defaults or {})}
        with app.test_request_context():
            built = app.url_map.bind("localhost").build(self.rule.endpoint, values, method=self.method)
        return str(built)

    def asked_by(self, client: FlaskClient, app: Flask, about: UUID) -> TestResponse:
        sent = TYPED if self.method == "POST" else None
        return client.open(self.path(app, about), method=self.method, data=sent)


def routes(app: Flask) -> Iterator[Route]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            yield Route(method, rule)


def body(answer: TestResponse, about: UUID) -> bytes:
    """What was answered, whatever the id in its addresses."""
    return answer.data.replace(str(about).encode(), b"ID")


def test_every_route_is_listed_with_its_act(app):
    assert {route.key for route in routes(app)} == FREE | OWN | set(PUBLIC) | set(ACTS)


# That the policy refuses without looking at an id is tried in every run by a third of the people on each route, on each
# route other ones; in the long proofs by all.
@pytest.mark.parametrize("share", [3, pytest.param(1, marks=pytest.mark.prove)])
@pytest.mark.parametrize("username", HUMANS)
def test_a_role_gets_what_the_policy_says_and_no_hint_beyond_it(app, house: House, username, share):
    case_id, missing = house["luu"].opens_a_case(), uuid4()
    wrong: list[object] = []
    for turn, route in enumerate(routes(app), HUMANS.index(username)):
        if route.key in FREE | OWN:
            continue
        act = (PUBLIC | ACTS)[route.key]
        first = route.asked_by(browser_of(app, house[username]), app, case_id)
        if route.key in ENDING:
            house[username].leaves()
        refused = first.status_code == 403
        if refused == may(STAFF[username].roles, act) or first.status_code >= 500:
            wrong.append((route.key, first.status_code))
        if IDS & route.rule.arguments and (not refused or turn % share == 0):
            second = route.asked_by(browser_of(app, house[username]), app, missing)
            if (first.status_code, body(first, case_id)) != (second.status_code, body(second, missing)):
                wrong.append((route.key, first.status_code, second.status_code, "differ"))
    assert wrong == []


@pytest.mark.parametrize("username", ["mai", "hoa", "cuong", "chinh"])
def test_what_is_out_of_reach_answers_as_what_does_not_exist(app, house: House, lan, binh, username):
    sealed, missing = lan.opens_a_case(circle=[binh]), uuid4()
    wrong: list[object] = []
    for route in routes(app):
        if "case_id" not in route.rule.arguments or not may(STAFF[username].roles, ACTS[route.key]):
            continue
        first = route.asked_by(browser_of(app, house[username]), app, sealed)
        second = route.asked_by(browser_of(app, house[username]), app, missing)
        if first.status_code != 404 or body(first, sealed) != body(second, missing):
            wrong.append((route.key, first.status_code, second.status_code))
    assert wrong == []


def test_a_refusal_says_the_same_on_every_route(app, house: House):
    case_id = house["lan"].opens_a_case()
    answers = set()
    for route in routes(app):
        if route.key in ACTS and not may(("statistician",), ACTS[route.key]):
            answer = route.asked_by(browser_of(app, house["thu"]), app, case_id)
            answers.add(answer.data)
    assert len(answers) == 1


def test_a_visitor_is_asked_to_sign_in_everywhere_else(app, house: House):
    case_id = house["lan"].opens_a_case()
    wrong: list[object] = []
    for route in routes(app):
        answer = route.asked_by(browser_of(app, None), app, case_id)
        signing_in = answer.status_code == 303 and (answer.location or "").startswith("/dang-nhap")
        if signing_in != (route.key not in FREE | set(PUBLIC)) or answer.status_code >= 500:
            wrong.append((route.key, answer.status_code))
    assert wrong == []


def test_a_locked_screen_opens_nothing_but_what_only_seals(app, house: House, lan):
    case_id = lan.opens_a_case()
    cookie_is_made = lan.cookie
    assert cookie_is_made
    later = clock.micros() + 20 * 60 * clock.MICROSECOND
    wrong: list[object] = []
    with clock.use_clock(lambda: later):
        for route in routes(app):
            if route.key == ("POST", "accounts.sign_out"):
                continue
            answer = route.asked_by(browser_of(app, lan), app, case_id)
            unlocking = answer.status_code == 303 and (answer.location or "").startswith("/mo-khoa")
            if unlocking != (route.key not in FREE | WORK_LOCKED | set(PUBLIC)) or answer.status_code >= 500:
                wrong.append((route.key, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize(
    ("half_in", "door", "works"),
    [
        ("pending", "/dang-nhap/ma-dien-thoai", {"accounts.second_step"}),
        ("renew", "/tai-khoan/cua-toi/mat-khau", {"accounts.mine.passphrase"}),
    ],
)
def test_whoever_is_half_in_is_led_to_the_step_that_is_missing(app, house: House, lan, half_in, door, works):
    """One factor opens nothing; the code on paper in the place of a passphrase opens the page of a new one alone."""
    case_id = lan.opens_a_case()
    if half_in == "pending":
        begun = house.gate.perform(house.stranger(), sign_in, unwrapped_by_passphrase(lan), before=None)
    else:
        begun = sign_in_by_paper(house, lan, new_paper_code(lan), lost="passphrase")
    lan._cookie = begun.token.cookie()
    wrong: list[object] = []
    for route in routes(app):
        if route.key in FREE | set(PUBLIC) or route.rule.endpoint in works | {"accounts.sign_out"}:
            continue
        answer = route.asked_by(browser_of(app, lan), app, case_id)
        if answer.status_code != 303 or not (answer.location or "").startswith(door):
            wrong.append((route.key, answer.status_code, answer.location))
    assert wrong == []


@pytest.mark.parametrize("username", ["hoa", "son"])
def test_what_the_table_wants_proved_is_asked_first_and_nothing_is_done(app, house: House, username):
    """A quarter of the idle time after signing in: everything else goes on, these acts lead to the proof."""
    case_id, somebody = house["lan"].opens_a_case(), house[username]
    assert somebody.cookie
    before, later = standing(house), clock.micros() + 6 * 60 * clock.MICROSECOND
    wrong: list[object] = []
    with clock.use_clock(lambda: later):
        for route in routes(app):
            if route.method != "POST" or route.key not in ACTS or not may(somebody.card.roles, ACTS[route.key]):
                continue
            stepup = policy().rows[ACTS[route.key]].stepup
            if stepup is StepUp.NONE:
                continue
            answer = route.asked_by(browser_of(app, somebody), app, case_id)
            if answer.status_code != 303 or not (answer.location or "").startswith("/xac-nhan-lai"):
                wrong.append((route.key, answer.status_code))
    assert wrong == []
    assert {name for name, rows in standing(house).items() if rows != before[name]} == set()


@pytest.mark.parametrize("username", HUMANS)
def test_a_get_about_how_one_is_signed_in_never_reaches_a_writing_act(app, house: House, lan, username):
    """Of the pages that a crawl leaves out; of all others tests/canaries shows it with every id that there is."""
    case_id = lan.opens_a_case()
    client = browser_of(app, house[username])
    before, line = standing(house), newest(house)
    asked = [route for route in routes(app) if route.method == "GET" and route.rule.endpoint in LEFT_OUT]
    assert asked
    for route in asked:
        route.asked_by(client, app, case_id)
    assert standing(house) == before
    assert writing_acts(house, after=line) == set()


def newest(house: House, commune_id: UUID = THANH_SON) -> int:
    with house.looking(commune_id) as session:
        return max(session.execute(select(AuditLine.n).where(AuditLine.commune_id == commune_id)).scalars())


def writing_acts(house: House, *, after: int, commune_id: UUID = THANH_SON) -> set[tuple[UUID | None, str]]:
    """Return who did which writing acts of a commune after a line of its log."""
    of_these = (AuditLine.commune_id == commune_id, AuditLine.n > after, AuditLine.outcome == "ok")
    with house.looking(commune_id) as session:
        done = session.execute(select(AuditLine.who, AuditLine.act).where(*of_these))
        return {(who, act) for who, act in done if policy().rows[Act(act)].writes}


def standing(house: House) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but the log, the moments of last use, and what waits to be sent again."""
    own = {"audit_line", "session", "kept_form"}
    tables = [table for table in Base.metadata.sorted_tables if table.name not in own]
    with house.gate.database.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.exec_driver_sql(f'SELECT * FROM "{table.name}"').all()), key=repr)
            for table in tables
        }
