"""A talk that was promised with advice, and the channel, go along when the advice becomes a case."""

from lxml import html

from casework import clock
from casework.cases.sections import Plan
from casework.desk import actions as desk
from casework.intake import advice_actions as advice
from casework.policy.vocabulary import Section
from tests.house import only_sqlite
from tests.intake.filling import EVENT, PERSON, REACH, READERS, SHARING, sends, submits
from tests.intake.test_advice import ASKED, contact, day, today

pytestmark = only_sqlite


def test_a_promised_talk_and_the_channel_go_along_into_the_case_until_the_plan_says_otherwise(lan, browser):
    today_ = clock.today()
    how = "chị tự đến phiên chợ sau"
    contact_id = lan.does(advice.record_advice, contact(again_on=today_.isoformat(), again_how=how, channel="NHAN_TIN"))
    client = browser("lan")
    sent = {**ASKED, **today(), **day("again_on", today_), "again_how": how, "channel": "NHAN_TIN", "base": "1"}
    client.post(f"/tu-van/{contact_id}", data={**sent, "promote": "1"})
    page = html.fromstring(client.get(f"/ghi-nhan/{contact_id}/3").text)
    assert page.xpath("//*[@name='report_channel']//option[@selected]/@value") == ["NHAN_TIN"]
    for number, answers in (
        (2, READERS),
        (3, {**REACH, "report_channel": "NHAN_TIN"}),
        (4, PERSON),
        (5, EVENT),
        (6, SHARING),
    ):
        assert sends(client, contact_id, number, answers).status_code == 303
    submits(client, contact_id)
    (plan,) = lan.does(desk.read_section, contact_id, Section.PLAN)
    assert how in plan.data.to_json()["actions"]
    (due,) = lan.does(desk.list_cases, whole_page=True).again
    assert (due.id, due.opened) == (contact_id, True)
    assert f"/vu-viec/{contact_id}/plan/sua" in client.get("/hom-nay").text
    assert lan.does(advice.list_advice) == ()
    lan.does(desk.write_section, contact_id, Plan(actions="Đã gặp ở chợ."), base=1)
    assert lan.does(desk.list_cases, whole_page=True).again == ()
