"""The summary before anything is made: every answer with a number, by which it is asked again."""

from itertools import groupby

import click

from casework.administration import console_input
from casework.administration.console_output import spoken
from casework.administration.setup_record import BACK, AnswerPath, Answers, SeenAnswer, StepBack
from casework.codelists import codelist
from casework.errors import BadInput

_NONE, _MORE = "–", "+"
# How an answer is called below the agency or the account that it belongs to.
_SHORT = {
    "duty_phone": "số trực / duty phone",
    "pages": "người / people",
    "officers": "giữ tờ khôi phục / keepers of sheets",
    "pairs": "cặp mở được / pairs that open",
    "roles": "vai trò / roles",
    "username": "tên đăng nhập / user name",
    "agency": "cơ quan / agency",
}
_NEW_PERSON: AnswerPath = ("people", _MORE)


class Summary:
    """What a pass has come by, in groups: an agency, an account, or one answer."""

    def __init__(self, record: Answers) -> None:
        self._record, self._lists_people = record, bool(record.answers.get("people"))
        record.end_change()
        ordered = list(dict.fromkeys(answer.group for answer in record.passed))
        by_group = sorted(record.passed, key=lambda answer: ordered.index(answer.group))
        self._groups: list[tuple[AnswerPath, list[SeenAnswer]]] = [
            (group, list(answers)) for group, answers in groupby(by_group, lambda answer: answer.group)
        ]

    def changes(self, problem: str) -> bool:
        """Show everything and ask what to change; False once nothing is. With a problem something must be."""
        for number, (_, answers) in enumerate(self._groups, start=1):
            click.echo(f"{number:3} {_in_words(answers)}", err=True)
        if problem:
            click.echo(f"\n{spoken('Chưa lập được / Cannot be set up')}: {spoken(problem)}", err=True)
        choices = [spoken("Gõ số để sửa / Type a number to change it")]
        choices += [f"{_MORE} {spoken('để thêm người / to add somebody')}"] if self._lists_people else []
        choices += [f"{BACK} {spoken('để về câu trước / for the question before')}"]
        choices += [] if problem else [spoken("Enter để lập sổ / Enter to set up")]
        group = console_input.ask(
            "\n" + ", ".join(choices),
            lambda text: self._chosen(text, may_end=not problem),
            default=None if problem else "",
        )
        if group == _NEW_PERSON:
            self._record.add_person()
        elif group:
            self._record.change(group)
        return bool(group)

    def _chosen(self, text: str, *, may_end: bool) -> AnswerPath:
        if text.strip() == BACK:
            raise StepBack
        if text.strip() == _MORE and self._lists_people:
            return _NEW_PERSON
        if not text.strip() and may_end:
            return ()
        if not (text.strip().isdecimal() and 1 <= int(text) <= len(self._groups)):
            last = len(self._groups)
            raise BadInput(f"Hãy gõ một số từ 1 đến {last}. / Type a number from 1 to {last}.")
        return self._groups[int(text) - 1][0]


def _in_words(answers: list[SeenAnswer]) -> str:
    """Write a group: what it is about, then what else is known of it."""
    first, *others = answers
    more = "; ".join(f"{spoken(_SHORT.get(_name(answer), answer.label))}: {_shown(answer)}" for answer in others)
    between = "\n      " if more and first.path[0] == "agencies" else "; " if more else ""
    return f"{first.label}: {_shown(first)}{between}{more}"


def _shown(answer: SeenAnswer) -> str:
    """Write an answer, and roles as the office calls them."""
    if _name(answer) != "roles":
        return answer.shown or _NONE
    held = [codelist("role").get(code) for code in answer.shown.split(", ")]
    return ", ".join(spoken(f"{role.vi} / {role.en}") for role in held)


def _name(answer: SeenAnswer) -> str:
    return str(answer.path[0 if answer.path[0] == "pages" else -1])
