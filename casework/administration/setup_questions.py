"""Asks for the answers to set up an installation; what a file or an earlier try answers is not asked.

Every question is asked by its path in the file of answers, in one pass that is run again after a step back or a
change: what is answered is read from the answers, and what is not is asked.
"""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from casework.administration import console_input, setup_answers, setup_defaults
from casework.administration.console_output import say, spoken
from casework.administration.setup_answers import AgencyAnswers, CommuneAnswers, FirstPerson, Places, SetupAnswers
from casework.administration.setup_defaults import ADMINISTRATORS, usual
from casework.administration.setup_draft import FoundingDraft
from casework.administration.setup_record import BACK, AnswerPath, Answers, Raw, StepBack
from casework.administration.setup_summary import Summary
from casework.codelists import Code, codelist
from casework.errors import BadInput, CaseworkError

T = TypeVar("T")
# `second_persons` is in files of answers for earlier versions, and is passed over (docs/adr/0088).
_KNOWN = {"commune", "places", "calendar", "agencies", "people", "pages", "accounts", "second_persons"}
_EMPTY = "-"
_BESIDE = "để trống: cùng thư mục với cơ sở dữ liệu / empty: in the folder of the database"
_NO_AGENCY = "để trống cho quản trị / empty for an administrator"

_PLACES: Mapping[str, tuple[str, str, Callable[[str], str]]] = {
    "keys": (
        "Thư mục cho hai tệp khóa / Folder for the two key files",
        "ở đĩa khác: ai lấy cả đĩa lẫn khóa thì chỉ còn mật khẩu giữ lại / on another disk: whoever takes disk and "
        "keys meets passphrases alone",
        setup_answers.place_of_keys,
    ),
    "checkpoints": (
        "Thư mục cho các mốc nhật ký / Folder for the checkpoints of the log",
        "ở đĩa hay máy khác: ai sửa được sổ thì không sửa được mốc / on another disk or machine: whoever changes the "
        "book cannot change them",
        setup_answers.place,
    ),
    "backups": (
        "Thư mục cho bản sao lưu / Folder for the backups",
        "ở đĩa khác: đĩa này hỏng thì bản sao còn / on another disk: they are left when this one fails",
        setup_answers.place,
    ),
}


class Questionnaire:
    """Questions in their order; what is typed is added to the answers and kept in a draft after each."""

    def __init__(self, answers: Raw, draft: FoundingDraft | None = None) -> None:
        if unknown := set(answers) - _KNOWN:
            parts = ", ".join(sorted(unknown))
            raise BadInput(
                f"Tệp trả lời có phần không hiểu: {parts}. / There are unknown parts in the file of answers: {parts}."
            )
        self.record, self._draft = Answers(answers), draft
        self._by_page = not answers.get("people")
        self._commune, self._problem = "", ""

    def answer(
        self,
        path: AnswerPath,
        label: str,
        read: Callable[[Any], T],
        default: str | None = None,
        *,
        hint: str = "",
        ask: bool = True,
    ) -> T:
        """Return one answer: from what is known, else typed until `read` accepts it.

        Label and hint are in both languages or in the chosen one. Without `ask` the default is taken, and asked for
        only where somebody wants to change it.
        """
        label, hint = spoken(label), spoken(hint)
        if self.record.has(path):
            try:
                return self.record.seen(path, label, read(self.record.get(path)), default)
            except (CaseworkError, TypeError, AttributeError) as cause:
                if not console_input.is_interactive():
                    raise BadInput(f"{label} ({path[-1]}): {spoken(str(cause))}") from cause
                click.echo(f"{label}: {spoken(str(cause))}", err=True)
                # Enter repeats what was refused: it never puts the keys beside the database unasked.
                self.record.withdraw(path, offer=not default)
        elif not ask and not self.record.is_wanted(path):
            return self.record.seen(path, label, read(default), default)
        return self.record.seen(
            path, label, self._type(path, f"{label} ({hint})" if hint else label, read, default, ask=ask), default
        )

    def _type(self, path: AnswerPath, question: str, read: Callable[[Any], T], default: str | None, *, ask: bool) -> T:
        typed_in: list[str] = []

        def keep(text: str) -> T:
            if text.strip() == BACK:
                raise StepBack
            text = "" if text.strip() == _EMPTY else text
            answer = read(text)
            typed_in.append(text)
            return answer

        answer = console_input.ask(question, keep, default=self.record.offered(path, default))
        self.record.put(path, typed_in[0], usual=not ask and typed_in[0] == default)
        if self._draft is not None:
            self._draft.keep(self.record.everything())
        return answer

    def ask(self, once: Callable[["Questionnaire"], T], *, resumed: bool = False) -> T:
        """Ask everything, then show a summary if anything was asked; raise BadInput for answers that do not fit."""
        while True:
            self.record.begin_pass()
            try:
                answers = once(self)
                if not console_input.is_interactive() or not (self._problem or resumed or self.record.was_typed):
                    return answers
                if not Summary(self.record).changes(self._problem):
                    return answers
            except StepBack:
                self.record.step_back()

    def commune(self) -> CommuneAnswers:
        """Ask what is to be known of one more commune of an installation."""
        return CommuneAnswers(*self._about_commune(), *self._consistent_people())

    def agency(self, code: str) -> tuple[AgencyAnswers, tuple[FirstPerson, ...]]:
        """Ask what is to be known of one more agency of a commune, and who of it comes first."""
        listed = codelist("agency").get(code)
        name, phone = self._name_and_phone(listed)
        people = self._page(code, _people_of(name), []) if self._by_page else self._listed_people()
        if any(person.agency != code for person in people):
            raise BadInput(f"Những người đầu tiên phải thuộc {name}. / The first people must be of {name}.")
        return self._agency(listed, name, phone, people), people

    def installation(self) -> SetupAnswers:
        """Ask what is not answered yet, first what later questions depend on."""
        name, hamlets, size = self._about_commune()
        url = self.answer(
            ("commune", "public_url"),
            "Địa chỉ người dùng gõ / Address that people type",
            setup_answers.url,
            hint="https://so.xa.vn",
        )
        database = str(self.record.answers.get("commune", {}).get("database_url", ""))
        places = self._places()
        working_days = self.answer(
            ("calendar", "working_days"),
            "Ngày làm việc trong tuần / Working days of the week",
            setup_answers.days,
            usual().working_days,
            ask=False,
        )
        holidays = self.answer(
            ("calendar", "holidays"),
            "Ngày nghỉ lễ sắp tới / Coming public holidays",
            setup_answers.holidays,
            "",
            hint="2027-01-01; có thể để trống / 2027-01-01; may be empty",
        )
        agencies, people = self._consistent_people()
        return SetupAnswers(name, hamlets, size, url, database, places, agencies, people, working_days, holidays)

    def _about_commune(self) -> tuple[str, tuple[str, ...], str]:
        name = self._commune = self.answer(
            ("commune", "name"),
            "Tên xã / Name of the commune",
            setup_answers.words,
            hint="như: xã Thanh Sơn / with what it is: commune, ward",
        )
        commas = "cách nhau bằng dấu phẩy / with commas between them"
        hamlets = self.answer(("commune", "hamlets"), "Các thôn, tổ / Hamlets", setup_answers.hamlet_names, hint=commas)
        sizes = _numbered("Quy mô / Size", codelist("size_class"))
        return name, hamlets, self.answer(("commune", "size_class"), sizes, setup_answers.size, usual().size_class)

    def _consistent_people(self) -> tuple[tuple[AgencyAnswers, ...], tuple[FirstPerson, ...]]:
        agencies, people = self._agencies_and_people()
        self._note_problem(people)
        return agencies, people

    def _note_problem(self, people: tuple[FirstPerson, ...]) -> None:
        """Keep what does not fit for the summary, where it can be changed; from a pipe raise BadInput."""
        self._problem = ""
        try:
            setup_answers.require_consistent(people)
        except BadInput as cause:
            if not console_input.is_interactive():
                raise
            self._problem = str(cause)

    def _places(self) -> Places:
        """Ask where the keys and the evidence go: beside the database, whoever takes it takes them too."""
        return Places(
            *(
                self.answer(("places", key), label, read, "", hint=f"{spoken(why)}; {spoken(_BESIDE)}")
                for key, (label, why, read) in _PLACES.items()
            )
        )

    def _agencies_and_people(self) -> tuple[tuple[AgencyAnswers, ...], tuple[FirstPerson, ...]]:
        """Ask for each agency and its people; a file of answers may list all people on its own."""
        agencies: list[AgencyAnswers] = []
        listed = () if self._by_page else self._listed_people()
        people: list[FirstPerson] = []
        for code in codelist("agency"):
            name, phone = self._name_and_phone(code)
            named = self._page(code.code, _people_of(name), people) if self._by_page else ()
            people += named
            theirs = named if self._by_page else tuple(one for one in listed if one.agency == code.code)
            agencies.append(self._agency(code, name, phone, theirs))
        if self._by_page:
            people += self._page(ADMINISTRATORS, "Người quản trị / Administrators", people)
        return tuple(agencies), tuple(people) if self._by_page else listed

    def _name_and_phone(self, agency: Code) -> tuple[str, str]:
        name = self.answer(
            ("agencies", agency.code, "name"),
            f"Tên cơ quan ({agency.code}) / Name of the agency ({agency.code})",
            setup_answers.words,
            setup_defaults.agency_name(agency.vi, self._commune),
            ask=False,
        )
        label = f"Số trực của {name} / Duty phone of {name}"
        return name, self.answer(("agencies", agency.code, "duty_phone"), label, setup_answers.phone)

    def _agency(self, agency: Code, name: str, phone: str, people: tuple[FirstPerson, ...]) -> AgencyAnswers:
        if not agency.flag("holds_keys"):
            return AgencyAnswers(agency.code, name, phone, (), ())
        officers = self.answer(
            ("agencies", agency.code, "officers"),
            f"Ai giữ tờ khôi phục của {name} / Who keeps the recovery sheets of {name}",
            setup_answers.keepers,
            setup_defaults.keepers(people),
            hint="2 đến 9 người / 2 to 9 people",
        )
        keepers = _with_numbers(officers)
        pairs = self.answer(
            ("agencies", agency.code, "pairs"),
            f"Cặp nào mở được {name}, trong {keepers} / Which pairs open {name}, of {keepers}",
            lambda text: setup_answers.pairs(text, len(officers)),
            "",
            hint="như 1-2 1-3; để trống: hai người bất kỳ / like 1-2 1-3; empty: any two",
            ask=False,
        )
        return AgencyAnswers(agency.code, name, phone, officers, pairs)

    def _page(self, page: str, label: str, others: list[FirstPerson]) -> tuple[FirstPerson, ...]:
        """Ask for the people of one agency on one line, in the order of their roles; accounts are made of it."""
        expected = usual().people[page]

        def read(text: Any) -> tuple[FirstPerson, ...]:
            people = setup_defaults.people_of(page, setup_answers.several(text))
            setup_defaults.require_enough(people, expected.roles)
            setup_answers.require_apart([*others, *people])
            return people

        hint = spoken("họ và tên, cách nhau bằng dấu phẩy / full names, with commas between them")
        hint += f"; {spoken(expected.whom)}" if expected.whom else ""
        optional = all(not codelist("role").get(role).number("fewest") for role in expected.roles)
        named = self.answer(("pages", page), label, read, "" if optional else None, hint=hint)
        people: list[FirstPerson] = []
        for person in named:
            people.append(self._account(page, person, {one.username for one in (*others, *people)}))
        return tuple(people)

    def _account(self, page: str, person: FirstPerson, taken: set[str]) -> FirstPerson:
        key = f"{page}: {person.name}"
        username = self.answer(
            ("accounts", key, "username"),
            f"Tên đăng nhập của {person.name} / User name of {person.name}",
            setup_answers.username,
            setup_defaults.username(person.name, page, taken),
            ask=False,
        )
        roles = self.answer(
            ("accounts", key, "roles"),
            _role_question(person.name, person.agency),
            lambda text: setup_answers.roles(text, person.agency),
            person.roles[0].value,
            ask=False,
        )
        return FirstPerson(person.name, username, roles, person.agency)

    def _listed_people(self) -> tuple[FirstPerson, ...]:
        return tuple(self._person(place) for place in range(len(self.record.answers["people"])))

    def _person(self, place: int) -> FirstPerson:
        row: AnswerPath = ("people", place)
        name = self.answer((*row, "name"), "Họ và tên / Full name", setup_answers.words)
        label = f"Tên đăng nhập của {name} / User name of {name}"
        username = self.answer((*row, "username"), label, setup_answers.username)
        homes = _numbered(f"Cơ quan của {name} / Agency of {name}", codelist("agency"), _NO_AGENCY)
        agency = self.answer((*row, "agency"), homes, setup_answers.agency_code, "")
        question = _role_question(name, agency)
        roles = self.answer((*row, "roles"), question, lambda text: setup_answers.roles(text, agency))
        return FirstPerson(name, username, roles, agency)


def complete_answers(file: Path | None, draft_file: Path) -> SetupAnswers:
    """Return all answers; what is typed is kept in `draft_file`, from which the next try goes on."""
    return _complete(file, draft_file, Questionnaire.installation)


def complete_commune_answers(file: Path | None, draft_file: Path) -> CommuneAnswers:
    """Return the answers about one more commune; those of a file that are about the installation are passed over."""
    return _complete(file, draft_file, Questionnaire.commune)


def complete_agency_answers(
    file: Path | None, draft_file: Path, code: str
) -> tuple[AgencyAnswers, tuple[FirstPerson, ...]]:
    """Return the answers about one more agency of a commune, and its first people."""
    return _complete(file, draft_file, lambda questionnaire: questionnaire.agency(code))


def _complete(file: Path | None, draft_file: Path, once: Callable[[Questionnaire], T]) -> T:
    draft = FoundingDraft(draft_file, file)
    questionnaire = Questionnaire(_read(file) if file else draft.resumed(), draft)
    if console_input.is_interactive():
        say(
            f"Gõ {BACK} để quay lại câu trước, {_EMPTY} để bỏ trống; Ctrl-C để nghỉ. / Type {BACK} for the question "
            f"before, {_EMPTY} for nothing; Ctrl-C to have a rest.",
            to_stderr=True,
        )
    try:
        return questionnaire.ask(once, resumed=draft.is_resumed)
    except (click.Abort, BadInput):
        draft.say_where()
        raise


def _read(file: Path) -> Raw:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise BadInput(
            f"Không đọc được tệp trả lời {file}: {cause}. / The file of answers {file} cannot be read: {cause}."
        ) from cause


def _role_question(name: str, agency: str) -> str:
    held = [codelist("role").get(code) for code in setup_answers.roles_in(agency)]
    return _numbered(f"Vai trò của {name} / Role of {name}", held)


def _people_of(name: str) -> str:
    return f"Người của {name} / People of {name}"


def _numbered(label: str, codes: Any, more: str = "") -> str:
    """Ask by a list with numbers; an answer is a number or a code."""
    rows = [f"  {number} {code.code}: {spoken(f'{code.vi} / {code.en}')}" for number, code in enumerate(codes, start=1)]
    how = spoken("Gõ số hoặc mã / Type a number or a code")
    return "\n".join([spoken(label), *rows, how + (f" ({spoken(more)})" if more else "")])


def _with_numbers(names: tuple[str, ...]) -> str:
    return ", ".join(f"{number} {name}" for number, name in enumerate(names, start=1))
