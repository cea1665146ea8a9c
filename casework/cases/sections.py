"""The sections of a case as frozen dataclasses; each field is a question, declared here and nowhere else.

Intake, edit form, case page, safety card and print read these words, limits and lists (`tests/laws/test_questions.py`).
A section travels as JSON: texts, codes of code lists, lists of codes, whole numbers, and dates as "YYYY-MM-DD".
An empty text or list means that nothing was written down; "unknown" is a code of its own.
"""

from dataclasses import dataclass

from casework.cases.advice import Advice
from casework.cases.erasure_entry import Erasure
from casework.cases.questions import SectionData, ask, same_as
from casework.cases.task_entry import Task
from casework.errors import gettext_noop
from casework.policy.table import policy
from casework.policy.vocabulary import Section

_READ_THERE = gettext_noop("Nơi được chia sẻ cũng đọc câu này.")


@dataclass(frozen=True)
class Label(SectionData):
    """What stands in every list: the sayable code, a neutral nickname, whether there is danger now, the age in law.

    The clocks of the law began at `received_at`, "YYYY-MM-DD HH:MM"; `died` is "asked" until a lead closes, then "yes".
    `entered_at` is given where a case was written on paper first: then that was when the paper was written.
    """

    section = Section.LABEL
    code: str = ask("text", gettext_noop("Mã vụ việc"), asked=False)
    nickname: str = ask(
        "text", gettext_noop("Tên gọi tạm"), hint=gettext_noop("Một tên trung tính để nhận ra đúng vụ việc.")
    )
    danger: str = ask(
        "code",
        gettext_noop("Đang có nguy hiểm không?"),
        spoken=gettext_noop("Ngay lúc này chị có đang gặp nguy hiểm không?"),
        codelist="answer",
        required=True,
    )
    age_group: str = ask(
        "code",
        gettext_noop("Người ấy bao nhiêu tuổi?"),
        hint=gettext_noop("Dưới 16 tuổi thì hỏi ít hơn và luật bắt phải báo. Nhìn thì đoán cũng được, sửa sau."),
        codelist="age_group",
    )
    only_counselling: str = ask("code", gettext_noop("Chỉ tư vấn, chưa báo tin"), codelist="answer")
    former: str = ask("text", gettext_noop("Mã cũ"), asked=False)
    received_at: str = ask("text", gettext_noop("Nhận tin lúc"), asked=False, printed=False)
    died: str = ask("text", gettext_noop("Mất rồi"), asked=False, printed=False)
    imported: str = ask("text", gettext_noop("Nhập từ sổ giấy lúc"), asked=False, moment=True)
    paper_number: str = ask("text", gettext_noop("Số trong sổ giấy"), asked=False)
    entered_at: str = ask("text", gettext_noop("Gõ từ giấy vào máy lúc"), asked=False, moment=True)


@dataclass(frozen=True)
class Contact(SectionData):
    """How to reach the survivor without putting them in danger; it stands above everything else."""

    section = Section.CONTACT
    call_her: str = ask(
        "text",
        gettext_noop("Gọi người ấy là gì"),
        short=gettext_noop("Gọi là"),
        hint=gettext_noop("Tên người ấy muốn được gọi, không cần tên thật."),
        required=True,
    )
    pronoun: str = ask(
        "code",
        gettext_noop("Gọi người ấy bằng từ nào"),
        short=gettext_noop("Xưng hô bằng"),
        hint=gettext_noop("Mọi lời đọc cho người ấy nghe dùng từ này."),
        codelist="pronoun",
    )
    channel: str = ask(
        "code",
        gettext_noop("Liên lạc bằng cách nào thì an toàn"),
        short=gettext_noop("Cách liên lạc"),
        codelist="safe_channel",
        required=True,
    )
    through: str = ask("text", gettext_noop("Người tin cậy ấy là ai"), hint=gettext_noop("Tên, là gì của người ấy."))
    phone: str = ask("phone", gettext_noop("Số điện thoại an toàn"), short=gettext_noop("Số máy"))
    hours: str = ask(
        "code", gettext_noop("Giờ nào thì an toàn"), short=gettext_noop("Giờ an toàn"), codelist="safe_hours"
    )
    who_may_answer: str = ask(
        "text", gettext_noop("Ai có thể nghe máy"), hint=gettext_noop("Ví dụ: con gái lớn, người chung phòng.")
    )
    may_answer: str = ask(
        "text", gettext_noop("Nếu người khác nghe máy thì sao"), short=gettext_noop("Nếu người khác nghe máy")
    )
    say_you_are: str = ask(
        "text",
        gettext_noop("Nói mình là ai"),
        short=gettext_noop("Nói mình là"),
        hint=gettext_noop("Ví dụ: người bán giống lúa."),
    )
    never_say: str = ask("text", gettext_noop("Tuyệt đối không nói điều gì"), short=gettext_noop("Không bao giờ nói"))


@dataclass(frozen=True)
class Identity(SectionData):
    """Who the survivor is; a name may be unknown and a year of birth is enough."""

    section = Section.IDENTITY
    name: str = ask("name", gettext_noop("Họ và tên"), hint=gettext_noop("Không biết hoặc chưa muốn nói thì để trống."))
    birth_year: int | None = ask(
        "year", gettext_noop("Năm sinh"), hint=gettext_noop("Ví dụ 1987. Không biết năm sinh thì ghi tuổi, ví dụ 39.")
    )
    sex: str = ask("code", gettext_noop("Giới tính"), codelist="sex", required=True)
    hamlet: str = ask("text", gettext_noop("Thôn"))
    address: str = ask("text", gettext_noop("Chỗ ở"))
    phone: str = ask("phone", gettext_noop("Điện thoại riêng"), hint=gettext_noop("Nếu khác số an toàn đã ghi."))
    vulnerable: tuple[str, ...] = ask("codes", gettext_noop("Thuộc nhóm nào dưới đây"), codelist="vulnerable_group")


@dataclass(frozen=True)
class Children(SectionData):
    """Children who are with the survivor: what they saw or suffered, and who may fetch them."""

    section = Section.CHILDREN
    count: int | None = ask("number", gettext_noop("Số trẻ em đi cùng"), for_child=False)
    who: str = ask("long", gettext_noop("Các cháu tên gì, mấy tuổi"), for_child=False)
    involvement: tuple[str, ...] = ask(
        "codes", gettext_noop("Các cháu thấy hoặc chịu điều gì"), codelist="child_involvement", for_child=False
    )
    medicine: str = ask("text", gettext_noop("Thuốc đang uống, bệnh cần để ý"), for_child=False)
    school: str = ask("text", gettext_noop("Học ở đâu"), for_child=False)
    may_pick_up: str = ask("text", gettext_noop("Ai được đón các cháu"), for_child=False)


@dataclass(frozen=True)
class Incident(SectionData):
    """What happened, in codes: acts of Law 13/2022 Article 3, where and when.

    Whoever gets it learns neither who reported (Article 34) nor at which trusted address the person is.
    """

    section = Section.INCIDENT
    moved = frozenset({"address_id", "channel", "reporter_type"})
    acts: tuple[str, ...] = ask(
        "codes",
        gettext_noop("Chuyện trong gia đình"),
        spoken=gettext_noop("Trong gia đình đã xảy ra chuyện gì?"),
        codelist="dv_act",
    )
    other: tuple[str, ...] = ask("codes", gettext_noop("Chuyện ngoài gia đình"), codelist="gbv_other")
    happened_on: str = ask("date", gettext_noop("Chuyện xảy ra ngày nào"), partial=True)
    time_of_day: str = ask("code", gettext_noop("Vào lúc nào trong ngày"), codelist="time_of_day")
    place: str = ask("code", gettext_noop("Xảy ra ở đâu"), codelist="place_of_incident")
    weapon: tuple[str, ...] = ask("codes", gettext_noop("Dùng vật gì"), codelist="weapon")
    children_present: str = ask("code", gettext_noop("Lúc ấy có trẻ em ở đó không"), codelist="answer", for_child=False)
    again: str = ask("code", gettext_noop("Đã từng xảy ra chưa"), codelist="recurrence", for_child=False)
    recorded_at: str = ask("text", gettext_noop("Nhập lúc"), asked=False, printed=False)


@dataclass(frozen=True)
class Reporter(SectionData):
    """Who reported and how; never passed on, for the law protects who reports (Law 13/2022 Article 34 (2))."""

    section = Section.REPORTER
    reporter_type: str = ask("code", gettext_noop("Ai báo tin"), codelist="reporter_type", required=True)
    channel: str = ask("code", gettext_noop("Tin đến bằng cách nào"), codelist="report_channel")


@dataclass(frozen=True)
class Shelter(SectionData):
    """At which trusted address the person is or was; never passed on (Law 13/2022 Article 9 (1) c)."""

    section = Section.SHELTER
    address_id: str = ask("place", gettext_noop("Qua địa chỉ tin cậy nào"))


@dataclass(frozen=True)
class Injuries(SectionData):
    """What hurts, who has seen it and how soon someone must look at it."""

    section = Section.INJURIES
    what: tuple[str, ...] = ask("codes", gettext_noop("Đau, bị thương ở đâu"), codelist="injury")
    seen: str = ask("code", gettext_noop("Có ai nhìn thấy vết thương chưa"), codelist="injury_seen", for_child=False)
    urgent: str = ask("code", gettext_noop("Cần khám khi nào"), codelist="injury_urgency")
    medicine: str = ask("text", gettext_noop("Thuốc cần có, thuốc đang uống"))


@dataclass(frozen=True)
class Story(SectionData):
    """The survivor's own words, as spoken."""

    section = Section.STORY
    words: str = ask(
        "long",
        gettext_noop("Lời kể của người ấy"),
        hint=gettext_noop("Ghi đúng lời người ấy nói, không sửa."),
        readers_only=True,
    )


@dataclass(frozen=True)
class Perpetrator(SectionData):
    """The person who did it, as far as is known."""

    section = Section.PERPETRATOR
    name: str = ask("name", gettext_noop("Họ và tên người có hành vi bạo lực"))
    relation: str = ask("code", gettext_noop("Là gì của người bị bạo lực"), codelist="relation", required=True)
    sex: str = ask("code", gettext_noop("Người kia là nam hay nữ"), codelist="sex")
    number: str = ask("code", gettext_noop("Mấy người cùng làm"), codelist="perpetrator_number")
    age: str = ask("code", gettext_noop("Khoảng bao nhiêu tuổi"), codelist="perpetrator_age")
    where: str = ask("code", gettext_noop("Bây giờ đang ở đâu"), codelist="perpetrator_where")
    past: tuple[str, ...] = ask(
        "codes", gettext_noop("Trước đây người kia đã làm gì"), codelist="perpetrator_past", for_child=False
    )
    next: tuple[str, ...] = ask(
        "codes", gettext_noop("Người kia có thể làm gì tiếp"), codelist="perpetrator_next", for_child=False
    )


@dataclass(frozen=True)
class SafetyPlan(SectionData):
    """What the survivor will do if it happens again, and who must not know; never passed on."""

    section = Section.SAFETY_PLAN
    somebody: str = ask(
        "code",
        gettext_noop("Có ai không được biết không"),
        spoken=gettext_noop(
            "Người kia, hoặc họ hàng, bạn thân của người kia, có ai làm ở Hội, công an, trạm y tế, ủy ban xã không?"
        ),
        codelist="answer",
        required=True,
    )
    who_must_not_know: str = ask("long", gettext_noop("Ai không được biết"))
    code_word: str = ask("text", gettext_noop("Từ báo hiệu đã hẹn"))
    plan: str = ask("long", gettext_noop("Khi có chuyện thì làm gì, đi đâu"))


@dataclass(frozen=True)
class Assessment(SectionData):
    """Danger and needs as answered, the level that follows and why."""

    section = Section.ASSESSMENT
    answers: tuple[str, ...] = ask(
        "codes",
        gettext_noop("Dấu hiệu nguy hiểm"),
        hint=gettext_noop("Hỏi từng câu; chọn những câu trả lời là có."),
        codelist="risk_question",
    )
    level: str = ask(
        "code",
        gettext_noop("Mức nguy hiểm"),
        hint=gettext_noop("Trống thì lấy theo điều đã ghi. Thấp hơn thì ghi vì sao."),
        codelist="risk_level",
    )
    reasons: str = ask("long", gettext_noop("Vì sao chọn mức này"))
    needs: tuple[str, ...] = ask("codes", gettext_noop("Cần giúp gì"), codelist="need")
    wishes: str = ask("long", gettext_noop("Người ấy mong muốn điều gì"))
    next_review: str = ask("date", gettext_noop("Ngày xem lại"), future=True)


@dataclass(frozen=True)
class Plan(SectionData):
    """What will be done, by whom and how it ended; how it ended is written by the closing of the case alone."""

    section = Section.PLAN
    actions: str = ask("long", gettext_noop("Những việc sẽ làm"))
    outcome: str = ask("code", gettext_noop("Vì sao đóng vụ việc"), codelist="closing_reason", asked=False)
    closing_words: str = ask("long", gettext_noop("Ghi khi đóng vụ việc"), asked=False)
    danger_over: str = ask("long", gettext_noop("Vì sao biết là đã hết nguy hiểm"), asked=False)
    children_after: str = ask("long", gettext_noop("Các cháu nhỏ bây giờ ai chăm sóc"), asked=False)


@dataclass(frozen=True)
class Note(SectionData):
    """One follow-up note; each is a document of its own."""

    section = Section.COUNSELLING
    words: str = ask("long", gettext_noop("Ghi chú nhanh"))


@dataclass(frozen=True)
class GroundEntry(SectionData):
    """Why something may be shared with one receiver: consent, duty by law or danger to life.

    `article` was typed freely before there was a list of articles. An entry without `sections` was written before they
    were chosen one by one: the row of its ground has them.
    """

    section = Section.GROUNDS
    kind: str = ask("code", gettext_noop("Lý do chia sẻ"), codelist="ground_kind")
    receiver: str = ask("code", gettext_noop("Chia sẻ với nơi nào"), codelist="agency")
    consent: str = ask("code", gettext_noop("Người ấy trả lời thế nào"), codelist="consent_state")
    form: str = ask("code", gettext_noop("Trả lời bằng cách nào"), codelist="consent_form")
    article: str = ask("text", gettext_noop("Điều luật, ghi bằng lời"), asked=False)
    words: str = ask("long", gettext_noop("Ghi thêm"))
    told: str = ask("code", gettext_noop("Đã nói trước với người ấy chưa"), codelist="answer")
    pressed: str = ask("code", gettext_noop("Có ai bảo, ép người ấy nói vậy không"), codelist="answer")
    ended: str = ask("long", gettext_noop("Vì sao rút lại"))
    review: str = ask("code", gettext_noop("Người thứ hai có đồng ý không"), codelist="ground_review")
    review_words: str = ask("long", gettext_noop("Lời người xem lại"))
    unsent: str = ask("long", gettext_noop("Vì sao chưa gửi"), hint=gettext_noop("Ví dụ: đã gọi điện báo bằng lời."))
    sections: tuple[str, ...] = ask("codes", gettext_noop("Nơi ấy được đọc phần nào"), codelist="section")
    duty: str = ask("code", gettext_noop("Điều luật nào"), codelist="duty_article")
    reason: str = ask("long", gettext_noop("Vì sao phải làm ngay"), hint=_READ_THERE)
    refusal: str = ask("long", gettext_noop("Người ấy nói vì sao không đồng ý"))
    consent_by: str = ask("code", gettext_noop("Ai trả lời"), codelist="consent_by")
    representative: str = ask("name", gettext_noop("Họ và tên người đại diện"))
    representative_relation: str = ask("code", gettext_noop("Là gì của người được đại diện"), codelist="relation")
    represented_because: str = ask("code", gettext_noop("Vì sao có người đại diện"), codelist="representation_reason")
    suspected: str = ask("code", gettext_noop("Người đại diện có thể là người gây bạo lực không"), codelist="answer")
    no_other: str = ask("long", gettext_noop("Vì sao không hỏi được người đại diện khác"), hint=_READ_THERE)
    unheard: str = ask(
        "long",
        gettext_noop("Vì sao không hỏi được chính cháu"),
        hint=gettext_noop("Chỉ khi trẻ từ 7 tuổi không tự nói được. Nơi được chia sẻ cũng đọc câu này."),
    )
    call_on: str = ask("date", gettext_noop("Ngày gọi hỏi thăm"), future=True)
    call_how: str = ask("text", gettext_noop("Gọi bằng cách nào, nói gì để an toàn"))
    called: str = ask("long", gettext_noop("Gọi rồi thì thế nào"))


@dataclass(frozen=True)
class Letter(SectionData):
    """One sheet of the correspondence about a referral: what is asked, a question back, an answer, a call.

    `code` and `age_group` repeat what the label says, so that a receiver can name what it has answered when the label
    has changed since, and lists open no label for it.
    `slip` is the number of a slip that was made, on which stand `place`, `when`, `ask_for` and `phone`.
    `hours_surely` and `hours_perhaps` (microseconds) end the first 72 hours, for a health station gets no incident.
    """

    section = Section.LETTER
    referral: str = ask("text", gettext_noop("Chuyển gửi đến"), asked=False)
    step: str = ask("code", gettext_noop("Bước"), codelist="letter_step")
    asks: tuple[str, ...] = ask("codes", gettext_noop("Nhờ nơi nhận làm gì"), codelist="need")
    outcome: str = ask("code", gettext_noop("Kết quả thế nào"), codelist="service_outcome")
    words: str = ask("long", gettext_noop("Nội dung"))
    who: str = ask("text", gettext_noop("Ai trả lời, ai nghe máy"))
    when: str = ask("text", gettext_noop("Lúc nào"), moment=True)
    code: str = same_as(Label, "code")
    age_group: str = same_as(Label, "age_group")
    hours_surely: str = ask("text", gettext_noop("72 giờ đầu chắc chắn còn đến"), moment=True)
    hours_perhaps: str = ask("text", gettext_noop("72 giờ đầu có thể còn đến"), moment=True)
    slip: str = ask("text", gettext_noop("Số phiếu"), asked=False)
    slip_kind: str = ask("code", gettext_noop("In phiếu nào"), codelist="slip_kind")
    place: str = ask("text", gettext_noop("Hẹn đến đâu"), hint=gettext_noop("Nơi ai cũng đến được, như phòng khám."))
    ask_for: str = ask("text", gettext_noop("Đến nơi hỏi ai"))
    phone: str = ask("phone", gettext_noop("Số máy để hỏi"))


@dataclass(frozen=True)
class Notice(SectionData):
    """One sheet of a notice to the chair, which names nobody who was harmed: the notice itself, an answer, a call.

    `code` and `danger` repeat the label, `readers` are the named people in order, `phone` is a duty telephone.
    `decide_by` is until when the law has the chair decide, "YYYY-MM-DDTHH:MM+07:00", of whatever law it is.
    """

    section = Section.NOTICE
    notice: str = ask("text", gettext_noop("Thuộc tin báo nào"), asked=False, printed=False)
    step: str = ask("code", gettext_noop("Bước của tin báo"), codelist="notice_step")
    code: str = same_as(Label, "code")
    received: str = ask("text", gettext_noop("Tiếp nhận lúc"), moment=True)
    danger: str = same_as(Label, "danger")
    vulnerable: str = ask("code", gettext_noop("Thuộc nhóm cần được bảo vệ đặc biệt"), codelist="answer")
    holder: str = ask("text", gettext_noop("Hỏi ai về vụ việc"))
    phone: str = ask("text", gettext_noop("Số trực của cơ quan phụ trách"))
    asks: tuple[str, ...] = ask("codes", gettext_noop("Đề nghị Chủ tịch làm gì"), codelist="notice_ask")
    decide_by: str = ask("text", gettext_noop("Luật buộc quyết định trước lúc"), moment=True)
    readers: str = ask("long", gettext_noop("Báo cho những ai"))
    assigned: str = ask("code", gettext_noop("Giao cho cơ quan nào"), codelist="agency")
    words: str = ask("long", gettext_noop("Lời ghi"))
    who: str = ask("text", gettext_noop("Ai đã nghe"))
    when: str = ask("text", gettext_noop("Nghe lúc nào"), moment=True)


@dataclass(frozen=True)
class Facts(SectionData):
    """Coded facts for counting, derived at save; nothing here was asked for counting alone."""

    section = Section.FACTS
    received_on: str = ask("date", gettext_noop("Ngày tiếp nhận"))
    sex: str = same_as(Identity, "sex")
    age_band: str = ask("code", gettext_noop("Nhóm tuổi"), codelist="age_band")
    types: tuple[str, ...] = ask("codes", gettext_noop("Hình thức"), codelist="dv_type")
    other: tuple[str, ...] = same_as(Incident, "other")
    detailed: str = ask("code", gettext_noop("Được đếm vào bảng chi tiết"), codelist="answer")
    merged: str = ask("text", gettext_noop("Gộp từ"))
    imported: str = ask("code", gettext_noop("Đến từ sổ giấy"), codelist="answer")


# Every class above, what is kept of advice, what was done about a task, and what is asked about keeping a case.
SECTIONS: dict[Section, type[SectionData]] = {data.section: data for data in SectionData.__subclasses__()}
# The notes of every agency look alike, each in its own record; in a ledger each entry is a document with a series.
RECORDS = frozenset(policy().records.values())
SECTIONS |= {**dict.fromkeys(RECORDS, Note), **{data.section: data for data in (Advice, Task, Erasure)}}
LEDGERS = RECORDS | {Section.GROUNDS, Section.NOTICE, Section.LETTER, Section.TASK}
