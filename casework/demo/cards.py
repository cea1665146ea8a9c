"""The sign-in cards of the demo, and the file with them, its address, and canaries: names that must never leak."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from casework import files
from casework.codelists import case_words, codelist
from casework.demo.content import DemoPerson, commune, demo_cases
from casework.vietnamese_text import plain

_WORDS = 4
_SHORTEST_PASSPHRASE = 15
_SHORTEST_CANARY = 8


@dataclass(frozen=True)
class SignInCard:
    """One person's sign-in; `totp_secret` is None as long as nobody has a second factor."""

    role: str
    agency: str
    name: str
    username: str
    password: str
    totp_secret: str | None = None


def draw_passphrase() -> str:
    """Draw four plain words and a number, without marks, such as "sen-lua-gao-mua-42"; fit for fiction alone."""
    words = [plain(secrets.choice(case_words())).replace(" ", "-") for _ in range(_WORDS)]
    passphrase = "-".join([*words, str(secrets.randbelow(90) + 10)])
    return passphrase if len(passphrase) >= _SHORTEST_PASSPHRASE else draw_passphrase()


def make_cards(people: Sequence[DemoPerson]) -> tuple[SignInCard, ...]:
    """Make a card with a passphrase of their own for every person."""
    return tuple(
        SignInCard(person.role, person.agency, person.name, person.username, draw_passphrase()) for person in people
    )


def canaries() -> tuple[str, ...]:
    """Return names of people (8 characters or more) that stand in cases and nowhere else."""
    answers = [case.answers for case in demo_cases()]
    names = {answered.identity.name for answered in answers} | {answered.perpetrator.name for answered in answers}
    return tuple(sorted(name for name in names if len(name) >= _SHORTEST_CANARY))


def write(file: Path, url: str, cards: Sequence[SignInCard]) -> None:
    """Write the cards to a file of mode 0600, replacing one that is there."""
    content = {"url": url, "people": [asdict(card) for card in cards], "canaries": canaries()}
    files.replace(file, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def read(file: Path) -> tuple[SignInCard, ...]:
    """Read the cards of a demo that was built before."""
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return tuple(SignInCard(**card) for card in content["people"])


def table(cards: Sequence[SignInCard]) -> str:
    """Lay the cards out as lines: role, agency, name, username, password."""
    roles, agencies = codelist("role"), commune().agencies
    rows = [("Vai trò", "Cơ quan", "Họ và tên", "Tên đăng nhập", "Mật khẩu")]
    for card in cards:
        agency = codelist("agency").get(card.agency).vi if card.agency in agencies else "-"
        rows.append((roles.get(card.role).vi, agency, card.name, card.username, card.password))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
