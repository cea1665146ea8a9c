"""Asks for the answers to set up an installation; what a file answers is not asked."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
import tomli_w

from casework import files
from casework.administration import console_input, setup_answers
from casework.administration.setup_answers import AgencyAnswers, CommuneAnswers, FirstPerson, Places, SetupAnswers
from casework.codelists import codelist
from casework.errors import BadInput, CaseworkError

T = TypeVar("T")
Raw = dict[str, Any]
_KNOWN = {"commune", "places", "calendar", "agencies", "people", "second_persons"}

_PLACES: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "keys": (
        "Thư mục cho hai tệp khóa, ở đĩa khác: ai lấy cả đĩa lẫn khóa thì chỉ còn mật khẩu giữ lại",
        setup_answers.place_of_keys,
    ),
    "checkpoints": (
        "Thư mục cho các mốc nhật ký, ở đĩa hay máy khác: ai sửa được sổ thì không sửa được mốc",
        setup_answers.place,
    ),
    "backups": ("Thư mục cho bản sao lưu, ở đĩa khác: đĩa này hỏng thì bản sao còn", setup_answers.place),
}


class Questionnaire:
    """Questions in their order, with the answers of a file; what is typed is added to them."""

    def __init__(self, answers: Raw) -> None:
        if unknown := set(answers) - _KNOWN:
            raise BadInput(f"Tệp trả lời có phần không hiểu: {', '.join(sorted(unknown))}.")
        self.answers: Raw = answers

    def answer(self, table: Raw, key: str, question: str, read: Callable[[Any], T], default: str | None = None) -> T:
        """Return one answer: from the file, or typed until `read` accepts it."""
        if key in table:
            try:
                return read(table[key])
            except (CaseworkError, TypeError, AttributeError) as cause:
                raise BadInput(f"{question} ({key}): {cause}") from cause
        typed_in: list[str] = []

        def keep(text: str) -> T:
            answer = read(text)
            typed_in.append(text)
            return answer

        answer = console_input.ask(question, keep, default=default)
        table[key] = typed_in[0]
        return answer

    def ask_commune(self) -> CommuneAnswers:
        """Ask what is to be known of one more commune of an installation."""
        commune = self.answers.setdefault("commune", {})
        name = self.answer(commune, "name", "Tên xã, như: xã Thanh Sơn", setup_answers.words)
        hamlets = self.answer(commune, "hamlets", "Các thôn, tổ (cách nhau bằng dấu phẩy)", setup_answers.hamlet_names)
        size = self.answer(commune, "size_class", _size_question(), setup_answers.size, "S0")
        listed = tuple(self._agency(agency.code, agency.vi) for agency in codelist("agency"))
        people = self._people()
        setup_answers.require_consistent(people)
        return CommuneAnswers(name, hamlets, size, listed, people)

    def ask_agency(self, code: str) -> tuple[AgencyAnswers, tuple[FirstPerson, ...]]:
        """Ask what is to be known of one more agency of a commune, and who of it comes first."""
        agency = self._agency(code, codelist("agency").get(code).vi)
        rows: list[Raw] = self.answers.setdefault("people", [{}])
        for row in rows:
            row.setdefault("agency", code)
        people = self._people()
        if any(person.agency != code for person in people):
            raise BadInput(f"Những người đầu tiên phải thuộc {agency.name}. / The first people must be of this agency.")
        return agency, people

    def ask_all(self) -> SetupAnswers:
        """Ask everything, first what later questions depend on."""
        commune, calendar = self.answers.setdefault("commune", {}), self.answers.setdefault("calendar", {})
        name = self.answer(commune, "name", "Tên xã, như: xã Thanh Sơn", setup_answers.words)
        hamlets = self.answer(commune, "hamlets", "Các thôn, tổ (cách nhau bằng dấu phẩy)", setup_answers.hamlet_names)
        size = self.answer(commune, "size_class", _size_question(), setup_answers.size, "S0")
        url = self.answer(commune, "public_url", "Địa chỉ người dùng gõ, như https://so.xa.vn", setup_answers.url)
        database = str(commune.get("database_url", ""))
        places = self._places()
        working_days = self.answer(
            calendar, "working_days", "Ngày làm việc trong tuần", setup_answers.days, "mon tue wed thu fri"
        )
        holidays = self.answer(
            calendar, "holidays", "Ngày nghỉ lễ sắp tới, như 2027-01-01 (có thể để trống)", setup_answers.holidays, ""
        )
        agencies = tuple(self._agency(agency.code, agency.vi) for agency in codelist("agency"))
        people = self._people()
        setup_answers.require_consistent(people)
        by_username = {person.username: person for person in people}
        second = self.answer(
            self.answers,
            "second_persons",
            "Người thứ hai trong việc cần hai người (tên đăng nhập, cách nhau bằng dấu phẩy)",
            lambda text: setup_answers.second_persons(setup_answers.several(text), by_username),
        )
        return SetupAnswers(
            name, hamlets, size, url, database, places, agencies, people, second, working_days, holidays
        )

    def _places(self) -> Places:
        """Ask where the keys and the evidence go: beside the database, whoever takes it takes them too."""
        table = self.answers.setdefault("places", {})
        return Places(
            *(
                self.answer(table, key, f"{what} (để trống: cùng thư mục với cơ sở dữ liệu)", read, "")
                for key, (what, read) in _PLACES.items()
            )
        )

    def _agency(self, code: str, default_name: str) -> AgencyAnswers:
        table = self.answers.setdefault("agencies", {}).setdefault(code, {})
        name = self.answer(table, "name", f"Tên cơ quan ({code})", setup_answers.words, default_name)
        phone = self.answer(table, "duty_phone", f"Số trực của {name}", setup_answers.phone)
        if not codelist("agency").get(code).flag("holds_keys"):
            return AgencyAnswers(code, name, phone, (), ())
        officers = self.answer(
            table, "officers", f"Ai giữ tờ khôi phục của {name} (2 đến 9 người)", setup_answers.keepers
        )
        question = f"Cặp nào mở được, như 1-2 1-3, trong {_numbered_names(officers)} (để trống: hai người bất kỳ)"
        pairs = self.answer(table, "pairs", question, lambda text: setup_answers.pairs(text, len(officers)), "")
        return AgencyAnswers(code, name, phone, officers, pairs)

    def _people(self) -> tuple[FirstPerson, ...]:
        rows: list[Raw] = self.answers.setdefault("people", [])
        people = [self._person(row) for row in rows]
        while not people or console_input.ask_more("Thêm một người nữa?"):
            rows.append({})
            people.append(self._person(rows[-1]))
        return tuple(people)

    def _person(self, row: Raw) -> FirstPerson:
        name = self.answer(row, "name", "Họ và tên", setup_answers.words)
        username = self.answer(row, "username", f"Tên đăng nhập của {name}", setup_answers.username)
        agency = self.answer(row, "agency", f"Cơ quan của {name} (mã; để trống cho quản trị)", _agency_code, "")
        roles = self.answer(row, "roles", f"Vai trò của {name}", lambda text: setup_answers.roles(text, agency))
        return FirstPerson(name, username, roles, agency)


def complete_answers(file: Path | None, draft_file: Path) -> SetupAnswers:
    """Return all answers; if interrupted, what was typed is written to `draft_file`, which can be given again."""
    return _complete(file, draft_file, Questionnaire.ask_all)


def complete_commune_answers(file: Path | None, draft_file: Path) -> CommuneAnswers:
    """Return the answers about one more commune; those of a file that are about the installation are passed over."""
    return _complete(file, draft_file, Questionnaire.ask_commune)


def complete_agency_answers(
    file: Path | None, draft_file: Path, code: str
) -> tuple[AgencyAnswers, tuple[FirstPerson, ...]]:
    """Return the answers about one more agency of a commune, and its first people."""
    return _complete(file, draft_file, lambda questionnaire: questionnaire.ask_agency(code))


def _complete(file: Path | None, draft_file: Path, ask: Callable[[Questionnaire], T]) -> T:
    questionnaire = Questionnaire(_read(file) if file else {})
    try:
        return ask(questionnaire)
    except (click.Abort, BadInput):
        if console_input.is_interactive():
            files.replace(draft_file, tomli_w.dumps(questionnaire.answers))
            click.echo(f"Đã giữ những gì đã gõ ở {draft_file}. Làm tiếp: thêm --answers {draft_file}", err=True)
        raise


def _read(file: Path) -> Raw:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise BadInput(f"Không đọc được tệp trả lời {file}: {cause}.") from cause


def _agency_code(text: str) -> str:
    if text and text not in codelist("agency"):
        raise BadInput(f"Cơ quan phải là một trong: {', '.join(agency.code for agency in codelist('agency'))}.")
    return text


def _size_question() -> str:
    return "Quy mô (" + "; ".join(f"{size.code}: {size.vi.lower()}" for size in codelist("size_class")) + ")"


def _numbered_names(names: tuple[str, ...]) -> str:
    return ", ".join(f"{number} {name}" for number, name in enumerate(names, start=1))
