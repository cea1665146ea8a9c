"""Bad input on every form that a counsellor, a lead and an officer can reach: a clear answer, never a fault."""

import itertools
import unicodedata
from functools import partial
from urllib.parse import urlsplit

import pytest
from flask import Flask

from casework.app import create_app
from casework.cases.sections import Plan
from casework.desk import actions as desk
from casework.intake import actions as intake
from tests.attack.forms import SITE, FoundForm, Walker
from tests.house import House, only_sqlite
from tests.referrals.scenes import ground, referred
from tests.stories import dao

pytestmark = only_sqlite
NASTY = {
    "empty": "",
    "unknown code": "không-có-mã-này",
    "NUL": "a\x00b",
    "control and bidi": "\u202eabc\u2066\x07\x1b[31m",
    "emoji": "👩‍👧‍👦" * 20,
    "NFD": unicodedata.normalize("NFD", "Nguyễn Thị Đào"),
    "markup": "<script>alert(1)</script><b>nói</b> <im đi> rồi đánh",
    "template": "{{ 7*7 }} ${7*7} %s %(x)s {x}",
    "number": "99999999999999999999999999999999",
    "negative": "-1",
    "date": "31/02/2569",
    "lone surrogate": "\udcff",
    "half a megabyte": "x" * 500_000,
    "uuid": "00000000-0000-0000-0000-000000000000",
    "path": "../../../../etc/passwd",
}
# The last words of the addresses of forms about referrals that the walk has to come by.
SENDING = {"gui", "rut", "goi", "nhan-them", "ghi-ho", "dong-y", "luat", "nguy-hiem"}
PASSING_ON = {"lan": SENDING, "hoa": SENDING, "cuong": {"mo", "nhan", "chua-nhan", "hoi-lai"}}
# The endpoint that a form posts to, and the names of its boxes.
Kind = tuple[str, tuple[str, ...]]
CALM = {200, 302, 303, 400, 403, 404, 409, 413, 422, 429}


@pytest.fixture
def app(house: House) -> Flask:
    """The whole application over this house, without form tokens."""
    made = create_app(house.config)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def busy(house: House) -> list[str]:
    """Let enough happen for every form to be offered somewhere; return the pages from which each is reached."""
    lan = house["lan"]
    case_id = lan.opens_a_case(dao())
    lan.does(desk.write_section, case_id, Plan(actions="gọi lại"), base=0)
    draft_id = lan.does(intake.start_draft, {2: {"nobody": "yes"}})
    ground(house, case_id, "health_station")
    referred(house, case_id=case_id, danger="yes").goes("open")
    referred(house, danger="yes")
    return ["/", f"/vu-viec/{case_id}", *(f"/ghi-nhan/{draft_id}/{page}" for page in range(1, 8))]


def forms(app: Flask, house: House, username: str, starts: list[str]) -> tuple[Walker, dict[Kind, FoundForm]]:
    """Walk as one person; return one form for each route and set of fields, whichever thing it is about."""
    walker, adapter = Walker(app, house[username]), app.url_map.bind("localhost")
    found_forms = sorted(walker.forms(starts), key=lambda form: form.action)
    return walker, {
        (adapter.match(urlsplit(form.action).path, method="POST")[0], form.fields): form for form in found_forms
    }


def test_no_form_answers_bad_input_with_a_fault(app, house):
    """Whoever comes to a form first tries it: what is typed is read alike for everybody."""
    starts, tried = busy(house), set[Kind]()
    # Everybody walks before anybody types: what is sent ends referrals, and with them the forms about them.
    walks = {username: forms(app, house, username, starts) for username in PASSING_ON}
    for username, (walker, found_forms) in walks.items():
        assert len(found_forms) >= 8, "the walk found too few forms to say anything"
        actions = {form.action.partition("?")[0].rpartition("/")[2] for form in found_forms.values()}
        assert actions >= PASSING_ON[username]
        for key, kind in itertools.product(sorted(found_forms.keys() - tried), NASTY):
            text = NASTY[kind].encode("utf-8", "surrogateescape")
            status = walker.post(found_forms[key], {name: [text] for name in found_forms[key].fields})
            assert status in CALM, (found_forms[key].action, kind, status)
        tried |= found_forms.keys()


def test_no_form_answers_enormous_repeated_or_missing_fields_with_a_fault(app, house):
    """What is enormous comes first: it is refused unread, and changes nothing that the others need."""
    walker, found_forms = forms(app, house, "lan", busy(house))
    wrong: list[object] = []
    for form in found_forms.values():
        enormous = f"{form.fields[0] if form.fields else 'x'}=".encode() + b"x" * 10_000_000
        wrong += [(form.action, status) for status in [walker.post(form, enormous)] if status != 413]
    for form in found_forms.values():
        twice = {name: ["yes", "no", "yes"] for name in form.fields}
        wrong += [
            (form.action, status) for status in map(partial(walker.post, form), ({}, twice)) if status not in CALM
        ]
    assert wrong == []


def test_a_post_from_another_site_is_refused_and_one_without_a_token_too(house):
    app = create_app(house.config)
    walker = Walker(app, house["lan"])
    elsewhere = walker.headers | {"Sec-Fetch-Site": "cross-site"}
    posts = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ()) and not rule.arguments]
    for rule in posts:
        assert walker.client.post(rule.rule, base_url=SITE, headers=elsewhere).status_code == 403, rule.rule
        if rule.endpoint not in {"exit.leave", "language.choose", "accounts.sign_out", "accounts.kept.keep"}:
            assert walker.client.post(rule.rule, base_url=SITE, headers=walker.headers).status_code == 400, rule.rule


def test_no_method_but_those_of_the_route_is_answered(app, house):
    walker = Walker(app, house["lan"])
    for rule in app.url_map.iter_rules():
        if rule.arguments or rule.endpoint == "static":
            continue
        for method in ("TRACE", "PUT", "PATCH", "DELETE", "GARBAGE"):
            answer = walker.client.open(rule.rule, method=method, base_url=SITE, headers=walker.headers)
            assert answer.status_code in {404, 405}, (method, rule.rule)
