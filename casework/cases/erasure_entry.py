"""What is asked or ordered about keeping a case, declared as the sections of a case are."""

from dataclasses import dataclass

from casework.cases.questions import SectionData, ask
from casework.errors import gettext_noop
from casework.policy.vocabulary import Section


@dataclass(frozen=True)
class Erasure(SectionData):
    """What is asked or ordered about keeping a case: a request to erase it, a refusal, a hold against erasure.

    `second` is the member who was named to decide; the newest revision alone counts.
    """

    section = Section.ERASURE
    step: str = ask("code", gettext_noop("Bước"), codelist="erasure_step")
    basis: str = ask("code", gettext_noop("Lý do được xóa"), codelist="erasure_basis")
    second: str = ask("text", gettext_noop("Người thứ hai"))
    words: str = ask("long", gettext_noop("Lý do"))
