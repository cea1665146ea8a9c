"""Every form that writes, found by asking for every page, and filled in as a person would.

Each page of the url map is asked for by somebody of every kind, in a house where something of every kind has happened.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from casework import clock
from casework.addresses import actions as addresses
from casework.app import create_app
from casework.cases import duty_roster
from casework.cases.sections import Identity, SafetyPlan
from casework.cases.task_entry import Task
from casework.desk import actions as desk
from casework.desk import due_actions, task_actions
from casework.intake import actions as intake
from casework.intake import advice_actions
from casework.ledger_import import actions as ledgers
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions
from casework.staffing import actions as staffing
from casework.staffing import detail_actions
from casework.vault.keys.sessions import token_from
from casework.vault.states import Detail
from casework.web.form_tokens import FIELD, SECRET
from casework.web.uploads import read_upload
from tests.house import House, Someone
from tests.intake.test_advice import contact
from tests.laws.acts_of_routes import ACTS, may
from tests.notices.scenes import told
from tests.referrals.scenes import ground, referred
from tests.referrals.test_waiting_consent import agreed_with_the_father
from tests.retention.scenes import asked as asks_to_erase
from tests.stories import HALL, dao
from tests.tampering import stolen

MINUTE = 60 * clock.MICROSECOND
WHO = ("lan", "hoa", "cuong", "chinh", "tam", "quang", "son")
# Nobody is signed in there, or all that is typed is a secret.
SECRETS_ALONE = {
    "accounts.sign_in",
    "accounts.paper",
    "accounts.second_step",
    "accounts.unlock",
    "accounts.step_up",
    "accounts.mine.cover",
    "accounts.mine.mail.confirm",
    "staffing.readers.confirm_sheets",
    "accounts.mine.covered",
    "accounts.mine.passphrase",
    "accounts.mine.phone",
    "accounts.admission.code",
    "accounts.admission.phone",
    "accounts.admission.passphrase",
    "accounts.returning.confirm",
    "accounts.returning.door",
}
# Nothing is typed or chosen there.
BUTTONS_ALONE = {
    "addresses.pause",
    "addresses.resume",
    "addresses.table.write",
    "intake.practice.promote",
    "intake.practice.remove",
    "accounts.admission.confirm",
    "accounts.admission.invite",
    "accounts.kept.discard",
    "accounts.mine.end",
    "accounts.mine.mail.remove",
    "accounts.mine.mail.test",
    "accounts.mine.passkeys.remove",
    "desk.death.take_back",
    "retention.purge",
    "retention.release",
    "retention.restore",
    "staffing.confirm",
    "staffing.details.confirm",
    "staffing.details.drop",
    "staffing.unlock_account",
    "statistics.close",
}
NO_FORM = {"static", "desk.sections.section", "desk.sections.history"}


@dataclass(frozen=True)
class Filled:
    """A form of a page as somebody has filled it in: where it stands and is sent, and what is typed by name."""

    who: str
    page: str
    action: str
    hidden: tuple[tuple[str, str], ...]
    typed: tuple[tuple[str, str], ...]
    cleared: tuple[tuple[str, str], ...]
    token: str

    @property
    def sent(self) -> dict[str, list[str]]:
        sent: dict[str, list[str]] = {}
        for name, value in (*self.hidden, *self.typed):
            sent.setdefault(name, []).append(value)
        return sent


def boxes(form: Any) -> Iterator[tuple[str, str]]:
    """Type into every box, turn every box around that can be ticked, and choose an answer of each question."""
    for box in form.xpath(".//textarea|.//select|.//input[not(@type='hidden')]"):
        name, kind = box.get("name"), box.get("type")
        # No browser lets a page put a chosen file back.
        if kind == "file" or (kind == "checkbox" and box.get("checked") is not None):
            continue
        if kind in ("radio", "checkbox"):
            # Whoever agrees, or is in danger, is asked more on the next page.
            answer = 0 if name.startswith(("consent_", "danger")) else -1
            if kind == "radio" and box is not form.xpath(f".//input[@name='{name}'][@value!='']")[answer]:
                continue
            yield name, box.get("value")
        elif box.tag == "select":
            yield name, box.xpath("./option/@value")[-1]
        elif box.get("inputmode") == "numeric" and name not in SECRET:
            yield name, "1990" if name.endswith("year") else "7"
        elif kind != "password" and name not in SECRET:
            yield name, f"Chữ thử {name}\r\ndòng <2> & hết" if box.tag == "textarea" else f"chữ thử {name}"


def forms_on(answer: TestResponse, who: str) -> Iterator[Filled]:
    """Every form of a page that is sent by POST, its buttons included."""
    page = html.fromstring(answer.text)
    for form in page.xpath("//form[@method='post']"):
        hidden = tuple((box.get("name"), box.get("value") or "") for box in form.xpath(".//input[@type='hidden']"))
        address = form.get("action") or ""
        action = address if address.startswith("/") else answer.request.path + address
        token = dict(hidden).get(FIELD, "")
        ticked = [(box.get("name"), box.get("value")) for box in form.xpath(".//input[@type='checkbox'][@checked]")]
        page_of_form = answer.request.full_path.rstrip("?")
        yield Filled(who, page_of_form, action, hidden, tuple(boxes(form)), tuple(ticked), token)
    for button in page.xpath("//button[@formaction]"):
        yield Filled(who, answer.request.path, button.get("formaction"), (), (), (), "")


@dataclass
class Scene:
    """A house in which something of every kind has happened, with the ids that a route may take, by case."""

    house: House
    app: Flask
    ids: dict[str, list[Any]]
    of_case: dict[UUID, dict[str, list[Any]]]

    def addresses(self, rule: Rule) -> Iterator[tuple[tuple[str, ...], str]]:
        """Every address of a route for each of its ids, with the words in it that are no id."""
        taken = [name for name in rule.arguments if name not in (rule.defaults or {})]
        with self.app.test_request_context():
            urls = self.app.url_map.bind("localhost")
            for values in self._values(sorted(taken)):
                with contextlib.suppress(ValueError):
                    words = [
                        str(value) for name, value in values.items() if name == "case_id" or not name.endswith("_id")
                    ]
                    # The pages of a section are the same for each case.
                    shared = "word" in values
                    yield (
                        (rule.endpoint, *(words[1:] if shared else words)),
                        urls.build(rule.endpoint, values, method="GET"),
                    )

    def _values(self, taken: list[str], case_id: UUID | None = None) -> Iterator[dict[str, Any]]:
        if not taken:
            yield {}
            return
        name, *others = taken
        for value in self.of_case.get(case_id, {}).get(name) or self.ids[name]:  # type: ignore[arg-type]
            for more in self._values(others, value if name == "case_id" else case_id):
                yield {name: value, **more}


@pytest.fixture
def scene(house: House) -> Iterator[Scene]:
    house.hires("kien")
    house.hires("dung")
    lan, hoa = house["lan"], house["hoa"]
    place = hoa.does(addresses.add_address, HALL)
    sent = referred(house).goes("open", "accept")
    referred(house, case_id=sent.case_id, receiver="health_station").goes("open", "accept", "ask")
    told(house, case_id=sent.case_id).goes("open")
    waiting = referred(house, danger="yes")
    told(house, case_id=waiting.case_id)
    referred(house, case_id=waiting.case_id, receiver="health_station").goes("open")
    lan.does(desk.write_section, sent.case_id, SafetyPlan(somebody="yes", who_must_not_know="anh Kiên công an"), base=1)
    ground(house, sent.case_id, "legal_aid", kind="danger", consent="", form="", reason="Bố đánh, có dao")
    ended = ground(house, sent.case_id, "child_protection")
    lan.does(ground_actions.withdraw_ground, sent.case_id, ended)
    girl = Identity(name="Bống", sex="NU", birth_year=clock.today().year - 14)
    child = lan.opens_a_case(dao(identity=girl, danger="yes", grounds=(agreed_with_the_father("police"),)))
    written = clock.local(clock.micros() - 2 * 86_400 * clock.MICROSECOND)
    unsent = lan.opens_a_case(dao(on_paper_at=f"{written:%Y-%m-%d %H:%M}"))
    kept = {"who": "Chị Nga", "when": clock.local(clock.micros()).isoformat(timespec="minutes"), "words": "Đã lập"}
    lan.does(task_actions.record_done, child, "child_emergency", **kept)  # type: ignore[arg-type]
    lan.does(due_actions.plan_contact, sent.case_id, Task(due_on=clock.today().isoformat()))
    [planned] = lan.does(desk.read_case, sent.case_id).contacts
    closed, sealed = lan.opens_a_case(), lan.opens_a_case(circle=[house["mai"]])
    lan.does(desk.close_case, closed, outcome="needs_met", words="")
    doomed = lan.opens_a_case()
    asks_to_erase(lan, doomed, hoa)
    draft = lan.does(intake.start_draft, {1: {"danger": "yes"}, 6: {"consent_police": ["granted"]}}, circle=[])
    said = lan.does(advice_actions.record_advice, contact())
    left = house["dung"]
    house["son"].does(staffing.leave, left.id)
    cases = [sent.case_id, waiting.case_id, unsent, child, closed, sealed, doomed]
    ids: dict[str, list[Any]] = {
        "case_id": cases,
        "draft_id": [draft],
        "contact_id": [said],
        "place_id": [place],
        "ground_id": [],
        "referral_id": [],
        "notice_id": [],
        "member_id": [house["mai"].id, house["kien"].id, left.id],
        "agency_id": [lan.person.actor.agency_id],
        "change_id": [house["son"].does(detail_actions.propose, Detail.COMMUNE_NAME, "Xã Thanh Sơn Mới")],
        "detail": [detail.value for detail in Detail],
        "form_id": [draft, ledger_with_a_duplicate(hoa)],
        "item_id": [planned.series],
        "merged_id": [],
        "kind": ["dong-y", "luat", "nguy-hiem"],
        "due": ["contact"],
        "week": [duty_roster.monday_of(clock.today()).isoformat()],
        "clock": ["child_emergency", "child_plan"],
        "number": [1, 2, 3, 4, 5, 6, 7, 8],
        "word": [section.code for section in Section],
        "filename": [],
    }
    tables = {"ground_id": "ground", "referral_id": "referral", "notice_id": "notice"}
    with stolen(house) as thief:
        of_case = {
            case_id: {name: [row["id"] for row in thief.rows(table, case_id=case_id)] for name, table in tables.items()}
            for case_id in cases
        }
    # A mail server that is not asked: what is typed into a box here is no address.
    app = create_app(replace(house.config, mail_host="localhost", mail_from="nhac@coquan.example"))
    yield Scene(house, app, ids, of_case)
    app.extensions["casework.gate"].database.engine.dispose()


def ledger_with_a_duplicate(lead: Someone) -> UUID:
    """Bring an old ledger of two rows that tell of the same person."""
    token = token_from(lead.cookie)
    assert token is not None
    rows = "STT;Ngày tiếp nhận;Họ và tên;Năm sinh\n1;3/2/2024;Vũ Thị Lụa;1980\n2;4/2/2024;Vũ Thị Lụa;1980"
    ledger_id = lead.does(ledgers.bring_ledger, read_upload("so.csv", rows.encode()), token=token)
    mapping = lead.does(ledgers.read_ledger, ledger_id, token=token).ledger.mapping
    lead.does(ledgers.choose_columns, ledger_id, mapping, token=token)
    return ledger_id


def found_forms(scene: Scene, clients: Mapping[str, FlaskClient]) -> list[Filled]:
    """Ask for every page as everybody until somebody sees it, once for each case; one form for each of its kinds."""
    found: dict[tuple[str, ...], Filled] = {}
    sections: set[tuple[str, ...]] = set()
    for who, client in clients.items():
        asked = set(sections)
        for words, answer in (*_pages(scene, who, client, asked), *_later_steps(scene, client)):
            asked.add(words)
            if words[0] == "desk.sections.edit":
                sections.add(words)
            for form in forms_on(answer, who):
                found.setdefault(kind_of(scene.app, form), form)
    return list(found.values())


def _pages(
    scene: Scene, who: str, client: FlaskClient, asked: set[tuple[str, ...]]
) -> Iterator[tuple[Any, TestResponse]]:
    roles = scene.house[who].card.roles
    for rule in scene.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in NO_FORM:
            continue
        for words, address in scene.addresses(rule):
            if words not in asked:
                answer = client.get(address)
                if answer.status_code == 200 and answer.mimetype == "text/html":
                    yield words, answer
                if answer.status_code == 403 and not may(roles, ACTS.get(("GET", rule.endpoint))):
                    # Refused by the policy, which looks at no id (tests/laws/test_routes.py).
                    break


def _later_steps(scene: Scene, client: FlaskClient) -> Iterator[tuple[Any, TestResponse]]:
    """The pages that only a form leads to: the second of an intake, advice, and what will be read on a ground."""
    if client.get("/ghi-nhan").status_code != 200:
        return
    case_id = scene.ids["case_id"][0]
    consent = {"receiver": "police", "consent": "granted", "words": "Chị gật đầu"}
    danger = {"receiver": "police", "reason": "Có dao", "told": "yes"}
    for address, sent in (
        ("/ghi-nhan/tiep", {"danger": "no", "mode": "record"}),
        ("/ghi-nhan/tiep", {"danger": "no", "mode": "advice"}),
        (f"/vu-viec/{case_id}/chuyen-gui/can-cu/dong-y", consent),
        (f"/vu-viec/{case_id}/chuyen-gui/can-cu/nguy-hiem", danger),
    ):
        page = client.get("/ghi-nhan" if address == "/ghi-nhan/tiep" else address)
        for form in _writing(page, address):
            yield (address,), client.post(address, data={**dict(form.hidden), **sent})


def _writing(page: TestResponse, address: str) -> list[Filled]:
    return [form for form in forms_on(page, "") if form.action.partition("?")[0] == address and form.token]


def missing(app: Flask, found: Iterable[Filled]) -> set[str]:
    """Return the routes that take a form and none of whose forms were found on any page."""
    taking = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    return taking - {kind_of(app, form)[0] for form in found} - SECRETS_ALONE - BUTTONS_ALONE


def kind_of(app: Flask, form: Filled) -> tuple[str, ...]:
    """What makes two forms the same: where they are sent, and what is asked in them."""
    endpoint, _ = app.url_map.bind("localhost").match(form.action.partition("?")[0], "POST")
    return endpoint, *sorted({name for name, _ in form.typed})
