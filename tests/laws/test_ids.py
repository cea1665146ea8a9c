"""Every id that there is, in every address, tried by everybody without a grant: none is told from a wrong one."""

from collections.abc import Iterator, Mapping
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from casework import clock
from casework.cases import duty_roster
from casework.cases.advice import Advice
from casework.cases.task_entry import Task
from casework.desk import actions as desk
from casework.desk import due_actions
from casework.intake import actions as intake
from casework.intake.advice_actions import record_advice
from casework.notices import actions as notices
from casework.referrals import sending_actions as sending
from casework.retention import voiding
from casework.vault.keys.count_ledger import ledger_id
from tests.browsing import browser_of, without_minute
from tests.house import House, only_sqlite
from tests.laws.acts_of_routes import ACTS
from tests.laws.test_routes import IDS
from tests.people import THANH_SON
from tests.referrals.scenes import ASKED, Referred, ground, referred
from tests.stories import dao
from tests.tampering import stolen

pytestmark = only_sqlite
# None of these has a grant to the case: a colleague, other agencies, the chair, those without keys, the next commune.
STRANGERS = ("mai", "phuc", "nga", "chinh", "thu", "rang", "hien", "quang", "son", "luu")
# Shows telephone numbers; the draft in its address is only where its link leads. Of a text that is not one's own, or is
# gone, nothing is said: one is led home.
OPENS_NOTHING = {"intake.steps", "accounts.kept.go_on", "accounts.kept.read", "accounts.kept.discard"}
REST = {
    "number": 3,
    "word": "contact",
    "detail": "duty_phone",
    "kind": "dong-y",
    "clock": "child_plan",
    "due": "contact",
    "week": duty_roster.monday_of(clock.today()).isoformat(),
    "form_id": UUID(int=1),
}
TYPED = {
    "words": "x",
    "outcome": "provided",
    "asks": "police",
    "hour": "0:00",
    "reached": "yes",
    "who": "x",
    "base": "1",
    "query": "dao",
}


def filled(app: Flask, rule: Rule, method: str, ids: Mapping[str, UUID]) -> str:
    """Build the address of a route with some ids."""
    given = {name: ids.get(name, REST.get(name)) for name in rule.arguments if name not in (rule.defaults or {})}
    with app.test_request_context():
        return str(app.url_map.bind("localhost").build(rule.endpoint, given, method=method))


def true_ids(house: House, referral: Referred) -> Iterator[dict[str, UUID]]:
    """Yield whole sets of ids that belong together, then every other id in each place."""
    lan = house["lan"]
    health = ground(house, referral.case_id, "health_station")
    unopened = lan.does(sending.send, referral.case_id, health, ASKED)
    draft = lan.does(intake.start_draft, {1: {"danger": "no"}})
    notice = {"notice_id": lan.does(notices.send, referral.case_id, readers=[house["vinh"].id])}
    advice = Advice(asked_on="2026-11-02", channel="GOI_DIEN", topics=("rights",), words="hỏi về giấy tờ")
    notice["contact_id"] = lan.does(record_advice, advice)
    lan.does(due_actions.plan_contact, referral.case_id, Task(due_on=clock.today().isoformat()))
    [planned] = lan.does(desk.read_case, referral.case_id).contacts
    notice["item_id"] = planned.series
    twice, code = lan.opens_a_case(dao(grounds=())), lan.does(desk.read_case, referral.case_id).line.code
    lan.does(voiding.merge_case, twice, code, "một người")
    notice["merged_id"] = twice
    for ground_id, referral_id in ((referral.ground_id, referral.referral_id), (health, unopened)):
        together = {"case_id": referral.case_id, "ground_id": ground_id, "referral_id": referral_id} | notice
        no_case = dict.fromkeys(("place_id", "member_id", "agency_id", "change_id"), referral.case_id)
        yield together | {"draft_id": draft} | no_case
    with stolen(house) as thief:
        documents = thief.rows("document", case_id=referral.case_id)
    others = {
        *notice.values(),
        referral.referral_id,
        ledger_id(THANH_SON),
        documents[0]["id"],
        documents[-1]["series"],
    }
    for other in others:
        yield dict.fromkeys(IDS, other)


def answered(client: FlaskClient, path: str, method: str, ids: Mapping[str, UUID]) -> tuple[int, bytes]:
    """Ask, and return the status and the bytes without the ids that were asked for."""
    typed = TYPED | {"outcome": "needs_met" if path.endswith("/dong") else TYPED["outcome"]}
    answer = client.open(path, method=method, data=typed if method == "POST" else None)
    body = without_minute(answer.data)
    for case_id in set(ids.values()):
        body = body.replace(str(case_id).encode(), b"ID")
    return answer.status_code, body


def chosen(tries: list[dict[str, UUID]], share: int, turn: int) -> list[dict[str, UUID]]:
    """The two true addresses, and of the ids in wrong places one of so many, on another route and turn other ones."""
    true, astray = tries[:2], tries[2:]
    return [*true, *(ids for n, ids in enumerate(astray) if (n + turn) % share == 0)]


# In every run each id is tried on each route by a third of the strangers; in the long proofs by all.
@pytest.mark.parametrize("share", [3, pytest.param(1, marks=pytest.mark.prove)])
@pytest.mark.parametrize("username", STRANGERS)
def test_no_id_of_a_referred_case_is_told_from_one_that_does_not_exist(app: Flask, house: House, username, share):
    one = referred(house).goes("open", "accept")
    client = browser_of(app, house[username])
    wrong: list[tuple[str, str, int, int]] = []
    rules = [rule for rule in app.url_map.iter_rules() if IDS & rule.arguments]
    routes = [
        (m, rule) for rule in rules for m in ("GET", "POST") if (m, rule.endpoint) in ACTS and m in (rule.methods or ())
    ]
    assert len(routes) > 40
    tries = list(true_ids(house, one))
    for turn, (method, rule) in enumerate(routes, STRANGERS.index(username)):
        missing = {name: uuid4() for name in IDS}
        refused = answered(client, filled(app, rule, method, missing), method, missing)
        # Who may not do it at all is refused before an id is looked at (test_routes): once more shows that.
        # Ids in places that a route does not have make no other address.
        some = tries[:1] if refused[0] == 403 else chosen(tries, share, turn)
        addresses = {filled(app, rule, method, ids): ids for ids in some}
        for path, ids in addresses.items():
            found = answered(client, path, method, ids)
            if found != refused or (found[0] not in {403, 404} and rule.endpoint not in OPENS_NOTHING):
                wrong.append((method, rule.rule, found[0], refused[0]))
    assert wrong == [], sorted({(row[0], row[1], row[2]) for row in wrong})


@pytest.mark.parametrize("username", ["thu", "chinh", "quang", "son", "cuong"])
def test_a_release_is_never_asked_for_by_its_number(app: Flask, house: House, username):
    client = browser_of(app, house[username])
    for name in ("1", "0", "-1", "2026-Q3", str(ledger_id(THANH_SON))):
        assert client.get(f"/so-lieu/{name}").status_code == 404
        assert client.post("/chot-ky/cong-bo", data={"period": name, "mark": name}).status_code == 403
        asked, bare = (client.get(f"/so-lieu{query}") for query in (f"?ky={name}&number={name}", ""))
        assert (asked.status_code, without_minute(asked.data)) == (bare.status_code, without_minute(bare.data))
