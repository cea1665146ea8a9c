"""Removing a commune on PostgreSQL: the service may delete no line of the log, the owner of the tables does it."""

import pytest

from tests.administration.removable_commune import NAME, after_retention, made_book
from tests.administration.several_communes import rows_of
from tests.commands import call
from tests.deploy.roles import Roles
from tests.people import DONG_HAI, THANH_SON

pytestmark = pytest.mark.parametrize("house", ["postgresql"], indirect=True)


def test_the_service_is_told_to_ask_the_owner_who_does_it(roles: Roles):
    book = made_book(roles.house)
    before = rows_of(book.url, DONG_HAI)
    file = book.folder / "casework.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(book.url, roles.url("app")), encoding="utf-8")
    with after_retention():
        done = book.removes()
        assert (done.exit_code, "--owner-url" in done.output) == (1, True), done.output
        assert rows_of(book.url, THANH_SON)["case_file"]
        typed = "".join(f"{line}\n" for line in book.typed())
        done = call(*book.words("--owner-url", roles.url("owner")), typed=typed)
    assert (done.exit_code, NAME in done.output) == (0, True), done.output
    assert not any(rows_of(book.url, THANH_SON).values())
    assert rows_of(book.url, DONG_HAI) == before
