"""Every form that writes, as a person fills it in: however the page is lost, what was typed is there again.

The forms are found, not listed: a route that takes a form and whose form stands on no page that was found fails.
"""

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse
from wtforms import HiddenField

from casework import clock
from casework.accounts.kept_form_actions import TypedForm, read_kept_forms
from casework.vault.keys.kept_forms import MOST_FORMS
from casework.vault.keys.sessions import token_from
from casework.web import forms
from casework.web.form_tokens import SECRET
from casework.web.session_loading import COOKIE
from tests.browsing import browser_of
from tests.house import only_sqlite
from tests.laws.every_form import SECRETS_ALONE, WHO, Filled, Scene, found_forms, kind_of, missing, scene

__all__ = ["scene"]
MINUTE = 60 * clock.MICROSECOND


def standing_in(page: TestResponse) -> dict[str, list[str]]:
    """What stands in the boxes of a page by name: typed, chosen, or carried unseen."""
    standing: dict[str, list[str]] = {}
    for box in html.fromstring(page.text).xpath("//main//textarea|//main//select|//main//input"):
        if box.tag == "select":
            values = box.xpath("./option[@selected]/@value")
        elif box.get("type") in ("radio", "checkbox"):
            values = [box.get("value")] if box.get("checked") is not None else []
        else:
            values = [str(box.text or "").removeprefix("\n") if box.tag == "textarea" else box.get("value") or ""]
        standing.setdefault(box.get("name"), []).extend(values)
    return standing


def lost_in(page: TestResponse, form: Filled) -> list[str]:
    """The names of what was typed and does not stand in a page."""
    standing = {name: _with_newlines(values) for name, values in standing_in(page).items()}
    return [
        *(name for name, value in form.typed if value.replace("\r\n", "\n") not in standing.get(name, [])),
        *(f"{name} ticked" for name, value in form.cleared if value in standing.get(name, [])),
    ]


def _with_newlines(values: list[str]) -> list[str]:
    return [value.replace("\r\n", "\n") for value in values]


class Loser:
    """Somebody with a browser who loses forms in one way, and comes back."""

    def __init__(self, scene: Scene, client: FlaskClient, who: str) -> None:
        self.scene, self.client, self.who = scene, client, scene.house[who]

    def loses(self, how: str, form: Filled) -> str:
        """Lose a form; return where it should be shown again."""
        answer: TestResponse = getattr(self, how)(form)
        if how == "leaves_the_page":
            return answer.text
        if how == "has_an_older_token":
            return html.fromstring(answer.text).xpath("string(//main//a[starts-with(@href, '/viet-do/')]/@href)")
        found = re.search(r"tiep=(/[^&]*)", answer.location or "")
        return found[1] if found else form.page

    def is_locked(self, form: Filled) -> TestResponse:
        later = clock.micros() + 20 * MINUTE
        with clock.use_clock(lambda: later):
            return self.client.post(form.action, data=form.sent)

    def has_signed_out(self, form: Filled) -> TestResponse:
        self.client.delete_cookie(COOKIE)
        return self.client.post(form.action, data=form.sent)

    def has_an_older_token(self, form: Filled) -> TestResponse:
        return self.client.post(form.action, data={**form.sent, "csrf_token": ["của phiên trước"]})

    def leaves_the_page(self, form: Filled) -> TestResponse:
        return self.client.post("/viet-do", data=form.sent)

    def has_kept(self) -> tuple[TypedForm, ...]:
        token = token_from(self.who.cookie)
        assert token is not None
        return self.who.does(read_kept_forms, token=token)

    def comes_back(self) -> None:
        self.who.leaves()
        self.client.set_cookie(COOKIE, self.who.cookie, secure=True)


# The lock comes last: what is kept behind it is kept in twenty minutes.
WAYS = ("leaves_the_page", "has_signed_out", "has_an_older_token", "is_locked")


@only_sqlite
def test_whatever_is_typed_into_any_form_is_there_again_however_its_page_is_lost(scene: Scene):
    clients = {who: browser_of(scene.app, scene.house[who]) for who in WHO}
    found = found_forms(scene, clients)
    assert missing(scene.app, found) == set()
    typed = [form for form in found if form.typed and kind_of(scene.app, form)[0] not in SECRETS_ALONE]
    assert [kind_of(scene.app, form) for form in typed if not form.token] == []
    lost = []
    for way, who in itertools.product(WAYS, WHO):
        loser, own = Loser(scene, clients[who], who), [form for form in typed if form.who == who]
        for start in range(0, len(own), MOST_FORMS):
            some = own[start : start + MOST_FORMS]
            shown = {form: loser.loses(way, form) for form in some}
            loser.comes_back()
            kept = {form.id: form.fields for form in loser.has_kept()}
            for form, address in shown.items():
                # One way is enough to see it in its page; of the others it is enough that all of it is kept.
                id_of_form = UUID(address.removeprefix("/viet-do/")) if address.startswith("/viet-do/") else None
                if way == WAYS[0] or id_of_form is None:
                    names = lost_in(clients[who].get(address, follow_redirects=True), form)
                else:
                    names = [name for name, value in form.typed if (name, value) not in kept[id_of_form]]
                lost += [(way, kind_of(scene.app, form)[0], name) for name in names]
    lost += list(_lost_where_nothing_can_be_kept(scene, clients, typed))
    assert sorted(set(lost)) == []


def _lost_where_nothing_can_be_kept(
    scene: Scene, clients: Mapping[str, FlaskClient], typed: list[Filled]
) -> Iterator[tuple[str, str, str]]:
    """Send every form while each act is refused, as after somebody has put a trigger into the database.

    Nothing is kept then either: the answer itself must hold what was typed.
    """
    with scene.house.gate.database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TRIGGER planted AFTER DELETE ON slot BEGIN SELECT 1; END")
    for form in typed:
        answer = clients[form.who].post(form.action, data=form.sent)
        assert answer.status_code in (422, 503)
        for name in lost_in(answer, form):
            yield "refused", kind_of(scene.app, form)[0], name


def test_every_box_for_a_secret_has_a_name_that_is_never_kept_and_no_other_box_has_one():
    """Of every form class of the program; a passphrase, a code or digits must be typed again."""
    secret: set[str] = set()
    others: set[str] = set()
    for form in (form for form in _below(forms.Form) if form.__module__.startswith("casework.")):
        for name, unbound in vars(form).items():
            kind = getattr(unbound, "field_class", None)
            if kind is not None and not issubclass(kind, HiddenField):
                (secret if _is_secret(kind) else others).add(name)
    assert secret
    assert secret <= SECRET
    assert others & SECRET == set()


def _is_secret(kind: type) -> bool:
    return issubclass(kind, forms.Password | forms.Digits | forms.DoorCode | forms.PaperCodeField | forms.ShortCode)


def _below(kind: Any) -> Iterator[Any]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)
