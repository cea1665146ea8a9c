"""Lines of the log that are not as the program wrote them."""

from types import SimpleNamespace

import pytest

from casework.audit import chain, read
from casework.audit.read import VisibleLine
from casework.errors import AlteredRow
from tests.house import House, only_sqlite


def test_nothing_is_decided_on_a_line_that_was_changed():
    assert read.believed([VisibleLine(1)]) == [VisibleLine(1)]
    with pytest.raises(AlteredRow):
        read.believed([VisibleLine(1), VisibleLine(2, altered=True)])


@only_sqlite
def test_a_line_of_another_kind_of_value_does_not_hold(house: House):
    with house.crypto() as crypto:
        assert not chain.holds(crypto.server_keys, SimpleNamespace(body=1.5), 1, b"")
