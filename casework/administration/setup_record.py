"""The answers of a founding by their paths in the file, and the order in which a pass has come by them."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias, TypeVar

from casework.administration.console_output import say

T = TypeVar("T")
Raw: TypeAlias = dict[str, Any]
# Where an answer stands: ("agencies", "police", "name"), ("people", 0, "roles").
AnswerPath: TypeAlias = tuple[str | int, ...]
BACK = "<"


class StepBack(Exception):
    """Somebody wants the question before this one again."""


@dataclass(frozen=True)
class SeenAnswer:
    """An answer that a pass has come by; `usual` if it is what was offered."""

    path: AnswerPath
    label: str
    shown: str
    usual: bool

    @property
    def group(self) -> AnswerPath:
        """Return what is shown and changed together: an agency with its people, an account, else one answer."""
        if self.path[0] == "pages":
            return ("agencies", self.path[1])
        return self.path[:2] if self.path[0] in ("agencies", "accounts", "people") else self.path


class Answers:
    """What is answered, as the file has it; what was withdrawn is offered again, so that nothing typed is lost."""

    def __init__(self, answers: Raw) -> None:
        self.answers, self.was_typed = answers, False
        self.passed: list[SeenAnswer] = []
        self._offered: dict[AnswerPath, str] = {}
        self._wanted: set[AnswerPath] = set()
        self._before_change: Raw | None = None

    def has(self, path: AnswerPath) -> bool:
        """Tell whether a path is answered; a list of people in a file may lack some of their fields."""
        return path[-1] in self._table(path)

    def get(self, path: AnswerPath) -> Any:
        return self._table(path)[path[-1]]

    def put(self, path: AnswerPath, text: str, *, usual: bool) -> None:
        """Write down what was typed; what is usual anyway is not written, and follows what it is derived from."""
        if not usual:
            self._table(path)[path[-1]] = text
        self._wanted.discard(path)
        self._offered.pop(path, None)
        self.was_typed = True

    def seen(self, path: AnswerPath, label: str, answer: T, default: str | None) -> T:
        """Note that the pass came by an answer, and return it."""
        text = _as_text(self.get(path)) if self.has(path) else default or ""
        shown = text if path[0] == "pages" else _as_text(answer)
        self.passed.append(SeenAnswer(path, label.partition("\n")[0], shown, text == default))
        return answer

    def is_wanted(self, path: AnswerPath) -> bool:
        """Tell whether somebody wants to change an answer that is otherwise not asked for."""
        return path in self._wanted

    def offered(self, path: AnswerPath, default: str | None) -> str | None:
        """Return what Enter means: the answer that was withdrawn, else the default."""
        return self._offered.get(path, default)

    def withdraw(self, path: AnswerPath, *, offer: bool = True) -> None:
        """Take an answer back, so that the next pass asks for it."""
        if self.has(path):
            text = _as_text(self._table(path).pop(path[-1]))
            if offer:
                self._offered[path] = text
        self._wanted.add(path)

    def everything(self) -> Raw:
        """Return all answers with those that were withdrawn and are not typed again yet."""
        kept = Answers(deepcopy(self.answers))
        for path, text in self._offered.items():
            kept._table(path).setdefault(path[-1], text)
        return kept.answers

    def begin_pass(self) -> None:
        self.passed.clear()

    def change(self, group: AnswerPath) -> None:
        """Ask the answers of a group again, each with what it is now as the default; a step back undoes that."""
        self._before_change = deepcopy(self.answers)
        for answer in self.passed:
            if answer.group == group:
                self.withdraw(answer.path, offer=not answer.usual)

    def add_person(self) -> None:
        """Ask for one person more, where a file lists them all."""
        self._before_change = deepcopy(self.answers)
        self.answers["people"].append({})

    def end_change(self) -> None:
        self._before_change = None

    def step_back(self) -> None:
        """Ask the question before again; in a change that was begun in the summary, leave everything as it was."""
        if self._before_change is not None:
            self.answers.clear()
            self.answers.update(self._before_change)
            self._before_change = None
            self._wanted.clear()
            self._offered.clear()
        elif asked := [answer for answer in self.passed if self.has(answer.path)]:
            self.withdraw(asked[-1].path)
        else:
            say("Đây là câu đầu tiên. / This is the first question.", to_stderr=True)

    def _table(self, path: AnswerPath) -> Any:
        table: Any = self.answers
        for key in path[:-1]:
            table = table[key] if isinstance(key, int) else table.setdefault(key, {})
        return table


def _as_text(value: Any) -> str:
    """Write a value of a file as it would be typed."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Sequence):
        return str(value)
    return ", ".join(_part_as_text(part) for part in value)


def _part_as_text(part: Any) -> str:
    if isinstance(part, date):
        return part.isoformat()
    return "-".join(map(str, part)) if isinstance(part, list | tuple) else str(part)
