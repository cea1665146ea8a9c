"""What a notice to the chair gives to the people whom it names, and how that ends."""

from uuid import UUID

from casework.cases import reading, writing
from casework.cases.models import ChairNotice
from casework.cases.reading import VerifiedCase
from casework.cases.states import READABLE_NOTICE, UNFINISHED_NOTICE, NoticeState
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.vault.models import Document, Envelope

# So many first bytes of a notice's id begin the series of each of its sheets.
_PREFIX = 8


def sheet_series(notice_id: UUID, fresh_id: UUID) -> UUID:
    """Return the series of a new sheet: it tells to which notice the sheet belongs, so that both end together."""
    return UUID(bytes=notice_id.bytes[:_PREFIX] + fresh_id.bytes[_PREFIX:])


def withdraw(context: ActContext, case: VerifiedCase, notice: ChairNotice) -> None:
    """End a notice: from this commit on nobody whom it names can read it."""
    notice.state = NoticeState.WITHDRAWN
    sheets = {
        document.id
        for document in reading.rows_of_case(context, case, Document)
        if document.section == Section.NOTICE and document.series.bytes[:_PREFIX] == notice.id.bytes[:_PREFIX]
    }
    for envelope in reading.rows_of_case(context, case, Envelope):
        if envelope.document_id in sheets and envelope.agency_id == notice.to_id:
            context.session.delete(envelope)
    writing.revoke(context, case)


def withdraw_all(context: ActContext, case: VerifiedCase) -> None:
    """Withdraw every notice of a case that was opened by mistake or twice."""
    for notice in reading.rows_of_case(context, case, ChairNotice):
        if notice.state in READABLE_NOTICE | UNFINISHED_NOTICE:
            withdraw(context, case, notice)
