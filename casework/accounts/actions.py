"""What visitors and the console do with accounts: sign in, unlock, sign out, found a commune, enrol people."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select

from casework import clock
from casework.audit import fresh
from casework.codelists import codelist
from casework.errors import CaseworkError, SignInNeeded
from casework.gate import Work, action
from casework.policy.words import Act
from casework.vault import circles, heads, ledger, marks, sessions
from casework.vault.circles import Enrolment, NewMember
from casework.vault.hands import Lock
from casework.vault.keyring import AgencyKeys
from casework.vault.models import Commune, Member, SessionRow

# The agency in whose sessions cases are counted, and the size of most communes.
_COUNTS = "womens_union"
_SIZE = "S1"


class WrongPassphrase(CaseworkError):
    """The name or the passphrase is wrong; the two are never told apart."""

    status = 422


@dataclass(frozen=True)
class Opened:
    """A member whose passphrase has just opened her own key."""

    member_id: UUID
    seed: bytes

    def __repr__(self) -> str:
        """Never print the key."""
        return "<sealed>"


@dataclass(frozen=True)
class Begun:
    """A session that has begun: the token for the cookie, and what was typed on a locked screen before it, if any."""

    token: sessions.Token
    kept: bytes | None


@action(Act.SIGN_IN)
def sign_in(work: Work, opened: Opened | None, *, before: bytes | None) -> Begun:
    """Begin a session for a member whose passphrase has opened her key; None raises WrongPassphrase, in the log too.

    `before` is the id of a session of this browser that ends now; text kept in it is handed back if it is hers.
    """
    if opened is None:
        raise WrongPassphrase("Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy thử lại.")
    return _begin(work, opened, before)


@action(Act.UNLOCK)
def unlock(work: Work, opened: Opened | None, *, before: bytes | None) -> Begun:
    """Continue after a pause: a new token, a new row, and the text that was kept meanwhile."""
    if opened is None:
        raise WrongPassphrase("Mật khẩu chưa đúng. Hãy thử lại.")
    return _begin(work, opened, before)


def _begin(work: Work, opened: Opened, before: bytes | None) -> Begun:
    member = fresh.member(work.session, work.commune_id, opened.member_id)
    if member.state != circles.ACTIVE:
        raise WrongPassphrase("Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy thử lại.")
    work.who = member.id
    token = sessions.start(work.session, work.hands.control, opened.seed, member_id=member.id, at=work.hands.at)
    old = _row(work, before)
    kept = None
    if old is not None and old.member_id == member.id and old.kept is not None:
        kept = sessions.kept_text(old, opened.seed)
    if old is not None:
        work.session.delete(old)
    sessions.sweep(work.session, at=work.hands.at)
    return Begun(token, kept)


def _row(work: Work, sid: bytes | None) -> SessionRow | None:
    if sid is None:
        return None
    owner = sessions.owner_of(work.session, sid)
    if owner is None or owner[0] != work.commune_id:
        return None
    fresh.head(work.session, work.commune_id, owner[1])
    return work.session.get(SessionRow, sid)


@action(Act.SIGN_OUT)
def sign_out(work: Work, sid: bytes | None) -> None:
    """End this session: its row is gone when the answer is sent."""
    if sid is not None:
        work.session.execute(delete(SessionRow).where(SessionRow.sid == sid))


@action(Act.KEEP)
def keep(work: Work, sid: bytes, text: bytes) -> None:
    """Keep what was typed on a screen that had locked, sealed to the person herself."""
    row = _row(work, sid)
    if row is None or row.member_id != work.me:
        raise SignInNeeded("Phiên làm việc đã kết thúc.")
    member = fresh.member(work.session, work.commune_id, work.me)
    sessions.keep_text(row, member.public_key, text)


@action(Act.COMMUNE_FOUND)
def found_commune(work: Work, name: str, hamlets: Sequence[str], *, size_class: str = _SIZE) -> UUID:
    """Write down a new commune; its id is the one whose control keys the console holds.

    `size_class` is a code of the list of that name; raises UnknownCode for another.
    """
    size = codelist("size_class").get(size_class).code
    heads.create(work.session, work.commune_id, "commune", work.commune_id)
    commune = Commune(id=work.commune_id, name=name, hamlets="\n".join(hamlets), size_class=size, created=work.hands.at)
    commune.marks = marks.fresh(work.hands.control)
    work.session.add(commune)
    return work.commune_id


@action(Act.AGENCY_ADD)
def add_agency(work: Work, kind: str, name: str, *, duty_phone: str = "") -> AgencyKeys:
    """Make an agency; its key stays in the hands of the console until it has been given to the first members.

    With the agency that counts begins the ledger of counts, sealed to it. An agency that is added when people are
    there already receives nothing until the Women's Union has confirmed it.
    """
    somebody = work.session.execute(select(Member.id).where(Member.commune_id == work.commune_id).limit(1)).first()
    state = circles.NEW if somebody else circles.ACTIVE
    keys = circles.make_agency(work.hands, kind=kind, name=name, duty_phone=duty_phone, state=state)
    if kind == _COUNTS:
        founded = clock.local(fresh.commune(work.session, work.commune_id).created)
        ledger.begin(work.hands, Lock(keys.agency_id, keys.epoch, keys.public_key), year=founded.year)
    work.about = keys.agency_id
    return keys


@action(Act.ENROL)
def enrol(work: Work, new: NewMember, enrolment: Enrolment, *, keys: AgencyKeys | None) -> UUID:
    """Write down a member; with the key of her agency in hand, give it to her."""
    member = circles.make_member(work.hands, new, enrolment)
    work.about = member.id
    if keys is not None:
        fresh.agency(work.session, work.commune_id, keys.agency_id)
        circles.admit(work.hands, keys, member)
    return member.id
