"""Who at the receiving side of a referral would read it, by name, and why it cannot be sent to them."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from casework.cases.duty_numbers import CallOrder
from casework.errors import gettext_noop
from casework.policy.vocabulary import Role

# Where somebody is taken out, so many must be left to read it.
_FEWEST_LEFT = 2


@dataclass(frozen=True)
class ProposedReader:
    """Somebody at the receiving agency who would read a referral; `active` tells that they can read now.

    `reason` says why they are taken out by proposal: "named" among those who must not know, or "violent" for who bears
    the name of the one who was; it is empty for everybody else.
    """

    id: UUID
    name: str
    role: Role
    reason: str = ""
    active: bool = True


@dataclass(frozen=True)
class ReceivingSide:
    """Who at the receiving agency would read a referral; `by_name` tells that it goes to named people in any case.

    `reading` are the names of those who must not know and read the case already, by an earlier referral.
    """

    readers: tuple[ProposedReader, ...]
    by_name: bool = False
    reading: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Return a mark of who is listed, and whether to them alone: before somebody came it was another one."""
        listed = [str(self.by_name), *sorted(reader.id.hex for reader in self.readers)]
        return sha256("\n".join(listed).encode()).hexdigest()

    @property
    def proposed_out(self) -> frozenset[UUID]:
        """Return who is taken out by proposal."""
        return frozenset(reader.id for reader in self.readers if reader.reason)

    @property
    def kin(self) -> tuple[str, ...]:
        """Return the names of those who must not know; they may answer the duty telephone."""
        return tuple(reader.name for reader in self.readers if reader.reason)

    def left(self, without: Collection[UUID]) -> list[ProposedReader]:
        """Return who reads once some have been taken out."""
        return [reader for reader in self.readers if reader.active and reader.id not in without]

    def needs_circle(self, without: Collection[UUID]) -> bool:
        """Tell whether it goes to named people: also if anybody of the agency is taken out."""
        return self.by_name or any(reader.id in without for reader in self.readers)

    def enough(self, without: Collection[UUID]) -> bool:
        """Tell whether enough people are left: two where somebody is taken out, else whoever works there."""
        fewest = _FEWEST_LEFT if any(reader.id in without for reader in self.readers) else 1
        return not self.needs_circle(without) or len(self.left(without)) >= fewest

    def problem(self, without: Collection[UUID]) -> str:
        """Return in Vietnamese why nothing can be sent once some have been taken out; empty if it can."""
        if self.proposed_out - set(without):
            return gettext_noop(
                "Có người trùng tên với người không được biết. Hãy bỏ người ấy ra. "
                "Nếu là người khác thì ghi rõ họ tên ở phần Kế hoạch an toàn trước."
            )
        if self.reading:
            return gettext_noop(
                "Người không được biết đang đọc vụ việc này theo một việc chuyển gửi trước. Hãy rút việc ấy trước."
            )
        if not self.enough(without):
            return gettext_noop("Còn lại quá ít người đọc. Hãy để lại ít nhất hai người, hoặc gọi điện thay cho gửi.")
        return ""


@dataclass(frozen=True)
class ReferralReaders:
    """Who on the receiving side reads a referral (`reading`, ids) and who could; `numbers` whom to call.

    `kind` is the code of that agency.
    """

    case_id: UUID
    referral_id: UUID
    code: str
    agency: str
    kind: str
    numbers: CallOrder
    side: ReceivingSide
    reading: frozenset[UUID]

    @property
    def out(self) -> frozenset[UUID]:
        """Return who is taken out now or by proposal."""
        return self.side.proposed_out | {reader.id for reader in self.side.readers if reader.id not in self.reading}
