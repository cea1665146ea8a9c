"""What every test of an import may ask for: the lead with a ledger that was brought, and its columns chosen."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest

from casework.ledger_import import actions
from casework.ledger_import.actions import Look
from casework.vault.keys.sessions import SessionToken, token_from
from casework.web.uploads import read_upload
from tests.house import House, Someone


@dataclass
class Bringer:
    """Somebody who imports ledgers."""

    who: Someone

    @property
    def token(self) -> SessionToken:
        found = token_from(self.who.cookie)
        assert found is not None
        return found

    def brings(self, content: bytes) -> UUID:
        """Bring a file and leave its columns as they are proposed."""
        filename = "so.xlsx" if content.startswith(b"PK") else "so.csv"
        ledger_id = self.who.does(actions.bring_ledger, read_upload(filename, content), token=self.token)
        mapping = dict(self.looks(ledger_id).ledger.mapping)
        self.who.does(actions.choose_columns, ledger_id, mapping, token=self.token)
        return ledger_id

    def looks(self, ledger_id: UUID) -> Look:
        return self.who.does(actions.read_ledger, ledger_id, token=self.token)

    def confirms(self, ledger_id: UUID, **how) -> bool:
        return self.who.does(actions.confirm_rows, ledger_id, token=self.token, **how)

    def imports(self, ledger_id: UUID, **how) -> None:
        while not self.confirms(ledger_id, **how):
            pass


@pytest.fixture
def bringer(house: House) -> Callable[[str], Bringer]:
    return lambda username: Bringer(house[username])


@pytest.fixture
def hoa_brings(house: House) -> Bringer:
    return Bringer(house["hoa"])


def sheet_of(*rows: str) -> bytes:
    """Return a ledger of a few rows as CSV, under the usual titles."""
    titles = "STT;Ngày tiếp nhận;Họ và tên;Năm sinh;Điện thoại;Nội dung"
    return "\n".join((titles, *rows)).encode()
