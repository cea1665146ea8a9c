"""Who opened a case, for whoever holds it: the lines of others, since a moment."""

from typing import Any

from sqlalchemy import select

from casework.audit import read
from casework.audit.models import AuditLine
from casework.desk import actions as desk
from tests.house import House, Someone, only_sqlite
from tests.people import THANH_SON


@only_sqlite
def test_openings_are_those_of_others_since_a_moment(house: House, lan: Someone, hoa: Someone):
    case_id, other_id = lan.opens_a_case(), lan.opens_a_case()
    for somebody, about in ((lan, case_id), (hoa, case_id), (hoa, other_id)):
        somebody.does(desk.read_case, about)
    cases: Any = select(AuditLine.about).where(AuditLine.about == case_id)
    statement = read.openings(cases)
    with house.crypto() as crypto:
        found = crypto.session.execute(statement, {"commune": THANH_SON, "me": lan.id, "since": 0}).all()
        assert [(row.who, row.about) for row in found] == [(hoa.id, case_id)]
        later = crypto.session.execute(statement, {"commune": THANH_SON, "me": lan.id, "since": found[0].at + 1}).all()
    assert later == []
