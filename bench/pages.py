"""Pages over HTTP, beside a bare hello that is served the same way in the same run."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import passing, town
from bench.beside import Ratio, Taken, once, ratio, timed
from bench.browser import Browser, Page
from bench.intake import Intake
from bench.servers import running

_TIMES = 30
# A counsellor may search thirty times a minute.
_SEARCHES = 12


def figures() -> Iterator[Ratio]:
    """Build the town, serve it, and measure page after page."""
    with tempfile.TemporaryDirectory(prefix="casework-bench-") as place:
        sealed, unsealed = Path(place) / "sealed", Path(place) / "unsealed"
        built = town.build(sealed)
        plain = town.build(unsealed, sizes=(200,))
        passing.build(sealed)
        with running("hello", sealed) as hello, running("product", sealed) as product:
            yield from _product(built, Browser(hello), product)
            yield from passing.figures(product, Browser(hello))
            with running("unsealed", unsealed) as bare:
                yield from _tax(built, plain, Browser(hello), product, bare)


def _product(built: town.Town, hello: Browser, port: int) -> Iterator[Ratio]:
    people = {size: Browser(port) for size in built.desks}
    stranger = Browser(port)
    few = built.desks[town.SIZES[0]]

    def sign_in() -> Page:
        return stranger.post("/dang-nhap", {"username": few.username, "passphrase": town.PASSPHRASE})

    yield ratio("sign in", timed(sign_in, hello, times=12, prepare=lambda: stranger.get("/dang-nhap")), most_ms=250)
    for size, lan in people.items():
        lan.sign_in(built.desks[size].username, town.PASSPHRASE)
    lan = people[few.size]
    yield ratio(f"list {few.size} cases", timed(lambda: lan.get("/"), hello, times=_TIMES), most_hellos=44)
    page = f"/vu-viec/{few.case_id}"
    yield ratio("open a case", timed(lambda: lan.get(page), hello, times=_TIMES), most_hellos=23)
    intake = Intake(lan)
    yield ratio("submit an intake", timed(intake.submit, hello, times=_TIMES, prepare=intake.fill), most_hellos=44)
    for size in town.SIZES[1:]:
        yield _search(people[size], hello, size, "nguyen thi dao", "by name")
    yield _search(people[town.SIZES[-1]], hello, town.SIZES[-1], "khong co ai", "nobody found")


def _search(lan: Browser, hello: Browser, size: int, query: str, what: str) -> Ratio:
    lan.get("/tim")
    taken = timed(lambda: lan.post("/tim", {"query": query}), hello, times=_SEARCHES)
    return ratio(f"search {size:,} cases, {what}", taken, most_ms=300 if what == "by name" else None)


def _tax(built: town.Town, plain: town.Town, hello: Browser, product: int, bare: int) -> Iterator[Ratio]:
    """Submit to the product and to the one without sealing in turns."""
    intakes = []
    for port, where in ((product, built), (bare, plain)):
        lan = Browser(port)
        lan.sign_in(where.desks[town.SIZES[0]].username, town.PASSPHRASE)
        intakes.append(Intake(lan))
    times: list[list[float]] = [[], []]
    for _ in range(_TIMES):
        for one, kept in zip(intakes, times, strict=True):
            kept.append(once(one.submit, one.fill))
    hellos = [once(lambda: hello.get("/")) for _ in range(_TIMES)]
    with_seals, without = (
        ratio("submit, sealed", Taken(times[0], hellos)),
        ratio("submit, sealing patched out", Taken(times[1], hellos)),
    )
    yield with_seals
    yield without
    yield Ratio("tax of sealing, in % of submit", 100 * (1 - without.median / with_seals.median), 0, 100, most_ms=25)
