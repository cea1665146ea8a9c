"""What a code and a list of codes are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from casework.config import ConfigurationError
from casework.errors import BadInput

Extra = str | int | bool | tuple[str, ...]


class BadCodeList(ConfigurationError):
    """A code list file says something the program does not understand; the sentence begins with the file to open."""


class UnknownCode(BadInput):
    """A code was asked for that its list does not hold."""

    def __init__(self, name: str, code: str) -> None:
        super().__init__("Câu trả lời này không có trong danh mục. Hãy chọn lại.")
        self.list = name
        self.code = code


@dataclass(frozen=True)
class Code:
    """One coded answer: its words in two languages, its source, and what the list adds to it.

    `unverified` marks a statement that nobody has yet compared with the printed source.
    `unknown` marks the answer "we do not know", `exclusive` one that cannot stand beside any other of its list.
    """

    code: str
    vi: str
    en: str
    source: str
    since: date | None = None
    retired: date | None = None
    unverified: bool = False
    unknown: bool = False
    exclusive: bool = False
    extra: Mapping[str, Extra] = field(default_factory=dict, hash=False)

    def label(self, lang: str) -> str:
        """Give the words of the code in `lang`; every language but English reads Vietnamese."""
        return self.en if lang == "en" else self.vi

    def text(self, name: str, lang: str = "vi") -> str:
        """Give the additional text `name` in `lang`, or an empty string where the code has none."""
        translated = self.extra.get(f"{name}_en") if lang == "en" else None
        value = self.extra.get(name, "") if translated is None else translated
        return value if isinstance(value, str) else str(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """Give the additional list `name`, empty where the code has none."""
        value = self.extra.get(name, ())
        return value if isinstance(value, tuple) else (str(value),)

    def flag(self, name: str) -> bool:
        """Say whether the additional flag `name` is set."""
        return self.extra.get(name) is True

    def number(self, name: str) -> int | None:
        """Give the additional number `name`, or None where the code has none."""
        value = self.extra.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def active(self, on: date | None = None) -> bool:
        """Say whether the code may be chosen on a day; without a day, whether it is not retired."""
        if on is None:
            return self.retired is None
        begun = self.since is None or self.since <= on
        return begun and (self.retired is None or on < self.retired)


@dataclass(frozen=True)
class CodeList:
    """A named list of codes in the order in which people should read them; `of` is the list that its codes are of."""

    name: str
    vi: str
    en: str
    codes: Mapping[str, Code] = field(hash=False)
    kinds: Mapping[str, str] = field(hash=False)
    of: str = ""

    def get(self, code: str) -> Code:
        """Give the code, retired or not; raise UnknownCode where the list does not hold it."""
        try:
            return self.codes[code]
        except KeyError:
            raise UnknownCode(self.name, code) from None

    def label(self, code: str, lang: str = "vi") -> str:
        """Give the words of one code."""
        return self.get(code).label(lang)

    def active(self, on: date | None = None) -> tuple[Code, ...]:
        """Give the codes that may be chosen on a day."""
        return tuple(code for code in self if code.active(on))

    def excluding(self, chosen: Iterable[str]) -> tuple[Code, ...]:
        """Give those of several chosen codes that cannot stand beside the others; none where one alone was chosen."""
        codes = [self.codes[code] for code in dict.fromkeys(chosen) if code in self.codes]
        return tuple(code for code in codes if code.exclusive) if len(codes) > 1 else ()

    def choices(self, lang: str = "vi", on: date | None = None) -> list[tuple[str, str]]:
        """Give (code, words) of every active code, as a form wants them."""
        return [(code.code, code.label(lang)) for code in self.active(on)]

    def __contains__(self, code: object) -> bool:
        return code in self.codes

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes.values())

    def __len__(self) -> int:
        return len(self.codes)
