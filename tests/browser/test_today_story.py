"""Hôm nay on a phone: a note with its next contact in thirty seconds, and what is due dealt with in two taps."""

from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Browser

from casework import clock
from casework.cases import holder_transfer
from casework.cases.sections import Assessment
from casework.cases.task_entry import Task
from casework.desk import actions as desk
from casework.desk import due_actions
from tests.browser.test_case_page import SMALL
from tests.browser.walking import OLD, Walk
from tests.house import House, Someone, only_sqlite
from tests.stories import dao

pytestmark = only_sqlite
WAYS = pytest.mark.parametrize("scripts", ["on", "off", "old"])
# Seconds of one letter on a telephone (36 words a minute: Palin and others 2019), of a tap that has to be aimed, and
# of making up one's mind before a step (keystroke-level model: Card, Moran and Newell 1980).
LETTER, TAP, THOUGHT = 0.33, 1.1, 1.35
WORDS = "Đã gọi, chị ấy ổn, con đi học lại."


class Thumb(Walk):
    """Somebody on a phone, whose taps and letters are counted."""

    seconds = 0.0
    taps = 0

    def taps_on(self, what: str) -> None:
        self.page.locator(what).first.click()
        self.taps += 1
        self.seconds += THOUGHT + TAP

    def types(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.seconds += LETTER * len(text)

    def arrives(self, what: str) -> None:
        self.page.wait_for_selector(what, state="attached")
        self.looks()
        self.wrong += [(self.page.url, html) for html in self.page.evaluate(SMALL)]

    def counts_from(self, path: str) -> None:
        """Come to a page, from which on every tap counts."""
        self.page.goto(self.site + path)
        self.arrives("main h1")
        self.seconds, self.taps = 0.0, 0


@pytest.fixture
def opened(chromium: Browser, house: House, site: str):
    walks: list[Thumb] = []

    def open_with(scripts: str) -> Thumb:
        walks.append(Thumb(chromium, site, 360, script=scripts != "off"))
        if scripts == "old":
            walks[-1].context.add_init_script(OLD)
        walks[-1].comes_with(house["lan"].cookie)
        return walks[-1]

    yield open_with
    for walk in walks:
        walk.context.close()


@pytest.fixture
def case_id(lan: Someone, mai: Someone) -> UUID:
    case_id = lan.opens_a_case(dao(grounds=(), assessment=Assessment()))
    lan.does(holder_transfer.transfer_holder, case_id, lan.id, mai.id)
    return case_id


def planned_for_today(lan: Someone, case_id: UUID) -> None:
    today = Task(due_on=clock.today().isoformat(), how="call", what="hỏi thăm")
    lan.does(due_actions.plan_contact, case_id, today)


@WAYS
def test_a_note_with_its_next_contact_takes_no_thirty_seconds(opened, lan, case_id, scripts):
    thumb = opened(scripts)
    thumb.counts_from(f"/vu-viec/{case_id}")
    thumb.taps_on("#words")
    thumb.types(WORDS)
    thumb.taps_on("label:has-text('3 ngày nữa') input")
    thumb.taps_on("text='Lưu ghi chú'")
    thumb.arrives("text='Đã lưu ghi chú và lần hẹn tới.'")
    assert (thumb.taps, thumb.wrong) == (3, [])
    assert thumb.seconds <= 30
    [contact] = lan.does(desk.read_case, case_id).contacts
    assert contact.task.due_on == (clock.today() + timedelta(days=3)).isoformat()


@WAYS
def test_what_is_due_is_done_in_two_taps(opened, lan, case_id, scripts):
    planned_for_today(lan, case_id)
    thumb = opened(scripts)
    thumb.counts_from("/hom-nay")
    thumb.taps_on("main a[href*='/den-han/contact/']")
    thumb.arrives("text='Đã làm xong'")
    thumb.taps_on("text='Đã làm xong'")
    thumb.arrives("text='Hẹn lần tới khi nào?'")
    assert (thumb.taps, thumb.wrong) == (2, [])
    assert lan.does(desk.read_case, case_id).contacts == ()


@WAYS
@pytest.mark.parametrize(
    ("press", "said", "left"),
    [
        ("text='Chưa gặp được'", "Đã dời việc sang ngày khác.", (1, "")),
        ("text='Phạm Thu Mai'", "Đã giao việc cho đồng nghiệp.", (0, "mai")),
    ],
    ids=["moved", "handed on"],
)
def test_it_is_moved_or_handed_on_in_two_taps(opened, house, lan, case_id, scripts, press, said, left):
    planned_for_today(lan, case_id)
    thumb = opened(scripts)
    thumb.counts_from("/hom-nay")
    thumb.taps_on("main a[href*='/den-han/contact/']")
    thumb.arrives(press)
    thumb.taps_on(press)
    thumb.arrives(f"text='{said}'")
    assert (thumb.taps, thumb.wrong) == (2, [])
    days, to = left
    [contact] = lan.does(desk.read_case, case_id).contacts
    assert contact.task.due_on == (clock.today() + timedelta(days=days)).isoformat()
    assert contact.to == (house[to].id if to else None)


def test_the_weekend_and_the_sheet_fit_a_phone_and_the_sheet_has_codes_and_times_alone(opened, lan, case_id):
    planned_for_today(lan, case_id)
    thumb = opened("on")
    for path in ("/hom-nay", "/hom-nay/cuoi-tuan", "/hom-nay/in", f"/vu-viec/{case_id}/hen"):
        thumb.counts_from(path)
    assert thumb.wrong == []
    thumb.page.goto(thumb.site + "/hom-nay/in")
    thumb.page.emulate_media(media="print")
    printed = thumb.page.inner_text("main")
    assert lan.does(desk.list_cases).cases[0].code in printed
    assert not [word for word in ("hỏi thăm", "Gọi điện", "Hẹn", "Áo", "Mức") if word in printed]
