"""How a field of a section is asked and shown, and how a section becomes JSON and comes back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, Literal, Self

from casework.errors import VaultError
from casework.policy.words import Section

Kind = Literal["text", "long", "code", "codes", "date", "year", "phone", "number"]


@dataclass(frozen=True)
class Question:
    """How a field is asked: its kind, its label (a Vietnamese sentence, the msgid) and its code list if it has one."""

    kind: Kind
    label: str
    codelist: str | None = None
    hint: str = ""


def say(sentence: str) -> str:
    """Mark a sentence for the catalogue; it is translated where it is shown."""
    return sentence


def ask(kind: Kind, label: str, *, codelist: str | None = None, hint: str = "") -> Any:
    """Declare a field by its question; what was not written down is empty, a missing number None."""
    question = Question(kind, label, codelist, hint)
    if kind == "codes":
        return field(default=(), metadata={"question": question})
    return field(default=None if kind in ("year", "number") else "", metadata={"question": question})


@dataclass(frozen=True)
class SectionData:
    """What every section can do: become JSON and come back."""

    section: ClassVar[Section]

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild a section; a field that this version does not know raises VaultError, a missing one is empty."""
        read = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
        try:
            return cls(**read)
        except TypeError:
            raise VaultError("a section was written by a newer program") from None

    @classmethod
    def questions(cls) -> dict[str, Question]:
        """Return the questions by field name, in the order in which they are asked."""
        return {f.name: f.metadata["question"] for f in fields(cls)}
