"""Referrals and statistics: a referral of five sections, an inbox of 200, the closing of a quarter."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

from bench import installation
from bench.browser import Browser, Page
from bench.intake import Intake
from bench.timing import Ratio, ratio, timed
from casework import clock
from casework.cases.sections import GroundEntry, Letter
from casework.config import Config
from casework.demo import folder
from casework.gate import Gate, open_gate
from casework.referrals import ground_actions
from casework.referrals import sending_actions as sending
from casework.statistics.periods import Cadence, Period
from casework.vault.keys import kek

_QUARTERS, _CASES_EACH = 8, 25
_LAN, _HOA, _TAM = "lan.gui", "hoa.chot", "tam.nhan"
_PEOPLE = {
    _LAN: ("counsellor", "womens_union"),
    _HOA: ("lead", "womens_union"),
    _TAM: ("health_worker", "health_station"),
}
_TIMES = 20
# The link to the preview on the newest ground of a case.
_PREVIEW = re.compile(r'href="([^"]+)/xem-truoc"')


def build(place: Path) -> None:
    """Add a commune with eight quarters of cases behind it, every case referred to the health station just now."""
    config = folder.configure(place, port=8000)
    gate = open_gate(config, kek.load(config.kek_file, demo=True))
    quarters = list(_quarters())
    commune_id = uuid4()
    with clock.use_clock(partial(clock.midnight, quarters[0].first)):
        installation.found_commune(gate, commune_id, _PEOPLE)
    cases: list[UUID] = []
    for quarter in quarters:
        with clock.use_clock(partial(clock.midnight, quarter.last)):
            cases += installation.open_cases(gate, installation.sign_in(gate, config, commune_id, _LAN), _CASES_EACH)
    _refer(gate, config, commune_id, cases)
    gate.database.engine.dispose()


def _quarters() -> Iterator[Period]:
    """Yield the quarters that are over, the oldest first."""
    year, months = divmod(clock.today().year * 12 + clock.today().month - 1 - 3 * _QUARTERS, 12)
    quarter = Period.of(date(year, months + 1, 1), Cadence.QUARTER)
    for _ in range(_QUARTERS):
        yield quarter
        quarter = Period.of(quarter.next_day, Cadence.QUARTER)


def _refer(gate: Gate, config: Config, commune_id: UUID, cases: Iterable[UUID]) -> None:
    person = installation.sign_in(gate, config, commune_id, _LAN)
    entry = GroundEntry(kind="consent", receiver="health_station", consent="granted", form="spoken", told="yes")
    for case_id in cases:
        ground_id = gate.perform(person, ground_actions.record_ground, case_id, entry)
        gate.perform(person, sending.send, case_id, ground_id, Letter(asks=("health",), words="Xin khám trong ngày."))


def figures(port: int, hello: Browser) -> Iterator[Ratio]:
    """Measure the sender, the receiver and the lead."""
    lan, tam, hoa = (_signed_in(port, username) for username in (_LAN, _TAM, _HOA))
    sender = Sender(lan, Intake(lan))
    yield ratio("send a referral of five sections", timed(sender.send, hello, times=_TIMES, prepare=sender.prepare))
    size = _QUARTERS * _CASES_EACH
    inbox = timed(lambda: tam.get("/chuyen-gui"), hello, times=_TIMES)
    yield ratio(f"open an inbox of {size}, none opened", inbox, most_hellos=44)
    for role, person in {"counsellor": lan, "lead": hoa, "receiver": tam}.items():
        home = timed(partial(person.get, "/"), hello, times=_TIMES)
        yield ratio(f"first page of a {role}, {size} cases", home, most_hellos=44)
    closer = Closer(hoa)
    yield ratio("close a quarter", timed(closer.close, hello, times=_QUARTERS - 1, prepare=closer.preview))


def _signed_in(port: int, username: str) -> Browser:
    browser = Browser(port)
    browser.sign_in(username, installation.PASSPHRASE)
    return browser


@dataclass
class Sender:
    """Somebody who refers one fresh case after another to the child protection officer, on a ground of law."""

    lan: Browser
    intake: Intake
    path: str = ""

    def prepare(self) -> None:
        """Record an intake and a ground, and open the preview."""
        self.intake.fill()
        case = self.intake.submit().location
        self.lan.get(f"{case}/chuyen-gui/can-cu/luat")
        ground = {"receiver": "child_protection", "article": "Điều 20", "told": "yes"}
        self.lan.post(f"{case}/chuyen-gui/can-cu/luat", ground)
        link = _PREVIEW.search(self.lan.get(f"{case}/chuyen-gui").text)
        if link is None:
            raise RuntimeError("no ground carries a referral")
        self.path = link[1]
        if self.lan.get(f"{self.path}/xem-truoc").status != 200:
            raise RuntimeError("the preview did not open")

    def send(self) -> Page:
        return _require_redirect(
            self.lan.post(f"{self.path}/gui", {"asks": "child_protection", "words": "Xin gặp cháu."})
        )


@dataclass
class Closer:
    """A lead who closes one quarter after another."""

    hoa: Browser
    previewed: tuple[str, str] = ("", "")

    def preview(self) -> None:
        """Preview the next quarter."""
        page = self.hoa.get("/chot-ky").text
        period, mark = (re.search(f'name="{name}"[^>]*value="([^"]*)"', page) for name in ("period", "mark"))
        if period is None or mark is None:
            raise RuntimeError("no quarter waits")
        self.previewed = period[1], mark[1]

    def close(self) -> Page:
        """Close the quarter as previewed."""
        period, mark = self.previewed
        return _require_redirect(self.hoa.post("/chot-ky/cong-bo", {"period": period, "mark": mark}))


def _require_redirect(page: Page) -> Page:
    if page.status != 303 or page.location.startswith("/xac-nhan-lai"):
        raise RuntimeError(f"what was measured answered {page.status}")
    return page
