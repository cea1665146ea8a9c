"""What was done about something that the program asks for, declared as the sections of a case are."""

from dataclasses import dataclass

from casework.cases.questions import SectionData, ask
from casework.errors import gettext_noop
from casework.policy.vocabulary import Section


@dataclass(frozen=True)
class Task(SectionData):
    """How something that the program asks for was dealt with: a clock of the law, or a reader who must not know.

    `reader` is the id of that member. Each is a document of its own, of whoever wrote it.
    """

    section = Section.TASK
    step: str = ask("code", gettext_noop("Bước"), codelist="task_step")
    clock: str = ask("code", gettext_noop("Việc luật đặt thời hạn"), codelist="legal_clock")
    reader: str = ask("text", gettext_noop("Người đọc"), asked=False, printed=False)
    who: str = ask("text", gettext_noop("Ai đã làm"), hint=gettext_noop("Họ tên, chức vụ, cơ quan."))
    when: str = ask("text", gettext_noop("Làm lúc nào"), moment=True)
    words: str = ask("long", gettext_noop("Đã làm gì, hoặc vì sao"))
