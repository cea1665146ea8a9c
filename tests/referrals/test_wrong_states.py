"""Every act from every state it does not lead on from is a Conflict, and nothing changes."""

from typing import Any

import pytest

from casework.cases.sections import Letter
from casework.errors import Conflict, NotFound
from casework.policy.vocabulary import Act
from casework.referrals import ground_actions, reader_actions, receiving_actions, slip_actions, transitions
from casework.referrals import sending_actions as sending
from tests.house import only_sqlite
from tests.referrals.scenes import everything, referred

pytestmark = only_sqlite
# How a referral comes to each state.
WAYS = {
    "sent": (),
    "opened": ("open",),
    "asked": ("open", "ask"),
    "accepted": ("open", "accept"),
    "done": ("open", "accept", "answer"),
    "declined": ("open", "decline"),
    "withdrawn": ("open", "withdraw"),
}
SLIP = Letter(slip_kind="invitation", place="Hội trường xã", ask_for="chị Hà")
DOING: dict[Act, tuple[Any, tuple[Any, ...], dict[str, Any]]] = {
    Act.REFERRAL_OPEN: (receiving_actions.open_referral, (), {}),
    Act.REFERRAL_ACCEPT: (receiving_actions.accept, (), {}),
    Act.REFERRAL_DECLINE: (receiving_actions.decline, ("không có ai trực",), {}),
    Act.REFERRAL_ASK: (receiving_actions.ask_back, ("ở đâu?",), {}),
    Act.REFERRAL_ANSWER: (receiving_actions.answer, (Letter(outcome="provided", words="xong"),), {}),
    Act.REFERRAL_REPLY: (sending.reply, ("thêm một điều",), {}),
    Act.REFERRAL_CALL: (sending.record_call, (Letter(when="2026-11-23"),), {"reached": True}),
    Act.REFERRAL_RECORD_ANSWER: (sending.record_answer, (Letter(outcome="provided", who="chị Hà"),), {}),
    Act.REFERRAL_WITHDRAW: (sending.withdraw, (), {}),
    Act.SLIP_MAKE: (slip_actions.make_slip, (SLIP,), {"safe": "yes"}),
    Act.REFERRAL_CHANGE: (reader_actions.change_readers, ((),), {}),
}
GONE = {"declined", "withdrawn"}


@pytest.mark.parametrize("state", WAYS)
def test_an_act_that_does_not_lead_on_changes_nothing(house, state):
    referral = referred(house).goes(*WAYS[state])
    assert referral.state == state
    assert set(DOING) == transitions.RECEIVING | transitions.SENDING
    before = everything(house, referral.case_id)
    for act, (doing, words, more) in DOING.items():
        if transitions.offers(state, act):
            continue
        receives = act in transitions.RECEIVING
        somebody = referral.to if receives else referral.lan
        with pytest.raises(NotFound if receives and state in GONE else Conflict):
            somebody.does(doing, *referral.at, *words, **more)
        assert everything(house, referral.case_id) == before, act


@pytest.mark.parametrize("state", WAYS)
def test_an_act_that_leads_on_is_offered_and_done(house, state):
    for act, (doing, words, more) in DOING.items():
        if not transitions.offers(state, act):
            continue
        referral = referred(house).goes(*WAYS[state])
        somebody = referral.to if act in transitions.RECEIVING else referral.lan
        assert act in somebody.does(receiving_actions.read_referral, *referral.at).can
        somebody.does(doing, *referral.at, *words, **more)


@pytest.mark.parametrize("state", WAYS)
def test_a_page_that_asks_for_an_act_is_shown_only_while_it_leads_on(house, browser, state):
    pages = {
        "chua-nhan": ("cuong", Act.REFERRAL_DECLINE),
        "hoi-lai": ("cuong", Act.REFERRAL_ASK),
        "tra-loi": ("cuong", Act.REFERRAL_ANSWER),
        "nhan-them": ("lan", Act.REFERRAL_REPLY),
        "ghi-ho": ("lan", Act.REFERRAL_RECORD_ANSWER),
        "nguoi-doc": ("lan", Act.REFERRAL_CHANGE),
        "phieu": ("lan", Act.SLIP_MAKE),
        "rut": ("lan", Act.REFERRAL_WITHDRAW),
    }
    referral = referred(house).goes(*WAYS[state])
    for word, (name, act) in pages.items():
        expected = 200 if transitions.offers(state, act) else 409
        if name == "cuong" and state in GONE:
            expected = 404
        assert browser(name).get(f"{referral.path}/{word}").status_code == expected, word
        if expected == 409:
            assert "vừa đổi trạng thái" in browser(name).get(f"{referral.path}/{word}").text


def test_a_ground_is_withdrawn_once(house, lan):
    referral = referred(house)
    lan.does(ground_actions.withdraw_ground, referral.case_id, referral.ground_id)
    before = everything(house, referral.case_id)
    with pytest.raises(Conflict):
        lan.does(ground_actions.withdraw_ground, referral.case_id, referral.ground_id)
    assert everything(house, referral.case_id) == before
