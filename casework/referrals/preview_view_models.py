"""What a receiver will and will not see of a case before anything is sent, as a frozen dataclass."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from casework.cases import ground_rules
from casework.cases.duty_numbers import CallOrder
from casework.cases.reporting_delay import FirstHours
from casework.errors import gettext_noop
from casework.policy.vocabulary import Section
from casework.referrals.receiving_side import ReceivingSide
from casework.referrals.view_models import GroundLine

OUTDATED = gettext_noop(
    "Từ lúc mở trang này đã có thay đổi: phần được đọc, người đọc, hoặc điều người ấy không muốn kể."
    " Hãy xem lại rồi gửi."
)


@dataclass(frozen=True)
class Preview:
    """What a receiver will and will not see, and who by name will be able to read it.

    `to_come` are the sections that nobody has written yet: they are read as soon as they are written. `removable` are
    the sections, written or not yet, that may be taken out before it is sent; `unwanted` are those of
    its ground that the person did not want this receiver to be told. `beside` are other grounds for the same receiver
    on which nothing was sent: what they give beyond this one is sent with it.
    """

    case_id: UUID
    code: str
    nickname: str
    only_counselling: bool
    ground: GroundLine
    will_see: tuple[Section, ...]
    will_not_see: tuple[Section, ...]
    to_come: tuple[Section, ...]
    side: ReceivingSide
    urgent: bool
    numbers: CallOrder
    hours: FirstHours | None = None
    removable: tuple[Section, ...] = ()
    unwanted: tuple[Section, ...] = ()
    beside: tuple["Preview", ...] = ()

    @property
    def mark(self) -> str:
        """Return a mark of what goes to whom and what is unwanted: a page that says something else has another one."""
        said = (self.ground.id.hex, *self.ground.sections, "without", *self.unwanted, *self.in_words, self.side.mark)
        return sha256("\n".join([*map(str, said), *(other.mark for other in self.beside)]).encode()).hexdigest()

    @property
    def in_words(self) -> tuple[str, ...]:
        """Return what stands in free words in the grounds on which it goes: the receiver reads that too."""
        grounds = (self.ground, *(other.ground for other in self.beside))
        return tuple(dict.fromkeys(words for ground in grounds for words in ground_rules.in_words(ground.entry)))

    @property
    def added(self) -> tuple[Section, ...]:
        """Return what the grounds beside this one give beyond it."""
        return tuple(
            sorted({one for other in self.beside for one in other.ground.sections} - set(self.ground.sections))
        )

    @property
    def offered(self) -> tuple[Section, ...]:
        """Return what may be taken out of all that is sent."""
        return (*self.removable, *self.added)

    @property
    def seen(self) -> frozenset[Section]:
        """Return which sections that are written will be seen on this ground or one beside it."""
        return frozenset(self.will_see).union(*(other.will_see for other in self.beside))

    @property
    def unwanted_but_sent(self) -> tuple[Section, ...]:
        """Return what the person did not want to be told and a law or danger sends all the same."""
        return tuple(section for section in self.unwanted if section in self.fixed)

    @property
    def unwanted_and_left_out(self) -> tuple[Section, ...]:
        """Return what the person did not want to be told and is taken out by proposal."""
        return tuple(section for section in self.unwanted if section in self.removable)

    @property
    def fixed(self) -> tuple[Section, ...]:
        """Return what is sent whatever is taken out."""
        return tuple(section for section in self.ground.sections if section not in self.removable)

    @property
    def sendable(self) -> bool:
        """Tell whether it can be sent once those who must not know are taken out."""
        return not self.side.problem(self.side.proposed_out)
