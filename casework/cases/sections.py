"""The sections of a case as frozen dataclasses; each field is a question, declared here and nowhere else.

Intake, edit form, case page, safety card and print read these words, limits and lists (`tests/laws/test_questions.py`).

A section travels as JSON: texts, codes of code lists, lists of codes, whole numbers, and dates as "YYYY-MM-DD".
An empty text or list means that nothing was written down; "unknown" is a code of its own.
"""

from dataclasses import dataclass

from casework.cases.questions import SectionData, ask, same, say
from casework.policy.table import policy
from casework.policy.words import Section


@dataclass(frozen=True)
class Label(SectionData):
    """What stands in every list: the sayable code and a neutral nickname, and whether there is danger now."""

    section = Section.LABEL
    code: str = ask("text", say("Mã vụ việc"), asked=False)
    nickname: str = ask("text", say("Tên gọi tạm"), hint=say("Một tên trung tính để nhận ra đúng vụ việc."))
    danger: str = ask(
        "code",
        say("Đang có nguy hiểm không?"),
        spoken=say("Ngay lúc này chị có đang gặp nguy hiểm không?"),
        codelist="answer",
        required=True,
    )
    only_counselling: str = ask("code", say("Chỉ tư vấn, chưa báo tin"), codelist="answer")
    former: str = ask("text", say("Mã cũ"), asked=False)


@dataclass(frozen=True)
class Contact(SectionData):
    """How to reach her without putting her in danger; it stands above everything else."""

    section = Section.CONTACT
    call_her: str = ask(
        "text",
        say("Gọi người ấy là gì"),
        short=say("Gọi là"),
        hint=say("Tên người ấy muốn được gọi, không cần tên thật."),
        required=True,
    )
    channel: str = ask(
        "code",
        say("Liên lạc bằng cách nào thì an toàn"),
        short=say("Cách liên lạc"),
        codelist="safe_channel",
        required=True,
    )
    phone: str = ask("phone", say("Số điện thoại an toàn"), short=say("Số máy"))
    hours: str = ask("code", say("Giờ nào thì an toàn"), short=say("Giờ an toàn"), codelist="safe_hours")
    who_may_answer: str = ask("text", say("Ai có thể nghe máy"), hint=say("Ví dụ: con gái lớn, người chung phòng."))
    may_answer: str = ask("text", say("Nếu người khác nghe máy thì sao"), short=say("Nếu người khác nghe máy"))
    say_you_are: str = ask(
        "text", say("Nói mình là ai"), short=say("Nói mình là"), hint=say("Ví dụ: người bán giống lúa.")
    )
    never_say: str = ask("text", say("Tuyệt đối không nói điều gì"), short=say("Không bao giờ nói"))


@dataclass(frozen=True)
class Identity(SectionData):
    """Who she or he is; a name may be unknown and a year of birth is enough."""

    section = Section.IDENTITY
    name: str = ask("name", say("Họ và tên"), hint=say("Không biết hoặc chưa muốn nói thì để trống."))
    birth_year: int | None = ask(
        "year", say("Năm sinh"), hint=say("Ví dụ 1987. Không biết năm sinh thì ghi tuổi, ví dụ 39.")
    )
    sex: str = ask("code", say("Giới tính"), codelist="sex", required=True)
    hamlet: str = ask("text", say("Thôn"))
    address: str = ask("text", say("Chỗ ở"))
    phone: str = ask("phone", say("Điện thoại riêng"), hint=say("Nếu khác số an toàn đã ghi."))
    vulnerable: tuple[str, ...] = ask("codes", say("Thuộc nhóm nào dưới đây"), codelist="vulnerable_group")


@dataclass(frozen=True)
class Children(SectionData):
    """Children who are with her: what they saw or suffered, and who may fetch them."""

    section = Section.CHILDREN
    count: int | None = ask("number", say("Số trẻ em đi cùng"))
    who: str = ask("long", say("Các cháu tên gì, mấy tuổi"))
    involvement: tuple[str, ...] = ask("codes", say("Các cháu thấy hoặc chịu điều gì"), codelist="child_involvement")
    medicine: str = ask("text", say("Thuốc đang uống, bệnh cần để ý"))
    school: str = ask("text", say("Học ở đâu"))
    may_pick_up: str = ask("text", say("Ai được đón các cháu"))


@dataclass(frozen=True)
class Incident(SectionData):
    """What happened, in codes: acts of Law 13/2022 Article 3, where and when."""

    section = Section.INCIDENT
    acts: tuple[str, ...] = ask(
        "codes",
        say("Chuyện trong gia đình"),
        spoken=say("Trong gia đình đã xảy ra chuyện gì?"),
        codelist="dv_act",
    )
    other: tuple[str, ...] = ask("codes", say("Chuyện ngoài gia đình"), codelist="gbv_other")
    happened_on: str = ask("date", say("Chuyện xảy ra ngày nào"))
    time_of_day: str = ask("code", say("Vào lúc nào trong ngày"), codelist="time_of_day")
    place: str = ask("code", say("Xảy ra ở đâu"), codelist="place_of_incident")
    weapon: tuple[str, ...] = ask("codes", say("Dùng vật gì"), codelist="weapon")
    children_present: str = ask("code", say("Lúc ấy có trẻ em ở đó không"), codelist="answer")
    again: str = ask("code", say("Đã từng xảy ra chưa"), codelist="recurrence")
    address_id: str = ask("place", say("Qua địa chỉ tin cậy nào"))
    channel: str = ask("code", say("Tin đến bằng cách nào"), codelist="report_channel")
    reporter_type: str = ask("code", say("Ai báo tin"), codelist="reporter_type", required=True)
    recorded_at: str = ask("text", say("Nhập lúc"), asked=False, printed=False)


@dataclass(frozen=True)
class Injuries(SectionData):
    """What hurts, who has seen it and how soon someone must look at it."""

    section = Section.INJURIES
    what: tuple[str, ...] = ask("codes", say("Đau, bị thương ở đâu"), codelist="injury")
    seen: str = ask("code", say("Có ai nhìn thấy vết thương chưa"), codelist="injury_seen")
    urgent: str = ask("code", say("Cần khám khi nào"), codelist="injury_urgency")


@dataclass(frozen=True)
class Story(SectionData):
    """Her own words, as she said them."""

    section = Section.STORY
    words: str = ask(
        "long",
        say("Lời kể của người ấy"),
        hint=say("Ghi đúng lời người ấy nói, không sửa."),
        readers_only=True,
    )


@dataclass(frozen=True)
class Perpetrator(SectionData):
    """The person who did it, as far as is known."""

    section = Section.PERPETRATOR
    name: str = ask("name", say("Họ và tên người có hành vi bạo lực"))
    relation: str = ask("code", say("Là gì của người bị bạo lực"), codelist="relation", required=True)
    age: str = ask("code", say("Khoảng bao nhiêu tuổi"), codelist="perpetrator_age")
    where: str = ask("code", say("Bây giờ đang ở đâu"), codelist="perpetrator_where")
    past: tuple[str, ...] = ask("codes", say("Trước đây người kia đã làm gì"), codelist="perpetrator_past")
    next: tuple[str, ...] = ask("codes", say("Người kia có thể làm gì tiếp"), codelist="perpetrator_next")


@dataclass(frozen=True)
class SafetyPlan(SectionData):
    """What she will do if it happens again, and who must not know; never passed on."""

    section = Section.SAFETY_PLAN
    somebody: str = ask(
        "code",
        say("Có ai không được biết không"),
        spoken=say(
            "Người kia, hoặc họ hàng, bạn thân của người kia, có ai làm ở Hội, công an, trạm y tế, ủy ban xã không?"
        ),
        codelist="answer",
        required=True,
    )
    who_must_not_know: str = ask("long", say("Ai không được biết"))
    code_word: str = ask("text", say("Từ báo hiệu đã hẹn"))
    plan: str = ask("long", say("Khi có chuyện thì làm gì, đi đâu"))


@dataclass(frozen=True)
class Assessment(SectionData):
    """Danger and needs as answered, the level that follows and why."""

    section = Section.ASSESSMENT
    answers: tuple[str, ...] = ask(
        "codes",
        say("Dấu hiệu nguy hiểm"),
        hint=say("Hỏi từng câu; chọn những câu trả lời là có."),
        codelist="risk_question",
    )
    level: str = ask("code", say("Mức nguy hiểm"), codelist="risk_level")
    reasons: str = ask("long", say("Vì sao chọn mức này"))
    needs: tuple[str, ...] = ask("codes", say("Cần giúp gì"), codelist="need")
    wishes: str = ask("long", say("Người ấy mong muốn điều gì"))
    next_review: str = ask("date", say("Ngày xem lại"), future=True)


@dataclass(frozen=True)
class Plan(SectionData):
    """What will be done, by whom and how it ended."""

    section = Section.PLAN
    actions: str = ask("long", say("Những việc sẽ làm"))
    outcome: str = ask("code", say("Vì sao đóng vụ việc"), codelist="closing_reason")
    closing_words: str = ask("long", say("Ghi khi đóng vụ việc"))


@dataclass(frozen=True)
class Note(SectionData):
    """One follow-up note; each is a document of its own."""

    section = Section.COUNSELLING
    words: str = ask("long", say("Ghi chú nhanh"))


@dataclass(frozen=True)
class GroundEntry(SectionData):
    """Why something may be shared with one receiver: consent, duty by law or danger to life."""

    section = Section.GROUNDS
    kind: str = ask("code", say("Căn cứ"), codelist="ground_kind")
    receiver: str = ask("code", say("Chia sẻ với nơi nào"), codelist="agency")
    consent: str = ask("code", say("Người ấy trả lời thế nào"), codelist="consent_state")
    form: str = ask("code", say("Trả lời bằng cách nào"), codelist="consent_form")
    article: str = ask("text", say("Điều luật nào"))
    words: str = ask("long", say("Ghi thêm"))
    told: str = ask("code", say("Đã nói trước với người ấy chưa"), codelist="answer")
    pressed: str = ask("code", say("Có ai bảo người ấy rút không"), codelist="answer")
    ended: str = ask("long", say("Vì sao rút lại"))
    review: str = ask("code", say("Người thứ hai: bây giờ còn nguy hiểm đến tính mạng không"), codelist="ground_review")
    review_words: str = ask("long", say("Lời người xem lại"))


@dataclass(frozen=True)
class Letter(SectionData):
    """One sheet of the correspondence about a referral: what is asked, a question back, an answer, a call.

    `code` repeats the case's code, so that a receiver can name what it has answered when the label has changed since.
    `hours_surely` and `hours_perhaps` (microseconds) end the first 72 hours, for a health station gets no incident.
    """

    section = Section.LETTER
    referral: str = ask("text", say("Việc chuyển gửi"))
    step: str = ask("code", say("Bước"), codelist="letter_step")
    asks: tuple[str, ...] = ask("codes", say("Nhờ nơi nhận làm gì"), codelist="need")
    outcome: str = ask("code", say("Kết quả thế nào"), codelist="service_outcome")
    words: str = ask("long", say("Nội dung"))
    who: str = ask("text", say("Ai trả lời, ai nghe máy"))
    when: str = ask("text", say("Lúc nào"))
    code: str = same(Label, "code")
    hours_surely: str = ask("text", say("72 giờ đầu chắc chắn còn đến"))
    hours_perhaps: str = ask("text", say("72 giờ đầu có thể còn đến"))


@dataclass(frozen=True)
class Erasure(SectionData):
    """What is asked or ordered about keeping a case: a request to erase it, a refusal, a hold against erasure.

    `second` is the member who was named to decide; the newest revision alone counts.
    """

    section = Section.ERASURE
    step: str = ask("code", say("Bước"), codelist="erasure_step")
    basis: str = ask("code", say("Căn cứ để xóa"), codelist="erasure_basis")
    second: str = ask("text", say("Người thứ hai"))
    words: str = ask("long", say("Lý do"))


@dataclass(frozen=True)
class Facts(SectionData):
    """Coded facts for counting, derived at save; nothing here was asked for counting alone."""

    section = Section.FACTS
    received_on: str = ask("date", say("Ngày tiếp nhận"))
    sex: str = same(Identity, "sex")
    age_band: str = ask("code", say("Nhóm tuổi"), codelist="age_band")
    types: tuple[str, ...] = ask("codes", say("Hình thức"), codelist="dv_type")
    other: tuple[str, ...] = same(Incident, "other")
    detailed: str = ask("code", say("Được đếm vào bảng chi tiết"), codelist="answer")
    merged: str = ask("text", say("Gộp từ"))


SECTIONS: dict[Section, type[SectionData]] = {
    kind.section: kind
    for kind in (
        Label,
        Contact,
        Identity,
        Children,
        Incident,
        Injuries,
        Story,
        Perpetrator,
        SafetyPlan,
        Assessment,
        Plan,
        Note,
        GroundEntry,
        Letter,
        Facts,
        Erasure,
    )
}
# The notes of every agency look alike, each in its own record; in a ledger each entry is a document with a series.
RECORDS = frozenset(policy().records.values())
SECTIONS |= dict.fromkeys(RECORDS, Note)
LEDGERS = RECORDS | {Section.GROUNDS, Section.LETTER}
