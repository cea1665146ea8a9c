"""After a recovery: the agency key is rotated at the next sign-in, and an outdated code is refused."""

import pytest

from casework.accounts.admission_actions import WrongAdmission
from casework.audit import freshness
from casework.desk import actions as desk
from casework.errors import VaultError
from casework.policy.vocabulary import Section
from casework.vault.keys.recovery import sheets
from tests.cases.keys import agency_id, epochs_of, settle, wraps_of
from tests.house import House, only_sqlite
from tests.people import THANH_SON
from tests.staffing.model import admit, enrol, make_sheets, recover_with_sheets, sign_in_with
from tests.tampering import stolen

pytestmark = only_sqlite


def test_the_next_sign_in_renews_the_key_that_the_console_saw(house: House, lan, hoa):
    case_id, union = lan.opens_a_case(), agency_id(house, "womens_union")
    recovered = recover_with_sheets(house, make_sheets(house), (0, 1), "lan")
    with stolen(house) as thief:
        assert [row["rotation_due"] for row in thief.rows("agency", id=union)] == [True]
        assert thief.rows("slot", member_id=lan.id) == thief.rows("session", member_id=lan.id) == []
    seed, ready = enrol(house, "lan", recovered.code)
    assert ready
    assert {epoch for _, epoch in wraps_of(house, union)} == {1}
    lan = sign_in_with(house, "lan", seed)
    settle(house, lan)
    assert {epoch for epoch, _ in epochs_of(house, union)} == {epoch for _, epoch in wraps_of(house, union)} == {2}
    lan = sign_in_with(house, "lan", seed)
    hoa.leaves()
    for reader in (lan, hoa):
        assert reader.does(desk.read_section, case_id, Section.STORY)
        assert not reader.presence.due
    with house.crypto() as crypto:
        freshness.agency(crypto.session, THANH_SON, union)
        first, second = ((sheet.seat, sheet.secret) for sheet in recovered.dealt[:2])
        assert sheets.open_with_pair(crypto, union, first, second).epoch == 2


def test_a_code_that_was_overtaken_by_a_new_key_is_refused_and_a_colleague_helps(house: House, lan, hoa):
    case_id, union = lan.opens_a_case(), agency_id(house, "womens_union")
    recovered = recover_with_sheets(house, make_sheets(house), (0, 1), "lan")
    settle(house, hoa)
    assert lan.id not in {member for member, _ in wraps_of(house, union)}
    with pytest.raises(WrongAdmission, match="đổi khóa"):
        enrol(house, "lan", recovered.code)
    hoa.leaves()
    lan = sign_in_with(house, "lan", admit(house, "lan", hoa))
    assert lan.does(desk.read_section, case_id, Section.STORY)


def test_the_sheets_before_open_nothing_after_the_key_was_renewed(house: House, hoa):
    union, before = agency_id(house, "womens_union"), make_sheets(house)
    with stolen(house) as thief:
        rows = {name: thief.rows(name, agency_id=union) for name in ("recovery", "recovery_officer", "recovery_pair")}
    recover_with_sheets(house, before, (0, 1), "lan")
    settle(house, hoa)
    with stolen(house) as thief:
        for name, old in rows.items():
            thief.delete(name, agency_id=union)
            thief.put(name, *old)
    with pytest.raises(VaultError):
        recover_with_sheets(house, before, (0, 1), "lan")
