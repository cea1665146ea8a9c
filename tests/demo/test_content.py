"""The fictional commune is complete, speaks in known codes, and holds nobody real."""

import re
import tomllib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from casework.cases.sections import SECTIONS
from casework.codelists import codelist
from casework.demo.content import DemoCase, DemoExchange, commune, demo_cases, offices
from casework.policy.vocabulary import Section

DEMO = Path(__file__).parents[2] / "casework" / "demo"
FICTIONAL_PHONE = re.compile(r"0900 000 \d{3}")
HUMAN_ROLES = {role.code for role in codelist("role") if role.flag("person")}

Table = dict[str, Any]
# "con cháu" are the children of somebody old.
_CHILD = re.compile(r"trẻ em|(?<!con )cháu")
CODES = {
    "danger": "answer",
    "only_counselling": "answer",
    "pronoun": "pronoun",
    "channel": "report_channel",
    "reporter_type": "reporter_type",
    "needs": "need",
    "contact.channel": "safe_channel",
    "contact.hours": "safe_hours",
    "identity.sex": "sex",
    "identity.vulnerable": "vulnerable_group",
    "incident.acts": "dv_act",
    "incident.other": "gbv_other",
    "incident.place": "place_of_incident",
    "incident.time_of_day": "time_of_day",
    "incident.weapon": "weapon",
    "incident.children_present": "answer",
    "incident.again": "recurrence",
    "injuries.what": "injury",
    "injuries.seen": "injury_seen",
    "injuries.urgent": "injury_urgency",
    "perpetrator.relation": "relation",
    "perpetrator.age": "perpetrator_age",
    "perpetrator.sex": "sex",
    "perpetrator.number": "perpetrator_number",
    "perpetrator.where": "perpetrator_where",
    "perpetrator.past": "perpetrator_past",
    "perpetrator.next": "perpetrator_next",
    "assessment.answers": "risk_question",
    "assessment.level": "risk_level",
    "children.involvement": "child_involvement",
    "closed.reason": "closing_reason",
}
GROUND_CODES = {
    "kind": "ground_kind",
    "receiver": "agency",
    "consent": "consent_state",
    "form": "consent_form",
    "duty": "duty_article",
    "consent_by": "consent_by",
    "representative_relation": "relation",
    "represented_because": "representation_reason",
    "suspected": "answer",
}


def read(path: Path) -> Table:
    return tomllib.loads(path.read_text(encoding="utf-8"))


COMMUNE = read(DEMO / "commune.toml")
PEOPLE: list[Table] = read(DEMO / "people.toml")["person"]
ADDRESSES: list[Table] = read(DEMO / "addresses.toml")["address"]
CASES: list[Table] = [case for path in sorted((DEMO / "cases").glob("*.toml")) for case in read(path)["case"]]
STAFF = {person["name"] for person in PEOPLE} | {address["host"] for address in ADDRESSES}
USERNAMES = {person["username"] for person in PEOPLE}
RECEIVING = {person["username"] for person in PEOPLE if person.get("agency") in ("womens_union", "police", "chairman")}
CHAIRS = {person["username"] for person in PEOPLE if person.get("agency") == "chairman"}


def breaking(holds: Callable[[Table], bool]) -> list[str]:
    """The cases for which something does not hold, by their age: no two are of one day."""
    return [f"{case['days_ago']} days" for case in CASES if not holds(case)]


def at(case: Table, path: str) -> list[str]:
    """The codes at a dotted path, as a list; empty where the case has none."""
    value: Any = case
    for step in path.split("."):
        value = value.get(step, {})
    return [value] if isinstance(value, str) else list(value)


def texts(value: Any) -> Iterator[str]:
    """Every text inside a table."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)
    elif isinstance(value, dict):
        yield from texts(list(value.values()))


def test_there_are_some_sixty_cases_over_fourteen_months():
    days = sorted(case["days_ago"] for case in CASES)
    assert len(CASES) == 62
    assert len(set(days)) == 62, "two cases on one day hide a mistake"
    assert days[0] <= 7
    assert 400 <= days[-1] <= 430
    assert max(after - before for before, after in pairwise(days)) <= 45


def test_every_human_role_but_lead_and_chair_has_two_people_and_there_are_enough_counsellors():
    roles = [person["role"] for person in PEOPLE]
    assert set(roles) == HUMAN_ROLES
    assert all(roles.count(role) >= 2 for role in HUMAN_ROLES - {"lead", "chair"})
    assert roles.count("lead") == roles.count("chair") == 1
    assert roles.count("counsellor") >= 4


def test_the_union_has_one_chair_and_deputies():
    of_the_union = [person for person in PEOPLE if person.get("agency") == "womens_union"]
    titles = [
        (person["role"], person["title"].split(" Hội")[0]) for person in of_the_union if "Chủ tịch" in person["title"]
    ]
    assert sorted(titles) == [("deputy", "Phó Chủ tịch")] * 3 + [("lead", "Chủ tịch")]


def test_people_work_where_their_role_is_held():
    for person in PEOPLE:
        agencies = codelist("role").get(person["role"]).texts("agencies")
        assert person.get("agency", "") in (agencies or ("",)), person["username"]


def test_every_agency_and_twelve_hamlets_stand_in_the_commune():
    assert set(COMMUNE["agencies"]) <= set(commune().agencies) == set(codelist("agency").codes)
    assert len(set(COMMUNE["commune"]["hamlets"])) == 12


def test_usernames_are_plain_and_nobody_shares_a_name():
    assert len(USERNAMES) == len(PEOPLE) == len({person["name"] for person in PEOPLE})
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+", username) for username in USERNAMES)


def test_fifteen_trusted_addresses_have_a_kind_a_hamlet_and_room():
    assert len(ADDRESSES) == len({address["key"] for address in ADDRESSES}) == 15
    for address in ADDRESSES:
        assert address["kind"] in codelist("address_kind")
        assert address["hamlet"] in COMMUNE["commune"]["hamlets"]
        assert 1 <= address["capacity"] <= 10
        assert address["opening"]


def test_every_number_and_no_other_is_fictional():
    digits = re.compile(r"\d[\d .]{5,}\d")
    for text in texts([COMMUNE, PEOPLE, ADDRESSES, CASES]):
        for number in digits.findall(text):
            assert FICTIONAL_PHONE.fullmatch(number), text


def test_every_code_of_a_case_is_known():
    used = [(path, code, name) for case in CASES for path, name in CODES.items() for code in at(case, path)]
    for ground in (ground for case in CASES for ground in case.get("grounds", [])):
        used += [(f"grounds.{key}", ground[key], name) for key, name in GROUND_CODES.items() if key in ground]
    assert [(path, code) for path, code, name in used if code not in codelist(name)] == []


def test_every_case_has_the_answers_that_intake_asks_for():
    places, hamlets = {address["key"] for address in ADDRESSES}, (*COMMUNE["commune"]["hamlets"], "")
    asked = ("call_her", "channel", "hours", "never_say", "say_you_are")
    assert breaking(lambda case: case["opened_by"] in RECEIVING) == []
    assert breaking(lambda case: case.get("first_told", "lan.hoi") in USERNAMES) == []
    assert breaking(lambda case: case["address"] in places) == []
    assert breaking(lambda case: all(case["contact"][key] for key in asked)) == []
    assert breaking(lambda case: case["identity"]["hamlet"] in hamlets) == []
    assert breaking(lambda case: bool(case["incident"]["acts"] or case["incident"]["other"])) == []
    assert breaking(lambda case: case["incident"]["happened_on"] >= 0) == []
    assert breaking(lambda case: bool(case["injuries"]["what"] and case["needs"])) == []


def test_a_number_is_given_where_the_safe_channel_needs_one():
    channels = codelist("safe_channel")
    by_phone = {code.code for code in channels if code.flag("by_phone")}
    assert breaking(lambda case: bool(case["contact"]["phone"]) == (case["contact"]["channel"] in by_phone)) == []


def test_the_story_is_two_to_five_sentences_and_no_chair_records_one():
    def short(story: str) -> bool:
        return 2 <= len(re.findall(r"[.?!](?:\s|$)", story)) <= 5 and "\n" not in story and len(story) >= 80

    assert breaking(lambda case: ("story" in case) == (case["opened_by"] not in CHAIRS)) == []
    assert breaking(lambda case: "story" not in case or short(case["story"])) == []


def test_no_two_stories_are_alike():
    stories = [case["story"] for case in CASES if "story" in case]
    assert len(set(stories)) == len(stories)
    sentences = [part for story in stories for part in re.split(r"(?<=[.?!]) ", story)]
    assert len(sentences) == len(set(sentences))


def test_names_are_distinctive_and_belong_to_no_staff():
    names = [case[part]["name"] for case in CASES for part in ("identity", "perpetrator")]
    known = [name for name in names if name]
    kin = {person["name"] for case in CASES for person in case.get("excluded", [])}
    assert len(known) == len(set(known))
    assert all(len(name) >= 8 for name in known)
    assert STAFF.isdisjoint(known)
    assert kin <= STAFF
    assert len([case for case in CASES if case["identity"]["name"]]) >= 50


def test_names_stand_in_no_address_or_code_list():
    public = "\n".join(texts([COMMUNE, PEOPLE, ADDRESSES]))
    for case in CASES:
        assert not case["identity"]["name"] or case["identity"]["name"] not in public


def test_three_cases_are_closed_to_somebody_in_an_agency():
    sealed = [case for case in CASES if "excluded" in case]
    assert len(sealed) == 3
    for case in sealed:
        shut_out = {person["username"] for person in case["excluded"]}
        assert len(set(case["circle"])) >= 2
        assert case["opened_by"] in case["circle"]
        assert set(case["circle"]) <= USERNAMES
        assert shut_out <= USERNAMES
        assert shut_out.isdisjoint(case["circle"])


def test_what_came_later_came_after_the_intake_and_before_today():
    def days(case: Table) -> list[int]:
        return [note["after_days"] for note in case.get("notes", [])]

    assert breaking(lambda case: len(days(case)) <= 4 and days(case) == sorted(days(case))) == []
    assert breaking(lambda case: all(0 < day <= case["days_ago"] for day in days(case))) == []
    assert breaking(lambda case: (case["state"] == "closed") == ("closed" in case)) == []
    closed = {case["days_ago"]: (max([0, *days(case)]), case["closed"]) for case in CASES if "closed" in case}
    assert [day for day, (last, end) in closed.items() if not last <= end["after_days"] <= day] == []


def test_grounds_say_what_their_kind_needs():
    def whole(ground: Table) -> bool:
        of_consent, of_duty = ground["kind"] == "consent", ground["kind"] == "duty"
        said = bool(ground["reason"] if ground["kind"] == "danger" else ground["words"])
        return ("consent" in ground, "duty" in ground) == (of_consent, of_duty) and said

    assert breaking(lambda case: all(whole(ground) for ground in case.get("grounds", []))) == []


def test_the_chair_is_told_only_of_violence_in_a_family():
    referred_to_chair = [
        case for case in CASES if "chairman" in {ground["receiver"] for ground in case.get("grounds", [])}
    ]
    assert referred_to_chair
    assert [
        case for case in referred_to_chair if not case["incident"]["acts"] or case["only_counselling"] != "no"
    ] == []


def test_the_police_must_be_assigned_only_where_the_article_says_so():
    def holds(case: Table) -> bool:
        named = any(ground.get("duty") == "L13_20_4" for ground in case.get("grounds", ()))
        groups = {"TRE_EM", "PN_MANG_THAI", "NGUOI_CAO_TUOI", "NGUOI_KHUYET_TAT"}
        in_danger = case["danger"] == "yes" or "pregnancy" in at(case, "injuries.what")
        return not named or in_danger or not groups.isdisjoint(at(case, "identity.vulnerable"))

    assert breaking(holds) == []


def test_every_kind_of_person_and_violence_is_there():
    sexes = {case["identity"]["sex"] for case in CASES}
    others = {case["perpetrator"]["sex"] for case in CASES}
    relations = {case["perpetrator"]["relation"] for case in CASES}
    acts = {act for case in CASES for act in case["incident"]["acts"]}
    other = {act for case in CASES for act in case["incident"]["other"]}
    assert sexes == {"NU", "NAM", "KHAC_KHONG_GHI"}
    assert others == sexes
    assert {case["perpetrator"]["number"] for case in CASES} == set(codelist("perpetrator_number").codes)
    assert len(relations) >= 18
    assert acts == set(codelist("dv_act").codes)
    assert other >= set(codelist("gbv_other").codes) - {"KHAC"}
    assert {case["identity"]["hamlet"] for case in CASES} >= set(COMMUNE["commune"]["hamlets"])


def sent_letters() -> Iterator[tuple[str, DemoCase, DemoExchange]]:
    """Every letter that a case may be referred with: the agency, the case, and what passes between them."""
    for case in demo_cases():
        for agency in {entry.receiver for entry in case.answers.grounds} & set(offices()):
            for turn in range(len(offices()[agency].exchanges)):
                yield agency, case, offices()[agency].exchange(case.answers, turn)


def test_a_letter_asks_for_what_its_agency_gives():
    needs = codelist("need")
    asked = {(agency, need) for agency, _, exchange in sent_letters() for need in exchange.letter.asks}
    assert len(asked) >= len(offices())
    assert {need for agency, need in asked if needs.get(need).text("agency") != agency} == set()


def test_a_letter_about_a_child_speaks_of_the_child_and_no_other_letter_does():
    words = [
        ("TRE_EM" in case.answers.identity.vulnerable, exchange.letter.words)
        for agency, case, exchange in sent_letters()
        if agency != "child_protection"
    ]
    assert {child for child, _ in words} == {True, False}
    assert [text for child, text in words if bool(_CHILD.search(text.lower())) != child] == []


def test_a_letter_says_only_what_its_case_says():
    for _, case, exchange in sent_letters():
        answers, said = case.answers, f"{exchange.letter.words} {exchange.answer.words}"
        married = answers.perpetrator.relation == "VO_CHONG" and answers.identity.sex == "NU"
        assert married or not re.search(r"\b[Cc]hồng\b(?! (lên|trên))", said.replace("vợ chồng", "")), said
        assert "mang thai" not in said or "pregnancy" in answers.injuries.what, said
        assert "cao tuổi" not in said or "NGUOI_CAO_TUOI" in answers.identity.vulnerable, said
        assert "trong gia đình" not in said or answers.incident.acts, said


def test_every_letter_belongs_to_some_case_and_every_condition_is_a_known_answer():
    exchanges = [exchange for office in offices().values() for exchange in office.exchanges if exchange.when]
    used = [exchange for _, _, exchange in sent_letters()]
    assert [exchange.letter.words for exchange in exchanges if exchange not in used] == []
    for path, codes in [pair for exchange in exchanges for pair in exchange.when.items()]:
        section, name = path.split(".")
        question = SECTIONS[Section[section.upper()]].questions()[name]
        assert set(codes) <= set(codelist(question.codelist or "").codes), path
