"""How the register grew: no address is counted twice, lost, or before it was one."""

from datetime import date
from itertools import pairwise
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from casework.addresses.growth import growth_of
from casework.cases.states import AddressState
from casework.cases.trusted_addresses import AddressEntry, AddressHistory, AddressRegister, TrustedAddress

TODAY = date(2026, 11, 30)
HAMLETS = ("Thôn Đoài", "Thôn Đông", "Thôn Bãi Dâu")
DAYS = st.dates(date(2024, 1, 1), TODAY)


def place(began: str = "", recognised: str = "", ended: str = "", trained: tuple[str, ...] = (), hamlet=HAMLETS[0]):
    states = [(began, "active")] if began else []
    states += [(ended, "retired")] if ended else []
    entry = AddressEntry("Nhà", "Bà Tư", hamlet, "private_home", 2, "ngày và đêm", "0900000106", recognised=recognised)
    history = AddressHistory(tuple(states), tuple((day, "sơ cứu") for day in trained))
    return TrustedAddress(uuid4(), entry, AddressState.RETIRED if ended else AddressState.ACTIVE, history)


def grown(*places):
    return growth_of(AddressRegister(places, HAMLETS), TODAY)


def test_hamlets_without_an_address_are_named_and_one_that_was_given_up_fills_none():
    growth = grown(place("2026-01-02"), place("2025-01-02", ended="2026-01-02", hamlet=HAMLETS[1]))
    assert dict(growth.hamlets) == {"Thôn Đoài": 1, "Thôn Đông": 0, "Thôn Bãi Dâu": 0}
    assert growth.without == HAMLETS[1:]


def test_a_year_counts_what_stood_at_its_end_what_was_new_given_up_and_trained():
    growth = grown(
        place("2025-05-01"),
        place("2026-02-01", recognised="2024-12-31", trained=("2025-03-01", "2025-09-01", "2026-01-05")),
        place("2025-06-01", ended="2026-03-01"),
    )
    years = {year.year: (year.standing, year.added, year.given_up, year.trained) for year in growth.years}
    assert years == {2024: (1, 1, 0, 0), 2025: (3, 2, 0, 1), 2026: (2, 0, 1, 1)}
    assert growth.undated == 0


def test_one_of_which_no_beginning_is_known_stands_in_every_year_and_is_new_in_none():
    growth = grown(place(), place("2025-05-01"))
    assert [(year.year, year.standing, year.added) for year in growth.years] == [(2025, 2, 1), (2026, 2, 0)]
    assert growth.undated == 1


def test_an_empty_register_has_this_year_and_no_number():
    growth = grown()
    assert [(year.year, year.standing, year.added) for year in growth.years] == [(2026, 0, 0)]
    assert growth.without == HAMLETS


@given(st.lists(st.tuples(DAYS, st.none() | DAYS), max_size=12))
def test_what_stands_is_what_stood_and_what_came_less_what_went(lives: list[tuple[date, date | None]]):
    places = [place(began.isoformat(), ended=max(began, ended).isoformat() if ended else "") for began, ended in lives]
    years = grown(*places).years
    for before, after in pairwise(years):
        assert after.year == before.year + 1
        assert after.standing == before.standing + after.added - after.given_up
    assert years[-1].year == TODAY.year
    assert years[-1].standing == sum(not one.retired for one in places)
