"""The plan says what is published at which size, and where each case is counted."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.cases.sections import Facts
from casework.codelists import codelist
from casework.statistics.periods import Cadence, Period
from casework.statistics.plan import TOTAL, Cell, plan, read

FACTS = st.builds(
    Facts,
    received_on=st.just("2026-05-05"),
    sex=st.sampled_from(["", *codelist("sex").codes]),
    age_band=st.sampled_from(["", *codelist("age_band").codes]),
    types=st.lists(st.sampled_from(list(codelist("dv_type").codes)), unique=True).map(tuple),
    other=st.lists(st.sampled_from(list(codelist("gbv_other").codes)), unique=True, max_size=2).map(tuple),
    detailed=st.sampled_from(["yes", "no"]),
)


def tables_of(size: str, period: Period) -> list[str]:
    return [table.name for table in plan().due(plan().classes[size], period)]


def test_what_comes_out_depends_on_size_and_period_alone():
    quarter, last = Period(2026, Cadence.QUARTER, 3), Period(2026, Cadence.QUARTER, 4)
    assert tables_of("S1", quarter) == ["total", "form", "sex"]
    assert tables_of("S1", last) == ["total", "form", "sex", "age"]
    assert tables_of("S2", quarter) == ["total", "form", "sex", "age"]
    assert tables_of("S0", Period(2026, Cadence.HALF, 1)) == ["total"]
    assert tables_of("S0", Period(2026, Cadence.HALF, 2)) == ["total", "form", "sex", "age"]


@pytest.mark.parametrize(
    ("cases", "size"), [(0, "S0"), (9, "S0"), (10, "S1"), (59, "S1"), (60, "S2"), (999, "S2"), (5000, "S2")]
)
def test_the_size_follows_the_cases_of_a_year(cases, size):
    assert plan().class_of(cases).name == size


def test_every_class_publishes_the_total_whenever_it_publishes_at_all():
    for size in plan().classes.values():
        for month in (3, 6, 9, 12):
            due = tables_of(size.name, Period.of(date(2026, month, 1), Cadence.QUARTER))
            assert not due or due[0] == "total"


def test_a_yearly_table_covers_the_year_and_a_quarterly_one_the_quarter():
    last, s1 = Period(2026, Cadence.QUARTER, 4), plan().classes["S1"]
    spans = {name: plan().span(s1, plan().tables[name], last).name for name in ("total", "form", "age")}
    assert spans == {"total": "2026-Q4", "form": "2026-Q4", "age": "2026"}


@given(st.lists(FACTS, max_size=30))
def test_every_group_adds_up_to_the_total(cases):
    counted = plan().tally(cases)
    assert counted[TOTAL] == len(cases)
    for table in plan().tables.values():
        for group in table.groups:
            assert sum(counted[cell] for cell in group.cells) == len(cases)


@given(st.lists(FACTS, max_size=10))
def test_who_asks_to_be_left_out_of_detail_is_counted_where_nothing_is_said(cases):
    hidden = [
        Facts(**(facts.to_json() | {"detailed": "no", "types": facts.types, "other": facts.other})) for facts in cases
    ]
    counted = plan().tally(hidden)
    filled = {cell for cell in counted if counted[cell]}
    silent = {"all", "no", "KHAC_KHONG_GHI", "KHONG_RO"}
    assert {cell.code for cell in filled} <= silent


def test_each_form_is_asked_for_itself():
    both = Facts(sex="NAM", types=("THAN_THE", "TINH_THAN"), other=("HIEP_DAM",))
    counted = plan().tally([both])
    asked = {cell for cell in counted if cell.table.startswith("form.") and cell.code == "yes"}
    assert asked == {Cell(f"form.{code}", "yes") for code in ("THAN_THE", "TINH_THAN", "NGOAI_GIA_DINH")}
    assert counted[Cell("sex", "NAM")] == counted[Cell("age", "KHONG_RO")] == 1


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_table_class_and_cell_has_words(lang):
    for table in plan().tables.values():
        assert table.label(lang)
        for group in table.groups:
            codes = [group.name.partition(".")[2]] if table.several else list(group.codes)
            assert all(table.words(code, lang) for code in codes)


def test_every_size_of_the_code_list_has_its_tables():
    assert list(plan().classes) == list(codelist("size_class").codes)


def test_a_word_that_the_plan_does_not_know_is_refused():
    text = '[tables.total]\nvi = "a"\nen = "b"\nweight = 1\n[classes.S0]\nyear = ["sex"]'
    with pytest.raises(KeyError):
        read(text)
