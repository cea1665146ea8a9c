"""What is kept of advice alone, declared as the sections of a case are; it is the whole of a contact."""

from dataclasses import dataclass

from casework.cases.questions import SectionData, ask
from casework.errors import gettext_noop
from casework.policy.vocabulary import Section


@dataclass(frozen=True)
class Advice(SectionData):
    """What somebody asked who wants advice alone, and what they were told: no name is asked, no case is made."""

    section = Section.ADVICE
    asked_on: str = ask("date", gettext_noop("Hỏi ngày nào"), required=True)
    channel: str = ask("code", gettext_noop("Hỏi bằng cách nào"), codelist="report_channel", required=True)
    topics: tuple[str, ...] = ask("codes", gettext_noop("Hỏi về việc gì"), codelist="advice_topic", required=True)
    child: str = ask(
        "code",
        gettext_noop("Trong chuyện này có trẻ em đang bị đánh, bị xâm hại hoặc bị bỏ mặc không?"),
        codelist="answer",
        required=True,
    )
    words: str = ask(
        "long",
        gettext_noop("Đã hỏi gì, đã trả lời gì"),
        hint=gettext_noop("Không cần tên ai. Chỉ người ghi và người phụ trách của cơ quan đọc được."),
        required=True,
    )
    again_on: str = ask("date", gettext_noop("Hẹn nói chuyện lại ngày nào"), future=True)
    again_how: str = ask(
        "text",
        gettext_noop("Nói chuyện lại bằng cách nào thì an toàn"),
        hint=gettext_noop("Ví dụ: chị tự đến phiên chợ sau; gọi số nào, giờ nào, nói mình là ai."),
    )
    danger: str = ask("code", gettext_noop("Lúc hỏi có nguy hiểm không"), codelist="answer", asked=False)
    age_group: str = ask("code", gettext_noop("Người hỏi bao nhiêu tuổi"), codelist="age_group", asked=False)
    pronoun: str = ask(
        "code", gettext_noop("Gọi người hỏi bằng từ nào"), codelist="pronoun", asked=False, printed=False
    )
