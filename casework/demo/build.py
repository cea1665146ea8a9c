"""Builds the fictional commune in a folder, or finds the one that was built there before."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from casework import clock
from casework.config import Config
from casework.db import upgrade
from casework.demo import cards, casework_story, folder, founding, period_closings
from casework.demo.cards import SignInCard
from casework.demo.content import drafts, places, residents, tales
from casework.demo.correspondence import offices
from casework.demo.seats import moment, sittings
from casework.gate import Gate, Person, open_gate
from casework.maintenance import database_upgrade
from casework.policy.permit import Actor
from casework.policy.words import Role
from casework.referrals import actions
from casework.vault.keys import kek

# The commune was founded so long before its first case.
_FOUNDED_BEFORE = timedelta(days=21)
_FOUNDED_AT = 8 * 60
_JUST_NOW = 60 * clock.MICROSECOND


@dataclass(frozen=True)
class Demo:
    """A commune that is ready to be looked at, and everybody's sign-in."""

    config: Config
    cards: tuple[SignInCard, ...]


def open_demo(place: Path, *, port: int) -> Demo:
    """Return the demo of a folder, built now if the folder is empty; raise ConfigurationError if it is another's."""
    folder.claim(place)
    if not folder.complete(place):
        folder.clear(place)
        return _build(place, port)
    config = folder.configure(place, port=port)
    # Its referrals are fictional: nobody waits for an answer.
    database_upgrade.run(config, reason="demo")
    return Demo(config, cards.read(place / folder.ACCOUNTS))


def _build(place: Path, port: int) -> Demo:
    config = folder.configure(place, port=port)
    upgrade(config.database_url)
    gate = open_gate(config, kek.create(config.kek_file, kek.DEMO_ID))
    dealt = cards.deal(residents())
    _tell(gate, config, dealt)
    gate.database.engine.dispose()
    cards.write(place / folder.ACCOUNTS, config.public_url, dealt)
    folder.finish(place)
    return Demo(config, dealt)


def _tell(gate: Gate, config: Config, dealt: tuple[SignInCard, ...]) -> None:
    """Found the commune, then let its people tell what happened, up to the present."""
    present = clock.micros()
    first = clock.local(present).date() - timedelta(days=tales()[0].days_ago) - _FOUNDED_BEFORE
    calendar = casework_story.Calendar(moment(first, _FOUNDED_AT))
    passphrases = {card.username: card.password for card in dealt}
    lead, administrator = (
        next(card.username for card in dealt if card.role == role) for role in (Role.LEAD, Role.ADMINISTRATOR)
    )
    with clock.living_at(calendar):
        founded = founding.found(gate, passphrases)
        readers = {one.username for one in offices().values()}
        tellers = {tale.opened_by for tale in tales()} | {one.by for one in drafts()} | {lead, administrator} | readers
        opened = founding.knock(gate, founded.commune_id, {name: passphrases[name] for name in sorted(tellers)})
        cast = casework_story.Cast(founded.commune_id, founded.ids, opened, lead, present)
        addresses = casework_story.register(gate, config, cast, places(), calendar)
        told = casework_story.Telling(cast, addresses).visits(tales(), drafts())
        closed = period_closings.closings(first, clock.local(present).date(), lead=lead, administrator=administrator)
        for sitting in sittings([*told, *closed]):
            casework_story.receive(gate, config, cast, sitting, calendar)
        system = Person(Actor(founded.commune_id, None, (Role.SYSTEM,)), founded.commune_id)
        calendar.go_to(present - _JUST_NOW)
        gate.perform(system, actions.expire)
