"""The policy in words: who may do what and how far, and which role may ever open which section of a case."""

from collections.abc import Iterable
from dataclasses import dataclass

from casework.codelists import codelist
from casework.policy.table import Row, policy
from casework.policy.vocabulary import Act, Role, Section, StepUp

# Sections that hold work in progress or counts; no role reads them as a part of a case.
_INNER = frozenset({Section.DRAFT, Section.FACTS, Section.LABEL})
_HEAD = """# Who may do what / Ai được làm gì

Generated from `casework/policy/policy.toml` by `casework policy`; a test holds the two together. A role that is not
named may not do the act, and nobody overrides this table. The vault decides a second time, by key. *Proof* is how
fresh the proof must be of who somebody is: 5 minutes for anything, or one proof for half an hour of one case.
"""
_PROOFS = {StepUp.NONE: "", StepUp.NOW: "5 minutes", StepUp.CASE: "30 minutes, this case"}


@dataclass(frozen=True)
class Grant:
    """Roles that may do an act with the same reach, in words; `code` is the reach in the policy."""

    roles: tuple[str, ...]
    reach: str
    code: str


@dataclass(frozen=True)
class Rule:
    """One act in words: its name, who may do it and how far, whether it writes, and the step-up that it needs."""

    act: Act
    words: str
    grants: tuple[Grant, ...]
    writes: bool
    stepup: StepUp


@dataclass(frozen=True)
class SectionRule:
    """A section of a case in words: the roles that may ever open it, and `owners`, in a case of their agency alone."""

    words: str
    roles: tuple[str, ...]
    owners: tuple[str, ...]


def act_words(act: str, lang: str) -> str:
    """Return the name of an act; an act that this program no longer knows keeps its code."""
    rows = policy().rows
    return _name_of(rows[Act(act)], lang) if act in set(Act) else act


def rules(lang: str) -> list[Rule]:
    """Return every act in the order of the policy's words."""
    rows = policy().rows
    return [
        Rule(act, _name_of(rows[act], lang), _grants(rows[act], lang), rows[act].writes, rows[act].stepup)
        for act in Act
    ]


def section_rules(lang: str) -> list[SectionRule]:
    """Return every section of a case with the roles that may open it, anywhere or in a case of their own agency."""
    return [_section_rule(section, lang) for section in Section if section not in _INNER]


def _section_rule(section: Section, lang: str) -> SectionRule:
    table = policy()
    anywhere = [role for role in Role if section in table.sections[role]]
    owners = [role for role in Role if section in table.own.get(role, ()) and role not in anywhere]
    return SectionRule(codelist("section").label(section.code, lang), _roles(anywhere, lang), _roles(owners, lang))


def markdown() -> str:
    """Return the page docs/policy.md: the same table in English and Vietnamese."""
    acts = [
        f"| `{english.act}` | {english.words} | {vietnamese.words} | {_cell(english)} |"
        for english, vietnamese in zip(rules("en"), rules("vi"), strict=True)
    ]
    sections = [
        f"| {english.words} | {vietnamese.words} | {', '.join(english.roles)} | {', '.join(english.owners)} |"
        for english, vietnamese in zip(section_rules("en"), section_rules("vi"), strict=True)
    ]
    reaches = [f"- **{reach.code}**: {reach.en} ({reach.vi})" for reach in codelist("reach")]
    return "\n".join(
        [
            _HEAD,
            "## How far an act reaches",
            "",
            *reaches,
            "",
            "## Acts",
            "",
            "| act | English | tiếng Việt | who, how far | proof |",
            "|---|---|---|---|---|",
            *acts,
            "",
            "## Sections of a case",
            "",
            "| section | phần | roles that may open it, given a key | only in a case of their own agency |",
            "|---|---|---|---|",
            *sections,
            "",
        ]
    )


def _name_of(row: Row, lang: str) -> str:
    return row.en if lang == "en" else row.vi


def _grants(row: Row, lang: str) -> tuple[Grant, ...]:
    """Group the roles of an act by reach, the farthest first."""
    grants = []
    for reach in sorted(set(row.who.values()), reverse=True):
        roles, code = (role for role in Role if row.who.get(role) == reach), reach.name.lower()
        grants.append(Grant(_roles(roles, lang), codelist("reach").label(code, lang), code))
    return tuple(grants)


def _roles(roles: Iterable[Role], lang: str) -> tuple[str, ...]:
    return tuple(codelist("role").label(role, lang) for role in roles)


def _cell(rule: Rule) -> str:
    who = "; ".join(f"**{grant.code}**: {', '.join(grant.roles)}" for grant in rule.grants)
    return f"{who} | {_PROOFS[rule.stepup]}"
