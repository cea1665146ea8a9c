"""Asks for what founds an installation; a file that answers some questions is asked only for the others."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import tomli_w

from casework import files
from casework.administration import console_input, setup_answers
from casework.administration.setup_answers import AgencyAnswers, FirstPerson, SetupAnswers
from casework.codelists import codelist
from casework.errors import BadInput, CaseworkError

T = TypeVar("T")
Raw = dict[str, Any]
_KNOWN = {"commune", "calendar", "agencies", "people", "second_persons"}


class Asking:
    """Questions in their order, with what a file has answered already; what is typed is kept as it comes."""

    def __init__(self, given: Raw) -> None:
        """Begin with what is known."""
        if unknown := set(given) - _KNOWN:
            raise BadInput(f"Tệp trả lời có phần không hiểu: {', '.join(sorted(unknown))}.")
        self.kept: Raw = given

    def one(self, table: Raw, key: str, question: str, read: Callable[[Any], T], default: str | None = None) -> T:
        """Return one answer: from the file, or typed until it can be used."""
        if key in table:
            try:
                return read(table[key])
            except (CaseworkError, TypeError, AttributeError) as cause:
                raise BadInput(f"{question} ({key}): {cause}") from cause
        typed_in: list[str] = []

        def keep(text: str) -> T:
            found = read(text)
            typed_in.append(text)
            return found

        found = console_input.asked(question, keep, default=default)
        table[key] = typed_in[0]
        return found

    def all(self) -> SetupAnswers:
        """Ask everything, first what the others rest on."""
        commune, calendar = self.kept.setdefault("commune", {}), self.kept.setdefault("calendar", {})
        name = self.one(commune, "name", "Tên xã, như: xã Thanh Sơn", setup_answers.words)
        hamlets = self.one(commune, "hamlets", "Các thôn, tổ (cách nhau bằng dấu phẩy)", setup_answers.hamlet_names)
        size = self.one(commune, "size_class", _sizes(), setup_answers.size, "S1")
        url = self.one(commune, "public_url", "Địa chỉ người dùng gõ, như https://so.xa.vn", setup_answers.url)
        database = str(commune.get("database_url", ""))
        working = self.one(
            calendar, "working_days", "Ngày làm việc trong tuần", setup_answers.days, "mon tue wed thu fri"
        )
        free = self.one(
            calendar, "holidays", "Ngày nghỉ lễ sắp tới, như 2027-01-01 (có thể để trống)", setup_answers.holidays, ""
        )
        agencies = tuple(self._agency(one.code, one.vi) for one in codelist("agency"))
        people = self._people()
        setup_answers.together(people)
        by_username = {one.username: one for one in people}
        second = self.one(
            self.kept,
            "second_persons",
            "Người thứ hai trong việc cần hai người (tên đăng nhập, cách nhau bằng dấu phẩy)",
            lambda text: setup_answers.chosen(setup_answers.several(text), by_username),
        )
        return SetupAnswers(name, hamlets, size, url, database, agencies, people, second, working, free)

    def _agency(self, code: str, usual: str) -> AgencyAnswers:
        table = self.kept.setdefault("agencies", {}).setdefault(code, {})
        name = self.one(table, "name", f"Tên cơ quan ({code})", setup_answers.words, usual)
        phone = self.one(table, "duty_phone", f"Số trực của {name}", setup_answers.phone)
        if not codelist("agency").get(code).flag("holds_keys"):
            return AgencyAnswers(code, name, phone, (), ())
        officers = self.one(table, "officers", f"Ai giữ tờ khôi phục của {name} (2 đến 9 người)", setup_answers.keepers)
        question = f"Cặp nào mở được, như 1-2 1-3, trong {_numbered(officers)} (để trống: hai người bất kỳ)"
        pairs = self.one(table, "pairs", question, lambda text: setup_answers.pairs(text, len(officers)), "")
        return AgencyAnswers(code, name, phone, officers, pairs)

    def _people(self) -> tuple[FirstPerson, ...]:
        rows: list[Raw] = self.kept.setdefault("people", [])
        found = [self._person(row) for row in rows]
        while not found or console_input.more("Thêm một người nữa?"):
            rows.append({})
            found.append(self._person(rows[-1]))
        return tuple(found)

    def _person(self, row: Raw) -> FirstPerson:
        name = self.one(row, "name", "Họ và tên", setup_answers.words)
        username = self.one(row, "username", f"Tên đăng nhập của {name}", setup_answers.username)
        agency = self.one(row, "agency", f"Cơ quan của {name} (mã; để trống cho quản trị)", _agency_code, "")
        roles = self.one(row, "roles", f"Vai trò của {name}", lambda text: setup_answers.roles(text, agency))
        return FirstPerson(name, username, roles, agency)


def complete(file: Path | None, keep_in: Path) -> SetupAnswers:
    """Return all answers; what was typed before somebody broke off is kept in a file that can be given again."""
    asking = Asking(_read(file) if file else {})
    try:
        return asking.all()
    except (click.Abort, BadInput):
        if console_input.by_hand():
            files.replace(keep_in, tomli_w.dumps(asking.kept))
            click.echo(f"Đã giữ những gì đã gõ ở {keep_in}. Làm tiếp: thêm --answers {keep_in}", err=True)
        raise


def _read(file: Path) -> Raw:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise BadInput(f"Không đọc được tệp trả lời {file}: {cause}.") from cause


def _agency_code(text: str) -> str:
    if text and text not in codelist("agency"):
        raise BadInput(f"Cơ quan phải là một trong: {', '.join(one.code for one in codelist('agency'))}.")
    return text


def _sizes() -> str:
    return "Quy mô (" + "; ".join(f"{one.code}: {one.vi.lower()}" for one in codelist("size_class")) + ")"


def _numbered(names: tuple[str, ...]) -> str:
    return ", ".join(f"{number} {name}" for number, name in enumerate(names, start=1))
