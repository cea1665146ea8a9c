"""The forms of referrals: letters, the receiver's answers, and calls."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from casework.cases import ground_rules
from casework.cases.fields import field_of
from casework.cases.sections import GroundEntry, Letter
from casework.codelists import codelist
from casework.errors import BadInput
from casework.notices.forms import SendNoticeForm, offering
from casework.notices.view_models import NoticeChoice, Proposal
from casework.policy.vocabulary import Section
from casework.referrals.preview_view_models import OUTDATED, Preview
from casework.referrals.receiving_side import ProposedReader, ReceivingSide
from casework.referrals.unsent_view_models import UnsentPage
from casework.web.call_forms import PhoneCallForm
from casework.web.choice_fields import code_words
from casework.web.form_tokens import as_drawn
from casework.web.forms import Choices, DateParts, Form, LongText, SentOnceForm, ShortText, parse_uuid


def _without_field() -> Any:
    """Ask whom to take out of those who would read; an id of nobody who works there takes nobody out."""
    return Choices(
        _("Những người sẽ đọc được"),
        [],
        required=False,
        validate_choice=False,
        hint=_("Họ hàng, bạn thân của người kia thì bỏ ra. Người bị bỏ ra không thấy việc này."),
    )


def taken_out(form: Any) -> list[UUID]:
    """Return the ids that were marked to be taken out."""
    return [member_id for typed in form.without.data or () if (member_id := parse_uuid(typed))]


def offer_readers(form: Any, side: ReceivingSide, out: Collection[UUID]) -> None:
    """Offer who would read, to be taken out; before anything is typed, those in `out` are marked."""
    form.without.choices = [
        SelectChoice(str(reader.id), reader.name, {"hint": _reader_hint(reader)}) for reader in side.readers
    ]
    if form.without.raw_data is None:
        form.without.data = [str(member_id) for member_id in out]


def _reader_hint(reader: ProposedReader) -> str:
    words = {
        "named": gettext("Trùng tên với người ghi ở “Ai không được biết”."),
        "violent": gettext("Trùng tên với người có hành vi bạo lực."),
    }
    return " · ".join(filter(None, (code_words(reader.role, "role"), words.get(reader.reason, ""))))


def _sections_field() -> Any:
    """Ask what the receiver will read: what is no longer ticked is taken out of the ground."""
    return Choices(
        _("Sẽ đọc được"),
        [],
        required=False,
        validate_choice=False,
        hint=_("Bỏ chọn phần nào thì nơi ấy không đọc phần ấy, cả khi ghi thêm về sau."),
    )


def offer_sections(form: Any, preview: Preview) -> None:
    """Offer the sections that may be taken out; at first all are ticked but those that the person did not want told."""
    form.sections.choices = [
        SelectChoice(section.code, code_words(section.code, "section"), _hint_of_unwritten(section, preview))
        for section in preview.offered
    ]
    form.sections.flags.told = True
    wanted = [section.code for section in preview.offered if section not in preview.unwanted]
    if form.sections.raw_data is None:
        form.sections.data = wanted
    elif is_outdated(form, preview.mark):
        form.sections.data = [code for code in form.sections.data or () if code in wanted]


def is_outdated(form: Any, mark: str) -> bool:
    """Tell whether a form was drawn when something else went to whom; one that was drawn on no page of ours is not."""
    return bool(form.shown.data) and form.shown.data != mark


def _hint_of_unwritten(section: Section, preview: Preview) -> dict[str, str]:
    return {} if section in preview.seen else {"hint": gettext("Chưa ghi; ghi sau thì nơi ấy đọc được.")}


def left_out(form: Any) -> list[Section]:
    """Return the sections that were offered and are no longer ticked; a form that offered none takes none out."""
    known = {section.code: section for section in Section}
    offered = request.form.getlist(f"{form.sections.name}-offered")
    return [known[code] for code in offered if code in known and code not in (form.sections.data or ())]


class ReferralReadersForm(Form):
    without = _without_field()
    shown = HiddenField()


class SendForm(SentOnceForm):
    asks = field_of(Letter, "asks", required=True)
    words = LongText(
        _("Viết cho nơi nhận"),
        required=False,
        rows=4,
        hint=_("Chỉ viết điều nơi nhận cần để làm việc. Những phần được chia sẻ đã đi kèm, không cần chép lại."),
    )
    sections = _sections_field()
    without = _without_field()
    shown = HiddenField()

    def letter(self) -> Letter:
        return Letter(asks=tuple(self.asks.data or ()), words=self.words.data or "")


class UnsentPart(SendForm):
    """The letter to one of several receivers, and whether it goes now; `preview` is what they will see."""

    chosen = Choices(_("Có gửi ngay không?"), [("yes", _("Gửi ngay cho nơi này"))], required=False)

    def __init__(self, preview: Preview, proposed: list[str]) -> None:
        prefix = f"{preview.ground.id.hex[:8]}-"
        chosen = ["yes"] if preview.sendable and preview.side.readers else []
        super().__init__(prefix=prefix, meta={"csrf": False}, chosen=chosen, asks=proposed)  # type: ignore[no-untyped-call]
        self.preview, self.chosen.flags.told = preview, True
        self.asks.choices = needs_of_first(self.asks.choices, preview.ground.entry.receiver)
        offer_readers(self, preview.side, preview.side.proposed_out)
        offer_sections(self, preview)

    @property
    def asked_words(self) -> str:
        """Return in words what is asked of this receiver."""
        return "; ".join(str(choice.label) for choice in self.asks.iter_choices() if choice.selected)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the letter and its readers only if it goes now."""
        if not self.chosen.data:
            return True
        valid, problem = super().validate(extra_validators), self.preview.side.problem(taken_out(self))
        if is_outdated(self, self.preview.mark):
            self.chosen.errors = [gettext(OUTDATED)]
            return False
        if problem:
            self.without.errors = [gettext(problem)]
        return self._sections_fit() and valid and not problem

    @property
    def sent_on(self) -> list[UUID]:
        """Return the grounds on which it goes: one beside the first only for what it adds and is still ticked."""
        added = set(self.preview.added) - set(left_out(self))
        adding = [one.ground.id for one in self.preview.beside if added & set(one.ground.sections)]
        return [self.preview.ground.id, *adding]

    @property
    def taken_from(self) -> dict[UUID, frozenset[Section]]:
        """Return what is taken out of each ground: of one beside the first too, unless nothing of it would be left.

        A ground that goes only for what it adds leaves to the first one what that one carries.
        """
        out, first = frozenset(left_out(self)), self.preview.ground
        taken = {first.id: out & set(first.sections)}
        for beside in self.preview.beside:
            adds = set(beside.ground.sections) - set(first.sections) - out
            removed = (out | set(first.sections) if adds else out) & set(beside.removable)
            if set(beside.ground.sections) - removed:
                taken[beside.ground.id] = removed
        return taken

    def _sections_fit(self) -> bool:
        """Add a sentence where nothing of what the ground carries is left."""
        ground = self.preview.ground
        try:
            ground_rules.require_removable(ground.entry, frozenset(ground.sections), frozenset(left_out(self)))
        except BadInput as cause:
            self.sections.errors = [gettext(str(cause))]
            return False
        return True


class UnsentNotice(SendNoticeForm):
    """The notice to the chair among what goes now."""

    chosen = Choices(_("Có báo ngay không?"), [("yes", _("Báo Chủ tịch xã ngay"))], required=False)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check it only if it goes now; then somebody must be told."""
        if not self.chosen.data:
            return True
        valid = super().validate(extra_validators)
        if not self.readers.data and self.readers.choices:
            self.readers.errors = [
                gettext(
                    "Chưa chọn ai nhận tin báo. Hãy chọn lại một người; nếu chưa báo Chủ tịch thì bỏ chọn “Báo Chủ tịch"
                    " xã ngay”, hoặc bấm “Không báo Chủ tịch, ghi vì sao”."
                )
            ]
            return False
        return valid

    def choice(self) -> NoticeChoice:
        return NoticeChoice(tuple(self.asks.data or ()), tuple(self.reader_ids()))


class UnsentForm(SentOnceForm):
    """A letter for each receiver who has not been sent what was said, and the notice: they are sent together."""

    def __init__(self, page: UnsentPage) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.parts = [UnsentPart(preview, page.asks(preview.ground.entry.receiver)) for preview in page.previews]
        self.notice = _unsent_notice(page.notice) if page.notice else None

    @property
    def all_parts(self) -> list[Any]:
        return [*self.parts, *([self.notice] if self.notice else [])]

    def validate(self, extra_validators: Any = None) -> bool:
        valid = all([super().validate(extra_validators), *(part.validate() for part in self.all_parts)])
        if self._ticked() - {part.chosen.name for part in self.all_parts}:
            self.once.errors = [gettext("Có nơi đã chọn mà nay không gửi được nữa. Hãy xem lại rồi gửi.")]
            return False
        if any(part.chosen.data for part in self.all_parts):
            return valid
        self.all_parts[0].chosen.errors = [gettext("Hãy chọn ít nhất một nơi để gửi, hoặc bấm Để sau.")]
        return False

    @staticmethod
    def _ticked() -> set[str]:
        """Return the boxes that were ticked when the page was drawn; what they stood for may be gone since."""
        return {name for name in request.form if name.endswith("-chosen")}

    def problems(self) -> list[tuple[str, str]]:
        """Return what is to be corrected of the whole and of each part that goes."""
        return [*super().problems(), *(problem for part in self.all_parts for problem in part.problems())]

    @property
    def drawn(self) -> str:
        """Return in a word what is proposed, which is nothing typed; empty where the form shows what was typed."""
        parts = [part for part in self.all_parts if part is self.notice or part.preview.sendable]
        boxes = [box for part in parts for box in part if not isinstance(box, HiddenField)]
        if any(box.raw_data is not None for box in boxes):
            return ""
        answers = ((box.name, box.data if isinstance(box.data, list) else [box.data or ""]) for box in boxes)
        return as_drawn((name, value) for name, values in answers for value in values)

    def notice_choice(self) -> NoticeChoice | None:
        return self.notice.choice() if self.notice and self.notice.chosen.data else None

    def letters(self) -> dict[UUID, Letter]:
        """Return the letters that go now by the ground on which they go."""
        return {ground_id: part.letter() for part in self.parts if part.chosen.data for ground_id in part.sent_on}

    def leaving_out(self) -> dict[UUID, frozenset[Section]]:
        """Return what is taken out of each ground of those who are sent something now."""
        return {ground_id: out for part in self.parts if part.chosen.data for ground_id, out in part.taken_from.items()}

    def taken_out(self) -> list[UUID]:
        """Return who shall not read what goes now; nobody works at two receivers."""
        return [member_id for part in self.parts if part.chosen.data for member_id in taken_out(part)]


def _unsent_notice(proposed: Proposal) -> UnsentNotice:
    part = offering(proposed, UnsentNotice, prefix="notice-", meta={"csrf": False}, chosen=["yes"])
    part.chosen.flags.told = True
    if proposed.goes_above:
        part.chosen.choices = [SelectChoice("yes", gettext("Ghi tin báo, rồi gọi cấp trên"))]
    return part


class SetAsideForm(Form):
    words = field_of(GroundEntry, "unsent", required=True, rows=3)


class KeepReaderForm(SentOnceForm):
    words = LongText(
        _("Vì sao người này vẫn được đọc?"),
        rows=3,
        hint=_("Ví dụ: trùng tên, là người khác; đã hỏi người ấy."),
        missing=_("Hãy ghi vì sao người này vẫn được đọc."),
    )


def needs_of_first(choices: Iterable[Any], receiver: str) -> list[Any]:
    """Sort the answers of "what is asked" so that what this receiver usually helps with stands first."""
    needs = codelist("need")
    return sorted(choices, key=lambda choice: needs.get(choice.value).text("agency") != receiver)


class DeclineForm(Form):
    words = LongText(
        _("Vì sao chưa nhận được?"),
        rows=4,
        hint=_("Nơi gửi đọc câu này để tìm cách khác."),
        missing=_("Hãy ghi lý do chưa nhận được."),
    )


class AskForm(Form):
    words = LongText(_("Muốn hỏi nơi gửi điều gì?"), rows=4, missing=_("Hãy ghi câu muốn hỏi lại."))


class ReplyForm(Form):
    words = LongText(_("Viết cho nơi nhận"), rows=4, missing=_("Hãy ghi vài chữ trước khi gửi."))


class AnswerForm(Form):
    """What the receiver did: three questions."""

    outcome = field_of(Letter, "outcome", required=True, select=False)
    words = LongText(_("Đã làm gì, nơi gửi cần làm gì tiếp?"), rows=4)
    when = DateParts(_("Làm ngày nào, hoặc hẹn ngày nào?"), required=False, future=True)

    def letter(self) -> Letter:
        day = self.when.data
        return Letter(outcome=self.outcome.data, words=self.words.data or "", when=day.isoformat() if day else "")


class RecordForm(AnswerForm):
    """An answer that came by word or on paper: also who gave it, and only what is over."""

    who = ShortText(_("Ai ở nơi nhận đã trả lời?"))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)  # type: ignore[no-untyped-call]
        codes = codelist("service_outcome")
        offered = self.outcome.choices
        self.outcome.choices = [choice for choice in offered if not codes.get(choice.value).flag("goes_on")]

    def letter(self) -> Letter:
        return replace(super().letter(), who=self.who.data or "")


class CallForm(PhoneCallForm):
    def letter(self) -> Letter:
        return Letter(who=self.who.data or "", when=self.when)
