"""What may be shared with an agency on which ground, who may consent, and what a ground keeps when another ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from casework.cases.name_matching import names_a_colleague
from casework.cases.sections import SECTIONS, GroundEntry
from casework.codelists import codelist
from casework.errors import BadInput, Ungrounded
from casework.policy.table import policy
from casework.policy.vocabulary import Role, Section

CONSENT, DUTY, DANGER = "consent", "duty", "danger"
# Law 91/2025 Article 24: from 7 years a child consents together with the representative.
_SEVEN = 7
_CANNOT_DECIDE = "cannot_decide"
# What every receiver has of a case without being given it, and what an agency writes itself.
_NEVER_GIVEN = frozenset({Section.LABEL, Section.GROUNDS, Section.LETTER}) | frozenset(policy().records.values())

_NOT_OF_A_CHILD = frozenset(
    section
    for section, data in SECTIONS.items()
    if data.questions() and not any(question.for_child for question in data.questions().values())
)


@dataclass(frozen=True)
class Circumstances:
    """What decides who may consent: whether the person is a child, and what is known of who did it.

    `age` is in years by the year of birth alone, which leaves one year open.
    """

    is_child: bool = False
    age: int | None = None
    relation: str = ""
    perpetrator: str = ""


NOTHING_KNOWN = Circumstances()


@cache
def shareable(receiver: str, kind: str) -> frozenset[Section]:
    """Return what the roles of an agency may open in another's case; the person's own words go by consent alone."""
    roles = [Role(role.code) for role in codelist("role") if receiver in role.texts("agencies")]
    opened = frozenset[Section]().union(*(policy().sections[role] for role in roles)) & frozenset(SECTIONS)
    private = {section for section in opened if codelist("section").get(section.code).flag("private")}
    by_consent = private & {Section.STORY} if kind == CONSENT else frozenset[Section]()
    return (opened - private - _NEVER_GIVEN) | by_consent


def allowed(entry: GroundEntry) -> frozenset[Section]:
    """Return every section that a ground like this may carry; a duty carries no more than its article says."""
    every = shareable(entry.receiver, entry.kind)
    return every & _listed("duty_article", entry.duty, "sections") if entry.kind == DUTY and entry.duty else every


def suggested(entry: GroundEntry) -> frozenset[Section]:
    """Return the ready bundle of the receiver, as far as this ground may carry it."""
    return _listed("bundle", entry.receiver, "sections") & allowed(entry)


def fitting(sections: Iterable[Section], *, is_child: bool) -> frozenset[Section]:
    """Leave out what nobody asks about a child, as the children who came along."""
    return frozenset(sections) - (_NOT_OF_A_CHILD if is_child else frozenset())


def named_sections(entry: GroundEntry) -> frozenset[Section]:
    """Return the sections that an entry names; naming none means the suggestion, as before there was a choice."""
    return frozenset(Section[code.upper()] for code in entry.sections) if entry.sections else suggested(entry)


def in_words(entry: GroundEntry) -> tuple[str, ...]:
    """Return what an entry says in free words: whoever is given the ground reads that too."""
    free = [name for name, question in GroundEntry.questions().items() if question.kind in ("long", "name", "text")]
    return tuple(filter(None, (getattr(entry, name) for name in free)))


def kept(entry: GroundEntry) -> frozenset[Section]:
    """Return the least that the receiver of this ground goes on reading when a consent is withdrawn."""
    if entry.kind == DUTY:
        return _listed("duty_article", entry.duty, "keeps") if entry.duty else frozenset()
    return _listed("ground_kind", entry.kind, "keeps")


def removable(entry: GroundEntry, carried: frozenset[Section]) -> frozenset[Section]:
    """Return which of the sections that a ground carries may be taken out when something is sent on it.

    Of a consent any may go; a duty and danger to life carry at least what they keep.
    """
    return carried - kept(entry)


def takes_back(answer: GroundEntry, carried: frozenset[Section]) -> bool:
    """Tell whether a newer answer of consent takes back what an older consent for the same receiver carries.

    A No takes back everything, a Yes what it does not name; that nobody was asked takes back nothing.
    """
    if answer.kind != CONSENT or answer.consent == "not_asked":
        return False
    agreed = named_sections(answer) if answer.consent == "granted" else frozenset[Section]()
    return bool(carried - agreed)


def unwanted(entry: GroundEntry, answer: GroundEntry | None) -> frozenset[Section]:
    """Return what a ground without consent would tell and the person, in the newest answer, did not want to be told.

    Who was not asked has said nothing; who refused, or took a consent back, wants nothing told.
    """
    if entry.kind == CONSENT or answer is None or answer.consent == "not_asked":
        return frozenset()
    return named_sections(entry) - (named_sections(answer) if answer.consent == "granted" else frozenset())


def require_removable(entry: GroundEntry, carried: frozenset[Section], out: frozenset[Section]) -> None:
    """Raise a sentence where more is taken out of what a ground carries than it needs, or all of it."""
    if (out & carried) - removable(entry, carried):
        raise Ungrounded("Có phần phải gửi theo luật hoặc vì nguy hiểm. Hãy để lại phần ấy.")
    if carried and not carried - out:
        raise BadInput("Hãy để lại ít nhất một phần, hoặc không gửi nơi này.")


def days_after_closing(entry: GroundEntry) -> int:
    """Return for how many days what a ground keeps stays after the case was closed; 0 ends it with the case."""
    return codelist("duty_article").get(entry.duty).number("days") or 0 if entry.kind == DUTY and entry.duty else 0


def may_receive(receiver: str, kind: str) -> bool:
    """Tell whether an agency may be given anything on this kind of ground."""
    kinds = codelist("bundle").get(receiver).texts("kinds")
    return not kinds or kind in kinds


def articles_of(sender: str, receiver: str = "") -> list[str]:
    """Return the articles by which an agency must share something of a case: with one receiver, or with any."""
    return [
        article.code
        for article in codelist("duty_article").active()
        if (not article.texts("senders") or sender in article.texts("senders"))
        and (not receiver or receiver in article.texts("receivers"))
    ]


def require_usable(entry: GroundEntry, *, sender: str) -> None:
    """Raise a sentence where an entry lacks what its kind needs, or names what its receiver may not be given.

    `sender` is the agency of whoever records it.
    """
    if not may_receive(entry.receiver, entry.kind):
        raise Ungrounded("Nguy hiểm thì báo Chủ tịch bằng tin báo không ghi tên: về trang vụ việc, bấm Báo Chủ tịch.")
    if entry.kind == DANGER and not entry.reason.strip():
        raise BadInput("Hãy ghi nguy hiểm nào, vì sao phải làm ngay.")
    if entry.kind == DUTY:
        require_article(entry, sender=sender)
    if any(code not in codelist("section") for code in entry.sections):
        raise Ungrounded("Có phần không có trong sổ. Hãy chọn lại những phần được chia sẻ.")
    if set(entry.sections) - {section.code for section in allowed(entry)}:
        raise Ungrounded("Có phần mà nơi ấy không được đọc. Hãy bỏ chọn phần ấy.")


def require_article(entry: GroundEntry, *, sender: str) -> None:
    """Raise a sentence where no article is named, or one that does not make this sender tell this receiver."""
    if entry.duty not in codelist("duty_article"):
        raise BadInput("Hãy chọn điều luật buộc phải chuyển.")
    require_referable(entry)
    if entry.duty not in articles_of(sender, entry.receiver):
        raise Ungrounded("Điều luật này không buộc cơ quan mình báo nơi ấy. Hãy chọn điều khác, hoặc hỏi ý người ấy.")


def goes_by_notice(entry: GroundEntry) -> bool:
    """Tell whether an entry names a duty that carries no section: the notice to the chair keeps it."""
    listed = codelist("duty_article")
    return entry.kind == DUTY and entry.duty in listed and not listed.get(entry.duty).texts("sections")


def require_referable(entry: GroundEntry) -> None:
    """Raise a sentence that leads to the notice, where that is how a duty is kept and no referral is."""
    if goes_by_notice(entry):
        raise Ungrounded("Điều này giữ bằng tin báo Chủ tịch không ghi tên: về trang vụ việc, bấm Báo Chủ tịch.")


def require_refuser(entry: GroundEntry) -> None:
    """Raise a sentence where a No was said by a representative of whom it is not known who they are."""
    if entry.kind != CONSENT or entry.consent != "refused" or not entry.consent_by or _answers_alone(entry):
        return
    if not (entry.representative.strip() and entry.representative_relation):
        raise Ungrounded("Hãy ghi người đại diện nói không là ai: họ tên, là gì của người ấy.")
    if not entry.suspected:
        raise BadInput("Hãy trả lời: người đại diện có thể là người gây bạo lực không.")


def is_doubtful(entry: GroundEntry, known: Circumstances) -> bool:
    """Tell whether an answer was given by a representative who may have done it: it takes nothing back by itself."""
    represented = entry.kind == CONSENT and bool(entry.representative) and not _answers_alone(entry)
    return represented and _may_have_done_it(entry, known)


def require_consenter(entry: GroundEntry, known: Circumstances) -> None:
    """Raise a sentence where a consent was given by somebody who cannot give it alone, or not at all."""
    if entry.kind != CONSENT or entry.consent != "granted":
        return
    if not entry.consent_by or _answers_alone(entry):
        _require_age_to_consent_alone(known)
        return
    if not (entry.representative.strip() and entry.representative_relation and entry.represented_because):
        raise Ungrounded("Hãy ghi người đại diện: họ tên, là gì của người ấy, vì sao có người đại diện.")
    _require_representative_of_child(entry, known)
    _require_fitting_reason(entry, known)
    if not entry.suspected:
        raise BadInput("Hãy trả lời: người đại diện có thể là người gây bạo lực không.")
    if _child_is_unheard(entry, known) and not entry.unheard.strip():
        raise Ungrounded(
            "Trẻ từ 7 tuổi: phải cả cháu và người đại diện cùng đồng ý. Nếu cháu không tự nói được, hãy ghi vì sao;"
            " người thứ hai xem lại rồi mới chuyển."
        )
    if _may_have_done_it(entry, known) and not entry.no_other.strip():
        _ask_for_another_representative(entry, known)


def _ask_for_another_representative(entry: GroundEntry, known: Circumstances) -> None:
    if _is_told_apart_by_name(entry, known):
        raise BadInput(
            "Chưa ghi tên người gây bạo lực, nên chưa biết có phải chính người đại diện này không. Hãy ghi tên ở phần"
            " “Người có hành vi bạo lực”; chưa biết tên thì ghi vì sao không hỏi được người đại diện khác."
        )
    raise BadInput("Hãy ghi vì sao không hỏi được người đại diện khác, là người không gây bạo lực.")


def _require_representative_of_child(entry: GroundEntry, known: Circumstances) -> None:
    """Raise a sentence where somebody answers for a child who cannot represent one, as a husband."""
    relation = codelist("relation").get(entry.representative_relation)
    if known.is_child and relation.flag("of_age"):
        raise Ungrounded(
            "Vợ, chồng, người yêu, con, người bên chồng hoặc bên vợ không đại diện cho trẻ dưới 16 tuổi được. Hãy hỏi"
            " cha, mẹ hoặc người giám hộ; không có ai thì để trống và báo người bảo vệ trẻ em."
        )


def _answers_alone(entry: GroundEntry) -> bool:
    return bool(entry.consent_by) and codelist("consent_by").get(entry.consent_by).flag("alone")


def _require_age_to_consent_alone(known: Circumstances) -> None:
    if not known.is_child:
        return
    if known.age is not None and known.age < _SEVEN:
        raise Ungrounded("Trẻ dưới 7 tuổi: người đại diện trả lời thay. Hãy chọn và ghi người đại diện là ai.")
    raise Ungrounded("Trẻ từ 7 tuổi: phải cả cháu và người đại diện cùng đồng ý. Hãy chọn và ghi người đại diện là ai.")


def _require_fitting_reason(entry: GroundEntry, known: Circumstances) -> None:
    """Compare the reason with the answer and with the age; a year of birth leaves one year open."""
    reason = codelist("representation_reason").get(entry.represented_because)
    if reason.text("by") != entry.consent_by:
        raise Ungrounded("Người trả lời và lý do có người đại diện chưa khớp nhau. Hãy xem lại hai câu này.")
    if reason.code == _CANNOT_DECIDE or (known.age is None and known.is_child):
        return
    age = _SEVEN if known.age is None else known.age
    fits = known.is_child and (age <= _SEVEN if reason.code == "under_7" else age >= _SEVEN)
    if not fits:
        raise Ungrounded("Tuổi đã ghi và lý do có người đại diện chưa khớp nhau. Hãy xem lại năm sinh và lý do.")


def needs_review(entry: GroundEntry, known: Circumstances = NOTHING_KNOWN) -> bool:
    """Tell whether a second person must review an entry.

    That is danger to life, a representative who may have done it, and one who answers for a child that the law asks.
    What is left of answers about a representative counts for nothing where the person answered alone.
    """
    if entry.kind != CONSENT or not entry.representative or _answers_alone(entry):
        return entry.kind == DANGER
    return _may_have_done_it(entry, known) or _child_is_unheard(entry, known)


def _child_is_unheard(entry: GroundEntry, known: Circumstances) -> bool:
    """Tell whether a representative alone answers for a child of 7 or more; a year of birth leaves one year open."""
    asked_by_law = known.is_child and (known.age is None or known.age >= _SEVEN)
    return asked_by_law and entry.represented_because == _CANNOT_DECIDE


def _may_have_done_it(entry: GroundEntry, known: Circumstances) -> bool:
    """Tell whether the representative may be the one who did it.

    A representative of the same name as the one who did it counts as such, and one of the same relation, unless both
    names are known and differ.
    """
    same_name = bool(known.perpetrator) and (
        names_a_colleague(entry.representative, known.perpetrator)
        or names_a_colleague(known.perpetrator, entry.representative)
    )
    return entry.suspected != "no" or same_name or _is_told_apart_by_name(entry, known)


def _is_told_apart_by_name(entry: GroundEntry, known: Circumstances) -> bool:
    """Tell whether nothing but the name of the one who did it, which is not known, could tell the representative apart.

    They were answered for as somebody else, and are of the same relation, as mother and father are.
    """
    same_relation = bool(known.relation) and known.relation == entry.representative_relation
    return entry.suspected == "no" and same_relation and not known.perpetrator


def _listed(name: str, code: str, key: str) -> frozenset[Section]:
    return frozenset(Section[section.upper()] for section in codelist(name).get(code).texts(key))
