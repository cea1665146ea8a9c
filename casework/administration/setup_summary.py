"""The summary before anything is made: every answer with a number, by which it is asked again."""

from itertools import groupby

import click

from casework.administration import console_input
from casework.administration.setup_record import BACK, AnswerPath, Answers, SeenAnswer, StepBack
from casework.errors import BadInput

_NONE, _MORE = "–", "+"
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
            click.echo(f"\nChưa lập được: {problem}", err=True)
        more = f", {_MORE} để thêm người" if self._lists_people else ""
        group = console_input.ask(
            f"\nGõ số để sửa{more}, {BACK} để về câu trước" + ("" if problem else ", Enter để lập sổ"),
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
            raise BadInput(f"Hãy gõ một số từ 1 đến {len(self._groups)}.")
        return self._groups[int(text) - 1][0]


def _in_words(answers: list[SeenAnswer]) -> str:
    first, *others = (f"{answer.label}: {answer.text or _NONE}" for answer in answers)
    return "\n      ".join([first, *others])
