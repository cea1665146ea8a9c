"""Acts at the console that let in again somebody who holds no key, as a lost administrator, with two recovery sheets.

Whoever holds an agency's key comes back by the sheets of that agency (agency_recovery.py) or by a colleague. Nobody who
only runs the server makes an account usable: without two keepers there is no code.
"""

from dataclasses import dataclass
from uuid import UUID

from casework.administration import admission_codes, agency_recovery
from casework.audit import freshness
from casework.codelists import agencies, codelist
from casework.errors import Refused
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act
from casework.sealed import Sealed
from casework.vault.keys.enrolment.paper_codes import new_code
from casework.vault.keys.recovery import sheets
from casework.vault.keys.recovery.sheets import RecoverySheet, ShownSheet
from casework.vault.models import Member
from casework.vault.states import MemberState


@dataclass(frozen=True)
class PlannedReadmission(Sealed):
    """What goes on paper before it is good: who comes back by which code, and new sheets of the agency that vouches."""

    name: str
    username: str
    roles: tuple[str, ...]
    agency: str
    vouching: str
    code: str
    dealt: tuple[RecoverySheet, ...]


@action(Act.READMIT_SHOW)
def plan_readmission(
    context: ActContext, agency_id: UUID, first: ShownSheet, second: ShownSheet, username: str
) -> PlannedReadmission:
    """Try two sheets and a username, and draw the code and the sheets to be printed; nothing is good or ends yet."""
    vouching = _require_vouching(context, agency_id)
    agency_recovery.open_with_pair(context, agency_id, first, second)
    member, agency = _without_key(context, username)
    dealt = agency_recovery.draw_next(context, agency_id)
    return PlannedReadmission(
        member.name, member.username, tuple(member.roles.split(",")), agency, vouching, new_code(), dealt
    )


@action(Act.READMIT)
def readmit(
    context: ActContext, agency_id: UUID, first: ShownSheet, second: ShownSheet, planned: PlannedReadmission
) -> None:
    """Make the printed code good: what opened the account before ends, and the planned sheets are in force.

    The log line is about the account. Raises Refused, which is logged, for whatever does not fit.
    """
    _require_vouching(context, agency_id)
    keys = agency_recovery.open_with_pair(context, agency_id, first, second)
    member, _ = _without_key(context, planned.username)
    admission_codes.invite_again(context, member, None, planned.code)
    sheets.put_in_force(context.crypto, keys, planned.dealt)


def _require_vouching(context: ActContext, agency_id: UUID) -> str:
    """Return the name of an agency whose sheets let others in; raise Refused for any other."""
    context.about = agency_id
    agency = freshness.agency(context.session, context.commune_id, agency_id)
    if agency.circle or agency.kind not in agencies.readmitting():
        vouching = [codelist("agency").get(code) for code in agencies.readmitting()]
        vietnamese = "; ".join(f"{listed.code}: {listed.vi}" for listed in vouching)
        english = "; ".join(f"{listed.code}: {listed.en}" for listed in vouching)
        raise Refused(
            f"Hai tờ của cơ quan này không cho ai khác vào lại được. Cần hai tờ của một trong: {vietnamese}. / The "
            f"sheets of this agency let nobody else in again. Two sheets of one of these are needed: {english}."
        )
    return agency.name


def _without_key(context: ActContext, username: str) -> tuple[Member, str]:
    """Return a member who holds no agency's key, and their agency's name; raise Refused for anybody else."""
    member = agency_recovery.member_named(context, username)
    context.about = member.id
    if member.state == MemberState.LEFT:
        raise Refused(
            "Người này đã nghỉ, nên không vào lại được. Hãy ghi tên như người mới. / This person has left and cannot "
            "come back. Write them down as somebody new."
        )
    if member.agency_id is None:
        return member, ""
    agency = freshness.agency(context.session, context.commune_id, member.agency_id)
    if codelist("agency").get(agency.kind).flag("holds_keys"):
        command = f"casework recover --agency {agency.kind}"
        raise Refused(
            f"Người này giữ khóa của cơ quan mình: đồng nghiệp tạo mã, hoặc hai tờ của chính cơ quan ấy: {command} / "
            f"This person holds the key of their agency: a colleague makes a code, or two sheets of it do: {command}"
        )
    return member, agency.name
