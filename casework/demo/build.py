"""Builds the fictional commune in a folder, or opens the one that was built there before."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from casework import clock
from casework.config import Config
from casework.db import upgrade
from casework.demo import cards, casework_story, duty_story, folder, founding, period_closings
from casework.demo.cards import SignInCard
from casework.demo.content import demo_addresses, demo_cases, demo_people, drafts, offices
from casework.demo.visits import group_visits, moment
from casework.gate import Gate, open_gate
from casework.maintenance import database_upgrade, startup
from casework.maintenance.system_actors import system_of
from casework.policy.vocabulary import Role
from casework.referrals import sending_actions
from casework.vault.keys import kek

# The commune was founded so long before its first case.
_FOUNDED_BEFORE = timedelta(days=21)
_FOUNDED_AT = 8 * 60
_JUST_NOW = 60 * clock.MICROSECOND
_ROSTERS_BEFORE = 14 * 60 * clock.MICROSECOND


@dataclass(frozen=True)
class Demo:
    """A fictional commune, ready to be served, and everybody's sign-in."""

    config: Config
    cards: tuple[SignInCard, ...]


def open_demo(demo_folder: Path, *, port: int) -> Demo:
    """Return the demo of a folder, built now if the folder is empty; raise ConfigurationError if it is another's."""
    folder.claim(demo_folder)
    if not folder.is_complete(demo_folder):
        folder.clear(demo_folder)
        return _build(demo_folder, port)
    config = folder.configure(demo_folder, port=port)
    # Its referrals are fictional: nobody waits for an answer.
    database_upgrade.run(config, reason="demo")
    startup.make_ready(config)
    return Demo(config, cards.read(demo_folder / folder.ACCOUNTS))


def _build(demo_folder: Path, port: int) -> Demo:
    config = folder.configure(demo_folder, port=port)
    upgrade(config.database_url)
    gate = open_gate(config, kek.create(config.kek_file, kek.DEMO_ID))
    sign_in_cards = cards.make_cards(demo_people())
    _tell_story(gate, config, sign_in_cards)
    gate.database.engine.dispose()
    cards.write(demo_folder / folder.ACCOUNTS, config.public_url, sign_in_cards)
    folder.finish(demo_folder)
    return Demo(config, sign_in_cards)


def _tell_story(gate: Gate, config: Config, sign_in_cards: tuple[SignInCard, ...]) -> None:
    """Found the commune, then let its members act from the first case up to the present."""
    present = clock.micros()
    first = clock.local(present).date() - timedelta(days=demo_cases()[0].days_ago) - _FOUNDED_BEFORE
    story_clock = casework_story.StoryClock(moment(first, _FOUNDED_AT))
    passphrases = {card.username: card.password for card in sign_in_cards}
    lead, administrator = (
        next(card.username for card in sign_in_cards if card.role == role) for role in (Role.LEAD, Role.ADMINISTRATOR)
    )
    with clock.use_clock(story_clock):
        founded = founding.found_commune(gate, passphrases)
        receivers = {office.username for office in offices().values()}
        openers = {case.opened_by for case in demo_cases()} | {draft.by for draft in drafts()}
        acting = openers | receivers | {lead, administrator}
        keys = founding.open_keys(gate, founded.commune_id, {name: passphrases[name] for name in sorted(acting)})
        cast = casework_story.Cast(founded.commune_id, founded.ids, keys, lead, present)
        addresses = casework_story.register_addresses(gate, config, cast, demo_addresses(), story_clock)
        case_visits = casework_story.CaseStory(cast, addresses).visits(demo_cases(), drafts())
        closed = period_closings.quarter_visits(
            first, clock.local(present).date(), lead=lead, administrator=administrator
        )
        duties = duty_story.visits(cast, present - _ROSTERS_BEFORE)
        for visits in group_visits([*case_visits, *closed, *duties]):
            casework_story.perform_visits(gate, config, cast, visits, story_clock)
        story_clock.go_to(present - _JUST_NOW)
        gate.perform(system_of(founded.commune_id), sending_actions.expire)
