"""Acts on a slip of paper that is taken along after a referral: make one, open it to be printed, find by its number.

It is numbered at random: a number that counts would tell how many there are. It shows what was referred on a live
ground and nothing else, and in its neutral kinds not even that.
"""

import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from casework.audit import freshness
from casework.cases import every_case, opening_rate_limit, reading, scope, tasks
from casework.cases.sections import Letter
from casework.cases.task_entry import Task
from casework.codelists import Code, codelist
from casework.errors import BadInput, Conflict, gettext_noop
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Section
from casework.referrals import letters, lookup, transitions
from casework.referrals.lookup import VerifiedReferral
from casework.vietnamese_text import fold

STEP = "slip"
# By what was answered whether the paper is safe to keep, a code of `answer`: the step that remembers it.
ANSWERED = {"yes": "slip_safe", "no": "slip_unsafe", "unknown": "slip_unasked"}
_SAFE = "yes"
_AMBULANCE = "ambulance"
_DIGITS = 6
_SYLLABLE = re.compile(r"\w+")
NO_PLACE = gettext_noop("Hãy ghi hẹn ở đâu.")
NO_ONE = gettext_noop("Hãy ghi đến nơi thì hỏi ai.")
TELLING = gettext_noop("Chữ này nói lộ cho người nhặt được giấy. Hãy ghi cách khác, như tên trạm, tên hội trường.")
HOTLINE = gettext_noop("Ai nhặt được giấy gọi thử số này là biết. Hãy ghi số khác, hoặc để trống.")
NONE_MADE = gettext_noop("Chưa có phiếu nào để in. Hãy làm phiếu trước.")


@dataclass(frozen=True)
class Slip:
    """A slip as it is printed: its letter, the agency under whose name it is given, and of a plain one its receiver.

    `asks` are the codes of what was referred, `due` the last moment for its answer in microseconds.
    """

    case_id: UUID
    referral_id: UUID
    letter: Letter
    issuer: str
    receiver: str
    asks: tuple[str, ...]
    due: int

    @property
    def kind(self) -> Code:
        return codelist("slip_kind").get(self.letter.slip_kind)

    @property
    def number(self) -> str:
        """Return the number as it is read aloud."""
        return f"{self.letter.slip[:3]} {self.letter.slip[3:]}"


@dataclass(frozen=True)
class FoundSlip:
    """A referral in reach of which a slip bears a number."""

    case_id: UUID
    referral_id: UUID
    code: str


def telling_words(text: str) -> list[str]:
    """Return the words of a text that would tell what it is about, as the list of such words has them.

    Words of several syllables are found without their marks too; of one syllable a name might be another (hiếp, Hiệp).
    """
    written, plainly = _spaced(text), _spaced(fold(text))
    words = [code.label("vi") for code in codelist("telling_word").active()]
    return [word for word in words if _spaced(word) in written or (" " in word and _spaced(fold(word)) in plainly)]


def tells(text: str) -> bool:
    """Tell whether a text would tell what it is about: by a word, or by the number of a hotline but the ambulance's."""
    return bool(telling_words(text)) or _is_hotline(text)


def _is_hotline(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    lines = (code for code in codelist("hotline") if code.code != _AMBULANCE)
    return digits in {code.text("number").replace(" ", "") for code in lines}


def _spaced(text: str) -> str:
    """Return the syllables of a text in small letters, each between spaces."""
    return f" {' '.join(re.findall(_SYLLABLE, unicodedata.normalize('NFC', text).lower()))} "


@action(Act.SLIP_MAKE)
def make_slip(
    context: ActContext, case_id: UUID, referral_id: UUID, slip: Letter, *, safe: str, once: UUID | None = None
) -> bool:
    """Keep the answer whether a paper is safe to keep and, only if it is, make a slip; tell whether there is one.

    The answer stays with the owner of the case; the receiver reads number, place and time. The same form sent again
    under `once` makes one slip. Raises BadInput where the place or whom to ask for is missing, or a neutral slip tells.
    """
    referral = lookup.find_sent(context, case_id, referral_id)
    referral.step(context.permit.act)
    if safe not in ANSWERED:
        raise BadInput("Hãy hỏi người ấy: giữ giấy có an toàn không?", about=case_id)
    if safe == _SAFE:
        _require_slip(case_id, slip)
    if tasks.is_written(context, referral.verified, once):
        return safe == _SAFE
    owner_id = referral.verified.row.owner_id
    tasks.write(context, referral.verified, Task(step=ANSWERED[safe]), keeper_id=owner_id, once=once)
    if safe != _SAFE:
        return False
    letters.write(context, referral, replace(slip, slip=_draw_number()), step=STEP)
    return True


def _require_slip(case_id: UUID, slip: Letter) -> None:
    if slip.slip_kind not in codelist("slip_kind"):
        raise BadInput("Hãy chọn loại phiếu.", about=case_id)
    if not (slip.place.strip() and slip.ask_for.strip()):
        raise BadInput(NO_ONE if slip.place.strip() else NO_PLACE, about=case_id)
    neutral = codelist("slip_kind").get(slip.slip_kind).flag("neutral")
    if neutral and any(tells(text) for text in (slip.place, slip.ask_for, slip.phone)):
        raise BadInput(TELLING, about=case_id)


def _draw_number() -> str:
    least = 10 ** (_DIGITS - 1)
    return str(least + secrets.randbelow(9 * least))


@action(Act.SLIP_PRINT)
def open_slip(context: ActContext, case_id: UUID, referral_id: UUID) -> Slip:
    """Open the newest slip of a referral to be printed; the line of the log says so.

    Raises Conflict where none was made, and once the referral has ended: nobody waits there any more.
    """
    referral = lookup.find_sent(context, case_id, referral_id)
    transitions.require(case_id, Act.SLIP_MAKE, state=referral.state)
    sheets = letters.of_referral(reading.open_newest_of(context, referral.verified, [Section.LETTER]), referral_id)
    made = [letter for _, letter in sheets if letter.step == STEP]
    if not made:
        raise Conflict(NONE_MADE, about=case_id)
    context.reason = referral_id.hex
    return _slip(context, referral, made[-1], sheets[0][1].asks)


def _slip(context: ActContext, referral: VerifiedReferral, letter: Letter, asks: tuple[str, ...]) -> Slip:
    """Return what is printed; of an agency that the commune does not have the list gives the name."""
    kind, own = codelist("slip_kind").get(letter.slip_kind).text("agency"), context.actor.agency_id
    if kind:
        giver = freshness.agency_of_kind(context.crypto, kind)
        issuer = giver.name if giver else codelist("agency").label(kind, "vi")
    else:
        issuer = freshness.agency(context.session, context.commune_id, own).name if own else ""
    receiver = freshness.agency(context.session, context.commune_id, referral.ground.receiver_id)
    return Slip(
        referral.verified.id,
        referral.row.id,
        letter,
        issuer=issuer,
        receiver=receiver.name,
        asks=asks,
        due=referral.row.due,
    )


@action(Act.SLIP_FIND)
def find_slips(context: ActContext, number: str) -> tuple[FoundSlip, ...]:
    """Find the referrals in reach, sent or received, of which a slip bears a number; nothing of any other is told.

    Raises BadInput for what is no such number, and Throttled as a search does.
    """
    sought = "".join(number.split())
    if not (sought.isascii() and sought.isdecimal() and len(sought) == _DIGITS):
        raise BadInput("Số phiếu có sáu chữ số, ví dụ 482 173.")
    opening_rate_limit.enforce_searches(context)
    every_case.compare(context, passes_over=True, routing=True)
    found = tuple(dict.fromkeys(_matching(context, sought)))
    context.reason = f"{len(found)} slips"
    return found


def _matching(context: ActContext, number: str) -> Iterator[FoundSlip]:
    within = scope.cases(context.permit)
    rows = {(row.case_id, row.id) for row in scope.referrals(within).on(context.session)}
    if not rows:
        return
    batch = reading.load_batch(
        context, reading.narrow_scope(within, {case_id for case_id, _ in rows}), passes_over=True
    )
    for case_id, page in batch.each([Section.LETTER]):
        letter = Letter.from_json(page.data)
        if letter.slip == number and (case_id, UUID(letter.referral)) in rows:
            yield FoundSlip(case_id, UUID(letter.referral), letter.code)
