"""What a home page gathers beside its cases: referrals, and requests to erase."""

from dataclasses import replace

from casework.desk.pages import Home
from casework.endings.actions import list_requests
from casework.gate import Work
from casework.policy.permit import allowed
from casework.policy.words import Act
from casework.referrals.receiving import list_referrals


def around(work: Work, home: Home) -> Home:
    """Read what was referred and what waits to be erased in the commit of the list, each with a line of its own."""
    if allowed(work.actor, Act.REFERRAL_LIST):
        home = replace(home, box=work.also(list_referrals))
    if allowed(work.actor, Act.CASE_ERASE_LIST):
        home = replace(home, endings=work.also(list_requests))
    return home
