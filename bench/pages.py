"""Pages over HTTP, beside a bare hello that is served the same way in the same run."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import installation, referrals_and_counts
from bench.browser import Browser, Page
from bench.intake import Intake
from bench.servers import running
from bench.timing import Ratio, Taken, once, ratio, timed

_TIMES = 30
# A counsellor may search thirty times a minute.
_SEARCHES = 12
# Whoever is looked for, or nobody: every field of every case is looked through each time.
_MOST_MS = {1200: 150, 5000: 600}


def figures() -> Iterator[Ratio]:
    """Build the installations, serve them, and measure page after page."""
    with tempfile.TemporaryDirectory(prefix="casework-bench-") as place:
        sealed, unsealed = Path(place) / "sealed", Path(place) / "unsealed"
        built = installation.build(sealed)
        plain = installation.build(unsealed, sizes=(200,))
        referrals_and_counts.build(sealed)
        with running("hello", sealed) as hello, running("product", sealed) as product:
            yield from _product(built, Browser(hello), product)
            yield from referrals_and_counts.figures(product, Browser(hello))
            with running("unsealed", unsealed) as bare:
                yield from _sealing_overhead(built, plain, Browser(hello), product, bare)


def _product(built: installation.MeasuredInstallation, hello: Browser, port: int) -> Iterator[Ratio]:
    people = {size: Browser(port) for size in built.counsellors}
    stranger = Browser(port)
    few = built.counsellors[installation.SIZES[0]]

    def sign_in() -> Page:
        return stranger.post("/dang-nhap", {"username": few.username, "passphrase": installation.PASSPHRASE})

    yield ratio("sign in", timed(sign_in, hello, times=12, prepare=lambda: stranger.get("/dang-nhap")), most_ms=250)
    for size, lan in people.items():
        lan.sign_in(built.counsellors[size].username, installation.PASSPHRASE)
    lan = people[few.size]
    yield ratio(f"list {few.size} cases", timed(lambda: lan.get("/"), hello, times=_TIMES), most_hellos=44)
    page = f"/vu-viec/{few.case_id}"
    yield ratio("open a case", timed(lambda: lan.get(page), hello, times=_TIMES), most_hellos=23)
    intake = Intake(lan)
    yield ratio("submit an intake", timed(intake.submit, hello, times=_TIMES, prepare=intake.fill), most_hellos=44)
    for size in installation.SIZES[1:]:
        yield _search(people[size], hello, size, "nguyen thi dao", "by name")
        yield _search(people[size], hello, size, "khong co ai", "nobody found")


def _search(lan: Browser, hello: Browser, size: int, query: str, what: str) -> Ratio:
    lan.get("/tim")
    taken = timed(lambda: lan.post("/tim", {"query": query}), hello, times=_SEARCHES)
    return ratio(f"search {size:,} cases, {what}", taken, most_ms=_MOST_MS[size])


def _sealing_overhead(
    built: installation.MeasuredInstallation,
    plain: installation.MeasuredInstallation,
    hello: Browser,
    product: int,
    bare: int,
) -> Iterator[Ratio]:
    """Submit to the product and to the one without sealing in turns."""
    intakes = []
    for port, measured in ((product, built), (bare, plain)):
        lan = Browser(port)
        lan.sign_in(measured.counsellors[installation.SIZES[0]].username, installation.PASSPHRASE)
        intakes.append(Intake(lan))
    times: list[list[float]] = [[], []]
    for _ in range(_TIMES):
        for intake, taken in zip(intakes, times, strict=True):
            taken.append(once(intake.submit, intake.fill))
    hellos = [once(lambda: hello.get("/")) for _ in range(_TIMES)]
    with_seals, without = (
        ratio("submit, sealed", Taken(times[0], hellos)),
        ratio("submit, sealing patched out", Taken(times[1], hellos)),
    )
    yield with_seals
    yield without
    yield Ratio("tax of sealing, in % of submit", 100 * (1 - without.median / with_seals.median), 0, 100, most_ms=25)
