"""Cuts off access where a ground has run out: the machine's own work, without a key of any agency."""

from casework.cases import reading, scope, sharing
from casework.gate import Work, action
from casework.policy.words import Act


@action(Act.REFERRAL_EXPIRE)
def expire(work: Work) -> int:
    """End every referral whose ground no longer carries it, delete the envelopes it gave, and return how many cases."""
    ids = [row.id for row in scope.case_rows(scope.cases(work.permit)).on(work.session)]
    for case_id in ids:
        sharing.lapse(work, reading.held(work, case_id))
    work.about, work.reason = None, f"{len(ids)} cases"
    return len(ids)
