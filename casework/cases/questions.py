"""What a question is, declared once beside its section, and how a section becomes JSON and comes back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from typing import Any, ClassVar, Literal, Self

from casework.errors import VaultError
from casework.policy.vocabulary import Section

Kind = Literal["text", "name", "long", "code", "codes", "date", "year", "phone", "number", "place", "hour"]
# The most characters of a text, the largest number.
LIMITS: Mapping[Kind, int] = {"text": 200, "name": 200, "long": 20_000, "number": 999}


@dataclass(frozen=True)
class Question:
    """A question as every page asks and prints it; sentences are Vietnamese, the keys of the catalogue.

    `label` stands in forms and above the answer, `short` on the card of a case, and `spoken` is read aloud at the
    intake (chị gives way to the word that fits the person). `required` tells whether an intake needs an answer; no
    edit form does. What a role may not open it is not asked either: `readers_only` marks questions of a section that
    some role which records cases may not open. `asked` is false for what the machine writes, `printed` for what it
    keeps to itself; `moment` marks a text that holds a day or a moment, in ISO 8601 or microseconds; `future` lets a
    day be one to come, `partial` lets its day and month be unknown ("2026-06"). `for_child` is false for what an intake
    does not ask a child: what is not needed to help now is asked once, by whoever works with children.
    """

    kind: Kind
    label: str
    spoken: str = ""
    short: str = ""
    hint: str = ""
    codelist: str | None = None
    limit: int = 0
    required: bool = False
    readers_only: bool = False
    asked: bool = True
    printed: bool = True
    moment: bool = False
    future: bool = False
    partial: bool = False
    for_child: bool = True


def ask(kind: Kind, label: str, **more: Any) -> Any:
    """Declare a field by its question; what was not written down is empty, a missing number None.

    `more` are the other parts of a Question; a limit that is not given is that of the kind.
    """
    question = Question(kind, label, **{"limit": LIMITS.get(kind, 0), **more})
    if kind == "codes":
        return field(default=(), metadata={"question": question})
    return field(default=None if kind in ("year", "number") else "", metadata={"question": question})


@dataclass(frozen=True)
class SectionData:
    """What every section can do: become JSON and come back.

    `moved` are fields that stood here until they got a section of their own: what was sealed before still holds them.
    """

    section: ClassVar[Section]
    moved: ClassVar[frozenset[str]] = frozenset()

    def to_json(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild a section; a field that this version does not know raises VaultError, a missing one is empty.

        A field that has moved is left out, whoever reads: the owner finds it through cases/moved_answers.py.
        """
        moved, items = cls.moved, data.items()
        read = {name: tuple(value) if isinstance(value, list) else value for name, value in items if name not in moved}
        try:
            return cls(**read)
        except TypeError:
            raise VaultError("a section was written by a newer program") from None

    @classmethod
    @cache
    def questions(cls) -> dict[str, Question]:
        """Return the questions by field name, in the order in which they are asked."""
        return {f.name: f.metadata["question"] for f in fields(cls)}


def same_as(section: type[SectionData], name: str) -> Any:
    """Declare a field that repeats the answer to a question of another section."""
    original = next(candidate for candidate in fields(section) if candidate.name == name)
    return field(default=original.default, metadata=original.metadata)
