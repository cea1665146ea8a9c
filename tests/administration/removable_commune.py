"""A house with backups whose first commune may be removed: it has sheets, and its one case has ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from click.testing import Result

from casework import clock
from casework.desk import actions as desk
from casework.maintenance import checkpoints
from casework.vault.keys.enrolment.paper_codes import write_code
from tests.commands import call
from tests.house import House
from tests.maintenance.backed_up_house import BackedUpHouse, with_backups
from tests.staffing.model import make_sheets

YEARS = 25 * 31 * 86_400 * clock.MICROSECOND
WHY = "sáp nhập vào xã Đông Hải"
NAME = "xã Thanh Sơn"


@dataclass
class Book:
    """A house with backups whose first commune has sheets, and a closed case."""

    installation: BackedUpHouse
    sheets: tuple[str, ...]

    @property
    def house(self) -> House:
        return self.installation.house

    @property
    def url(self) -> str:
        return self.installation.config.database_url

    @property
    def folder(self) -> Path:
        return self.installation.config.data

    def words(self, *more: str) -> list[str]:
        return ["commune", "remove", "--data", str(self.folder), "--commune", NAME, "--reason", WHY, *more]

    def typed(self, first: int = 1, second: int = 2, name: str = NAME) -> list[str]:
        return [str(first), self.sheets[first - 1], str(second), self.sheets[second - 1], name]

    def removes(self, *lines: str, commune: str = NAME) -> Result:
        """Run the command with what is typed; the right sheets and the name, if nothing is said."""
        self.house.gate.database.engine.dispose()
        words = [commune if word == NAME else word for word in self.words()]
        return call(*words, typed="".join(f"{line}\n" for line in lines or self.typed()))


def made_book(house: House) -> Book:
    """A closed case and sheets in one commune, an open case in the other, and settings for the commands."""
    installation = with_backups(house)
    closed = house["lan"].opens_a_case()
    house["lan"].does(desk.close_case, closed, outcome="needs_met", words="Chị đã về với mẹ")
    house["luu"].opens_a_case()
    sheets = tuple(write_code(sheet.secret) for sheet in make_sheets(house))
    checkpoints.write_all(installation.config, house.gate)
    installation.writes_settings()
    house.gate.database.engine.dispose()
    return Book(installation, sheets)


@contextmanager
def after_retention() -> Iterator[None]:
    moment = clock.micros() + YEARS
    with clock.use_clock(lambda: moment):
        yield
