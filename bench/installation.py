"""Builds an installation with communes of the sizes to measure: one counsellor each, who holds so many open cases."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid4

from casework import clock
from casework.accounts import authentication, sign_in_actions, sign_in_before_gate
from casework.accounts import provisioning_actions as accounts
from casework.accounts.authentication import LoginAttempt
from casework.cases import case_codes, facts, reading, writing
from casework.cases.models import Case
from casework.cases.sections import Contact, Identity, Incident, Label, Notice, Perpetrator, Story
from casework.cases.states import CaseState
from casework.codelists import nicknames
from casework.config import Config
from casework.db import Database, upgrade
from casework.demo import folder
from casework.gate import ActContext, Action, Gate, Person
from casework.notices import actions as notices
from casework.policy.vocabulary import Act, Role
from casework.vault.keys import kek, provisioning
from casework.vault.keys.provisioning import NewMember
from casework.web.session_loading import load_session

PASSPHRASE = "mot cau dai de do thoi gian"
SIZES = (200, 1200, 5000)
_AT_ONCE = 100
_ALL_BUT_ONE_OF = 20
_AGENCIES = ("womens_union", "police", "health_station", "child_protection")
_SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý")
_GIVEN = ("Đào", "Lụa", "Sen", "Hạnh", "Thắm", "Mây", "Quế", "Liễu", "Nhài", "Cúc", "Trúc", "Yến", "Oanh")
_WORDS = "Tối qua anh ấy uống rượu về rồi đập cửa. Con sợ nên chị đưa con sang nhà bà ngoại ngủ nhờ. " * 3


@dataclass(frozen=True)
class Counsellor:
    """One counsellor, the number of cases that they hold, and one of them."""

    username: str
    size: int
    case_id: UUID


@dataclass(frozen=True)
class MeasuredInstallation:
    """An installation that is ready to be measured."""

    config: Config
    counsellors: dict[int, Counsellor]


def build(place: Path, sizes: Sequence[int] = SIZES) -> MeasuredInstallation:
    """Make the installation with one commune for each size."""
    place.mkdir(parents=True)
    config = folder.configure(place, port=8000)
    upgrade(config.database_url)
    gate = Gate(Database(config.database_url), kek.create(config.kek_file, kek.DEMO_ID))
    counsellors = {size: _counsellor(gate, config, size) for size in sizes}
    gate.database.engine.dispose()
    return MeasuredInstallation(config, counsellors)


def _counsellor(gate: Gate, config: Config, size: int) -> Counsellor:
    username, commune_id = f"lan.so{size}", uuid4()
    found_commune(gate, commune_id, {username: ("counsellor", "womens_union")})
    person = sign_in(gate, config, commune_id, username)
    return Counsellor(username, size, open_cases(gate, person, size)[-1])


def found_commune(gate: Gate, commune_id: UUID, people: Mapping[str, tuple[str, str]]) -> None:
    """Found a commune with its agencies and enrol people by username: a role, and the agency where it is held."""
    console = Person.without_account(Role.CONSOLE, commune_id)
    gate.perform(console, accounts.found_commune, f"xã của {next(iter(people))}", ["Thôn Một"])
    keys = {kind: gate.perform(console, accounts.add_agency, kind, kind) for kind in _AGENCIES}
    for username, (role, kind) in people.items():
        new = NewMember(username, f"Trần Thị {username}", (role,), keys[kind].agency_id)
        enrolment = provisioning.new_enrolment(gate.server_keys(commune_id), PASSPHRASE)
        gate.perform(console, accounts.enrol, new, enrolment, keys=keys[kind])


def sign_in(gate: Gate, config: Config, commune_id: UUID, username: str) -> Person:
    """Sign in and return the person of the session."""
    opened = authentication.authenticate(gate, commune_id, LoginAttempt(username, PASSPHRASE, "bench"))
    token = gate.perform(sign_in_before_gate.visitor(commune_id), sign_in_actions.sign_in, opened, before=None).token
    present = load_session(gate, config, token.cookie())
    if present is None:
        raise RuntimeError(f"{username} was not signed in")
    return present.person


def open_cases(gate: Gate, person: Person, count: int) -> list[UUID]:
    """Open so many cases, many in one commit."""
    made: list[UUID] = []
    while len(made) < count:
        opened: list[UUID] = gate.perform(person, _OPEN_MANY, min(_AT_ONCE, count - len(made)))
        made += opened
    return made


def _open_many(context: ActContext, count: int) -> list[UUID]:
    """Open many cases in one commit and without drafts: what is measured is reading them, not this."""
    return [_open_one(context) for _ in range(count)]


def _open_one(context: ActContext) -> UUID:
    code, code_tag = case_codes.unused_code(context)
    case = Case(
        commune_id=context.commune_id,
        id=uuid4(),
        owner_id=context.actor.agency_id,
        holder_id=context.me,
        state=CaseState.OPEN,
        opened=reading.day_of(context.crypto.at),
        code_tag=code_tag,
    )
    verified = writing.add_case(context, case)
    name = f"{secrets.choice(_SURNAMES)} Thị {secrets.choice(_GIVEN)} {secrets.choice(_GIVEN)}"
    phone = f"0900{secrets.randbelow(900_000) + 100_000}"
    label = Label(code=code, nickname=secrets.choice(nicknames()), danger="no", only_counselling="no")
    counted = facts.derive(_IDENTITY, _INCIDENT, received=clock.today())
    contact, identity = replace(_CONTACT, phone=phone), replace(_IDENTITY, name=name)
    other = Perpetrator(name=f"{secrets.choice(_SURNAMES)} Văn {secrets.choice(_GIVEN)}", relation="VO_CHONG")
    for section in (label, contact, identity, other, _INCIDENT, _STORY, counted):
        writing.save(context, verified, section)
    # The chair was told of all but a few, as the law wants it at once.
    if secrets.randbelow(_ALL_BUT_ONE_OF):
        context.session.flush()
        context.also(notices.record_spoken, case.id, Notice(who="Chủ tịch xã", when="ngay hôm ấy"))
    return case.id


_OPEN_MANY: Action[[int], list[UUID]] = Action(Act.CASE_OPEN, _open_many)


_CONTACT = Contact(call_her="chị Hai", channel="call", hours="evening", never_say="chuyện nhà")
_IDENTITY = Identity(birth_year=1990, sex="NU", hamlet="Thôn Một", address="cuối ngõ")
_INCIDENT = Incident(acts=("A", "B"), place="home", time_of_day="night")
_STORY = Story(words="Tối qua anh ấy uống rượu về rồi đập cửa. Con sợ nên chị đưa con sang nhà bà ngoại. " * 3)
