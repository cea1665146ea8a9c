"""A receiver who can no longer sign in blocks nothing: withdrawing and sending again still work."""

from casework.audit import freshness, write
from casework.audit.chain import LogEntry
from casework.db import Database
from casework.desk import actions as desk
from casework.policy.permit import issue
from casework.policy.vocabulary import Act, Section
from casework.referrals import receiving_actions
from casework.referrals import sending_actions as sending
from casework.vault.integrity import heads
from casework.vault.integrity.signed_rows import attach_keys
from tests.house import House, Someone
from tests.people import THANH_SON
from tests.referrals.scenes import ASKED, POLICE, referred, sections


def disable(house: House, somebody: Someone) -> None:
    """Disable a member in the database as an administrator does: the state, under a higher version of the head."""
    permit = issue(house.stranger(commune_id=THANH_SON).actor, Act.SIGN_IN)
    server_keys = house.gate.server_keys(THANH_SON)
    database: Database = house.gate.database
    with database.transaction(permit, THANH_SON) as session:
        attach_keys(session, server_keys)
        member = freshness.member(session, THANH_SON, somebody.id)
        member.state = "disabled"
        head = freshness.head(session, THANH_SON, somebody.id)
        heads.revoke(session, head, [member])
        session.flush()
        at = 1_800_000_000_000_000
        write.append(
            session,
            server_keys,
            [LogEntry(at, "account.disable", "administrator", None, somebody.id, "ok", "", None, None)],
        )


def test_with_the_receiver_disabled_a_referral_is_withdrawn_and_sent_again(house, lan):
    referral = referred(house).goes("open", "accept")
    disable(house, house["cuong"])
    assert lan.does(receiving_actions.read_referral, *referral.at).line.state == "accepted"
    lan.does(desk.add_note, referral.case_id, "anh Cường nghỉ việc")
    referral.goes("withdraw")
    assert sections(house, referral.case_id, "police") <= {Section.LETTER}
    assert lan.does(sending.preview, referral.case_id, referral.ground_id).side.readers == ()
    again = lan.does(sending.send, referral.case_id, referral.ground_id, ASKED)
    assert lan.does(receiving_actions.read_referral, referral.case_id, again).line.state == "sent"
    assert sections(house, referral.case_id, "police") >= POLICE
