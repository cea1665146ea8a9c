"""Files of an office that override lists, drawn at random: most would be accepted, a few are wrong somewhere."""

from datetime import date
from typing import Any

import tomli_w
from hypothesis import strategies as st

from casework.codelists import codelist, override_rules

VI = st.sampled_from(["Gọi ngay", "Chị ở lại", "Ở nhà văn hóa", "Nói khẽ thôi", "Sang làng bên"])
EN = st.sampled_from(["Call now", "Stay here", "At the hall", "Speak low", "Next village"])
BAD = st.sampled_from(["Công an", "Police", "anh chị", "x <b>", "a\nb", "", 3, True, ["x"]])
NUMBERS = st.integers(1, 12) | st.sampled_from([0, -1, 24, 60, 100, 5000, 10_000_000])


def rarely(usual: st.SearchStrategy[Any], seldom: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 29).flatmap(lambda n: usual if n else seldom)


def values(kind: str) -> st.SearchStrategy[Any]:
    if kind.startswith("number"):
        return rarely(NUMBERS, BAD)
    if kind.startswith("flag"):
        return rarely(st.booleans(), BAD)
    if kind.startswith("code:"):
        return rarely(st.sampled_from(sorted(codelist(kind.removesuffix("?")[5:]).codes)), st.just("local_a"))
    return rarely(st.sampled_from(["113", "1800 1768", "0203 555 555"]), BAD) if kind == "text" else rarely(VI, BAD)


@st.composite
def rows_of_an_office(draw: st.DrawFn, name: str, code: str) -> dict[str, Any]:
    rule, listed = override_rules.rules()[name], codelist(name)
    is_new = code.startswith("local_")
    required = {"vi", *(key for key, kind in listed.kinds.items() if not kind.endswith("?"))}
    required -= (rule.added or {}).keys()
    own = sorted(rule.keys - {"en"})
    any_key = st.sampled_from(["vi", "source", *listed.kinds, "unknown", "exclusive"])
    usual = st.sets(st.sampled_from(own)) if own else st.just(set())
    keys = required if is_new else draw(rarely(usual, st.sets(any_key)))
    row: dict[str, Any] = {}
    for key in sorted(keys):
        kind = listed.kinds.get(key, "flag" if key in ("unknown", "exclusive") else "words")
        row[key] = draw(values(kind))
        if kind.startswith("words") and key != "source":
            row["en" if key == "vi" else f"{key}_en"] = draw(rarely(EN, BAD))
    if draw(st.booleans()):
        row["source"] = draw(rarely(st.just("Công văn số 12"), BAD))
    if draw(st.booleans()):
        row["unverified"] = draw(rarely(st.booleans(), BAD))
    if rule.retires and draw(st.booleans()):
        row["retired"] = date(2026, 11, 1)
    return row


@st.composite
def files_of_an_office(draw: st.DrawFn) -> dict[str, str]:
    found = {}
    for name in draw(st.lists(st.sampled_from(sorted(override_rules.rules())), min_size=1, max_size=2, unique=True)):
        local = ["local_a", "local_b"] if override_rules.rules()[name].added is not None else []
        codes = draw(st.lists(st.sampled_from([*codelist(name).codes, *local]), min_size=1, max_size=2, unique=True))
        found[name] = tomli_w.dumps({"codes": {code: draw(rows_of_an_office(name, code)) for code in codes}})
    return found
