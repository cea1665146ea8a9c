"""No answer to anybody outside a circle changes because the circle exists: twins with and without it, byte for byte.

A case is sealed to two people in one of two copies of the same book, and its members do everything with it that has a
page. Then the same is asked and done by everybody else in both, above all what touches those two people.
"""

import contextlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from casework import clock
from casework.cases import restriction
from casework.cases.task_entry import Task
from casework.desk import actions as desk
from casework.desk import due_actions
from casework.policy.vocabulary import Act, Section
from tests import house as houses
from tests.browsing import application, browser_of, without_minute
from tests.house import House
from tests.laws.acts_of_routes import ACTS, may
from tests.laws.test_ids import TYPED, filled
from tests.laws.test_routes import IDS
from tests.people import STAFF, THANH_SON

# Lan and Mai read the sealed case; everybody else of the commune is outside.
MEMBERS = ("lan", "mai")
OUTSIDE = ("hoa", "binh", "cuong", "vinh", "chinh", "phuc", "nga", "thu", "quang", "son", "rang", "hien")
# Each draws a passphrase, a phone or a code by chance, or sends somebody away.
NEVER_ALIKE = {
    "accounts.mine.passphrase",
    "accounts.mine.phone",
    "accounts.mine.paper",
    "accounts.mine.passkeys.add",
    "accounts.admission.invite",
    "accounts.sign_out",
}
# The number of the log counts every line of everybody, as SECURITY.md says.
MASKED = re.compile(
    rb'name="(?:csrf_token|form_token|once)"[^>]*value="[^"]*"|value="[^"]*"[^>]*name="csrf_token"'
    rb"|\b\d+-[0-9a-f]{8}\b|\d+ d\xc3\xb2ng"
)
# Give the case back to the agency, set it aside, or tell the chair of it by name.
GIVEN_AWAY = {"staffing.readers.lift", "desk.mistakes.set_aside", "notices.send", "notices.record_spoken"}
# Addresses whose id is that of a person, an agency or a place.
OF_NO_CASE = ("/tai-khoan/", "/co-quan/", "/dia-chi/")
Step = tuple[str, str, str]
# The log as it is shown, and as a file.
EXPORTS: list[Step] = [
    (username, method, path)
    for username in ("hoa", "binh", "quang")
    for method, path in (("GET", "/nhat-ky"), ("POST", "/nhat-ky/xuat"))
]


@dataclass
class Twin:
    """One of the two books, at one moment that does not pass; `sealed` is the id of the case that one of them has."""

    house: House
    sealed: UUID
    members: Mapping[str, UUID]

    def ask(self, app: Flask, username: str, method: str, path: str) -> tuple[int, bytes]:
        """Ask for a page as somebody, and return the answer without what is drawn by chance."""
        client = browser_of(app, self.house[username])
        with client.open(path, method=method, data=TYPED | {"weeks": "1"} if method == "POST" else None) as answer:
            return answer.status_code, MASKED.sub(b"", without_minute(answer.get_data()))


def routes_of(app: Flask, ids: Mapping[str, UUID], *, but: Collection[str] = ()) -> list[tuple[str, str, Act]]:
    """Return method, address and act of each route with these ids."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in {*NEVER_ALIKE, *but}]
    return [
        (method, filled(app, rule, method, ids), ACTS[method, rule.endpoint])
        for rule in rules
        for method in ("GET", "POST")
        if (method, rule.endpoint) in ACTS and method in (rule.methods or ())
    ]


@contextlib.contextmanager
def at_noon() -> Iterator[None]:
    at = clock.micros()
    with clock.use_clock(lambda: at):
        yield


def signed_in_anew(house: House) -> None:
    for name in MEMBERS:
        house[name].leaves()
        assert house[name].cookie


def seals_a_case(house: House) -> UUID:
    """Let Lan and Mai work on a sealed case in every way that has a page, and be refused in some."""
    lan, mai = (house[name] for name in MEMBERS)
    signed_in_anew(house)
    sealed = lan.opens_a_case(circle=[mai])
    later = lan.opens_a_case()
    lan.does(restriction.restrict, later, [mai.id])
    signed_in_anew(house)
    app = application(house)
    for member in (lan, mai):
        assert member.does(desk.read_section, sealed, Section.STORY)
        for method, path, _ in routes_of(app, dict.fromkeys(IDS, sealed), but=GIVEN_AWAY):
            if str(sealed) in path and not path.startswith(OF_NO_CASE):
                browser_of(app, member).open(path, method=method, data=TYPED).close()
    lan.does(due_actions.plan_contact, later, Task(due_on=clock.today().isoformat(), what="đưa đi lánh"))
    [planned] = lan.does(desk.read_case, later).contacts
    lan.does(due_actions.hand_on, later, planned.series, mai.id)
    return sealed


@pytest.fixture
def twins(built_houses, tmp_path: Path) -> Iterator[tuple[Twin, Twin]]:
    """The same book twice; in the second a case is sealed to Lan and Mai, whom nobody outside knows to share it."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(at_noon())
        for name in ("base", "without", "with"):
            (tmp_path / name).mkdir()
        base = stack.enter_context(houses.copied(built_houses("sqlite"), tmp_path / "base"))
        for username in STAFF:
            if STAFF[username].commune_id == THANH_SON:
                assert base[username].cookie
        base["lan"].opens_a_case()
        base["mai"].opens_a_case()
        base.gate.database.engine.dispose()
        url = base.config.database_url
        without = stack.enter_context(houses.copied(url, tmp_path / "without"))
        within = stack.enter_context(houses.copied(url, tmp_path / "with"))
        sealed = seals_a_case(within)
        for _ in range(2):
            signed_in_anew(without)
        for house in (without, within):
            signed_in_anew(house)
        members = {name: base[name].id for name in MEMBERS}
        yield Twin(without, sealed, members), Twin(within, sealed, members)


def same(twins: Sequence[Twin], steps: Sequence[Step]) -> list[Step]:
    """Do the same steps in both books; return those that were answered otherwise."""
    answers = []
    for twin in twins:
        app = application(twin.house)
        answers.append([twin.ask(app, *step) for step in steps])
    return [step for step, one, other in zip(steps, *answers, strict=True) if one != other]


def asked_of(app: Flask, username: str, ids: Mapping[str, UUID], *methods: str) -> Iterator[Step]:
    """Yield every page with one of these ids that somebody may ask for."""
    given = {**dict.fromkeys(IDS, UUID(int=0)), **ids}
    for method, path, act in routes_of(app, given):
        if method in methods and may(STAFF[username].roles, act) and any(str(one) in path for one in ids.values()):
            yield username, method, path


def test_no_answer_to_anybody_outside_tells_of_a_circle(twins: tuple[Twin, Twin]):
    """Every page and every refusal about the case, every page about its members, and then what the log shows of it."""
    app, twin = application(twins[0].house), twins[0]
    steps: list[Step] = []
    for username in OUTSIDE:
        steps += asked_of(app, username, dict.fromkeys(IDS, twin.sealed), "GET", "POST")
        for member in twin.members.values():
            steps += asked_of(app, username, {"member_id": member}, "GET")
    assert len(steps) > 300
    assert same(twins, [*steps, *((username, "GET", "/") for username in OUTSIDE), *EXPORTS]) == []


def test_what_is_due_in_a_sealed_case_tells_nobody_outside_of_it_however_late_it_is(twins: tuple[Twin, Twin]):
    pages = ("/", "/hom-nay", "/hom-nay?ai=nguoi-khac", "/hom-nay/cuoi-tuan", "/hom-nay/in", "/dang-theo-doi")
    steps: list[Step] = [(username, "GET", page) for username in OUTSIDE for page in pages]
    for days in (0, 3, 40):
        at = clock.micros() + days * 86_400 * clock.MICROSECOND
        with clock.use_clock(partial(int, at)):
            for twin in twins:
                for username in (*OUTSIDE, *MEMBERS):
                    twin.house[username].leaves()
                    assert twin.house[username].cookie
            assert same(twins, steps) == []
            in_the_list = [("mai", "GET", "/hom-nay")]
            assert same(twins, in_the_list) == in_the_list, "its members are told"


DEEDS = {
    "locked, then the other leaves": ["hoa {mai}/khoa", "hoa {lan}/roi"],
    "both leave": ["hoa {lan}/roi", "binh {mai}/roi"],
    "both locked, then both leave": ["son {lan}/khoa", "son {mai}/khoa", "hoa {mai}/roi", "hoa {lan}/roi"],
    "both start anew": ["son {lan}/lam-lai", "son {mai}/lam-lai", "hoa {lan}/roi"],
    "invited again": ["hoa {lan}/roi", "son {lan}/chuyen", "hoa {mai}/khoa", "hoa {mai}/mo-lai"],
}


# The attack that was done stands in every run, the others in the long proofs.
EVERY_RUN = {"locked, then the other leaves"}
RUNS = {name: [] if name in EVERY_RUN else [pytest.mark.prove] for name in DEEDS}


@pytest.mark.parametrize("deeds", [pytest.param(DEEDS[name], id=name, marks=marks) for name, marks in RUNS.items()])
def test_nothing_that_is_done_to_its_members_tells_of_a_circle(twins: tuple[Twin, Twin], deeds: list[str]):
    """Each deed is done, and is answered alike; then so is every page of everybody outside."""
    app, nobody = application(twins[0].house), dict.fromkeys(IDS, UUID(int=0))
    done = [(who, "POST", f"/tai-khoan/{path.format(**twins[0].members)}") for who, path in map(str.split, deeds)]
    seen = [
        (username, "GET", path)
        for username in OUTSIDE
        for method, path, act in routes_of(app, nobody)
        if method == "GET" and may(STAFF[username].roles, act) and str(UUID(int=0)) not in path
    ]
    assert same(twins, [*done, *seen, *EXPORTS]) == []
