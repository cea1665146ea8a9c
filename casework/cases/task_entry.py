"""What was done about something that the program asks for, declared as the sections of a case are."""

from dataclasses import dataclass

from casework.cases.questions import SectionData, ask
from casework.errors import gettext_noop
from casework.policy.vocabulary import Section


@dataclass(frozen=True)
class Task(SectionData):
    """How something that the program asks for was dealt with: a clock of the law, a named reader, a due item.

    `reader` is the id of a member who must not know. Each is a document of its own, of whoever wrote it.
    `item` is the id of something due that was moved to another day or handed on, and empty for a next contact, which is
    due by its own entry: its newest revision says until when, and whose it is (`to`, the id of a member).
    """

    section = Section.TASK
    step: str = ask("code", gettext_noop("Bước"), codelist="task_step")
    clock: str = ask("code", gettext_noop("Việc luật đặt thời hạn"), codelist="legal_clock")
    reader: str = ask("text", gettext_noop("Người đọc"), asked=False, printed=False)
    who: str = ask("text", gettext_noop("Ai đã làm"), hint=gettext_noop("Họ tên, chức vụ, cơ quan."))
    when: str = ask("text", gettext_noop("Làm lúc nào"), moment=True)
    words: str = ask("long", gettext_noop("Đã làm gì, hoặc vì sao"))
    item: str = ask("text", gettext_noop("Việc nào"), asked=False, printed=False)
    to: str = ask("text", gettext_noop("Người được giao"), asked=False, printed=False)
    due_on: str = ask("date", gettext_noop("Hẹn ngày nào"), future=True)
    due_hour: str = ask("hour", gettext_noop("Mấy giờ"), hint=gettext_noop("Ví dụ 8:30. Cả ngày thì để trống."))
    how: str = ask("code", gettext_noop("Bằng cách nào"), codelist="contact_way")
    what: str = ask("text", gettext_noop("Để làm gì"), hint=gettext_noop("Ví dụ: đưa đi khám, hỏi đã ngủ được chưa."))
    moved_for: str = ask("code", gettext_noop("Vì sao dời"), codelist="moved_reason")
