"""What a home page gathers beside its cases: referrals, requests to erase, grounds for a second look."""

from dataclasses import replace

from casework.desk.pages import Home
from casework.endings.actions import list_requests
from casework.gate import Work
from casework.policy.permit import allowed
from casework.policy.words import Act
from casework.referrals.ledger import list_reviews
from casework.referrals.receiving import list_referrals


def around(work: Work, home: Home) -> Home:
    """Read what was referred and what waits to be erased or reviewed, in one commit, each with a line of its own."""
    if allowed(work.actor, Act.REFERRAL_LIST):
        home = replace(home, box=work.also(list_referrals))
    if allowed(work.actor, Act.CASE_ERASE_LIST):
        home = replace(home, endings=work.also(list_requests))
    if allowed(work.actor, Act.GROUND_REVIEW_LIST):
        home = replace(home, reviews=work.also(list_reviews))
    return home
