"""The watermark: one line for each commune, which only goes forward unless somebody decides otherwise."""

from pathlib import Path
from uuid import UUID

import pytest

from casework.audit.watermark import LINE_BYTES, Watermark
from casework.desk import actions as desk
from casework.errors import Busy, LogRolledBack
from casework.vault.keys.kek import Kek, server_keys_of
from tests.administration.rotated_house import rotate_kek
from tests.house import House, Someone, only_sqlite
from tests.people import DONG_HAI, KEK, THANH_SON

OURS, THEIRS = server_keys_of(KEK, THANH_SON), server_keys_of(KEK, DONG_HAI)
NEWER = server_keys_of(Kek(KEK.number + 1, bytes(range(32))), THANH_SON)
THREE, FIVE = (3, b"3" * 32), (5, b"5" * 32)
OTHER = UUID(int=7)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "watermark"


def test_it_goes_forward_and_each_commune_has_its_line(path: Path):
    mark = Watermark(path)
    assert mark.highest(OURS) is None
    for keys, end in ((OURS, THREE), (THEIRS, THREE), (OURS, FIVE), (OURS, THREE)):
        mark.advance(keys, end, durable=False)
    assert (mark.highest(OURS), mark.highest(THEIRS)) == (FIVE, THREE)
    fresh = Watermark(path)
    assert (fresh.highest(OURS), fresh.highest(THEIRS)) == (FIVE, THREE)
    assert fresh.highest(server_keys_of(KEK, OTHER)) is None
    raw = path.read_bytes()
    assert len(raw) == 2 * LINE_BYTES
    assert [raw[at] for at in (LINE_BYTES - 1, 2 * LINE_BYTES - 1)] == [10, 10]


def test_what_another_process_has_noted_counts_and_a_line_taken_back_lowers_it_for_none_that_read_it(path: Path):
    mine, other = Watermark(path), Watermark(path)
    mine.advance(OURS, THREE, durable=True)
    older = path.read_bytes()
    other.advance(OURS, FIVE, durable=True)
    assert mine.highest(OURS) == FIVE
    path.write_bytes(older)
    assert (other.highest(OURS), mine.highest(OURS), Watermark(path).highest(OURS)) == (FIVE, FIVE, THREE)
    path.unlink()
    assert other.highest(OURS) == FIVE


def test_a_line_that_is_gone_is_begun_by_nobody_who_never_knew_it_but_where_it_may(path: Path):
    Watermark(path).advance(OURS, THREE, durable=True, may_begin=lambda: False)
    assert Watermark(path).highest(OURS) is None
    known = Watermark(path)
    known.advance(OURS, THREE, durable=True)
    path.write_bytes(b"")
    Watermark(path).advance(OURS, FIVE, durable=True, may_begin=lambda: False)
    assert Watermark(path).highest(OURS) is None
    known.advance(OURS, FIVE, durable=True, may_begin=lambda: False)
    assert Watermark(path).highest(OURS) == FIVE


def test_only_what_is_moved_goes_back(path: Path):
    mark = Watermark(path)
    mark.advance(OURS, FIVE, durable=True)
    mark.move(OURS, THREE)
    assert mark.highest(OURS) == THREE
    assert Watermark(path).highest(OURS) == THREE


@pytest.mark.parametrize(
    "damage", [lambda raw: raw.replace(b" 5 ", b" 4 "), lambda raw: raw[:80] + b" " * 176], ids=["changed", "cut"]
)
def test_a_line_that_is_not_ours_is_refused(path: Path, damage):
    Watermark(path).advance(OURS, FIVE, durable=True)
    path.write_bytes(damage(path.read_bytes()))
    for use in (
        lambda: Watermark(path).highest(OURS),
        lambda: Watermark(path).advance(OURS, FIVE, durable=False),
        lambda: Watermark(path).sign_again(OURS, NEWER),
    ):
        with pytest.raises(LogRolledBack) as caught:
            use()
        assert caught.value.row == "watermark"


def test_a_new_key_signs_what_the_old_one_signed_and_may_be_asked_twice(path: Path):
    mark = Watermark(path)
    mark.sign_again(OURS, NEWER)
    assert not path.exists()
    mark.advance(THEIRS, THREE, durable=False)
    mark.sign_again(OURS, NEWER)
    mark.advance(OURS, FIVE, durable=False)
    for _ in range(2):
        mark.sign_again(OURS, NEWER)
        assert Watermark(path).highest(NEWER) == FIVE
    with pytest.raises(LogRolledBack):
        Watermark(path).highest(OURS)


@only_sqlite
def test_it_follows_every_act_and_goes_through_a_rotation_of_the_key(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    before = _highest(house)
    lan.does(desk.read_case, case_id)
    assert _highest(house) == before + 1
    rotate_kek(house)
    assert _highest(house) == before + 1
    lan.does(desk.read_case, case_id)
    assert _highest(house) > before + 1


def _highest(house: House) -> int:
    end = Watermark(house.config.watermark_file).highest(house.gate.server_keys(THANH_SON))
    assert end is not None
    return end[0]


@only_sqlite
def test_an_act_is_done_though_its_watermark_cannot_be_written_and_the_next_is_not_begun(
    house: House, lan: Someone, caplog: pytest.LogCaptureFixture
):
    case_id = lan.opens_a_case()
    path = house.config.watermark_file
    evidence = house.gate.evidence
    assert evidence is not None
    raw = path.read_bytes()
    path.unlink()
    path.mkdir()
    evidence.committed(OURS, FIVE, revoked=False)
    assert "the watermark could not be written" in caplog.text
    with pytest.raises(Busy):
        lan.does(desk.read_case, case_id)
    path.rmdir()
    path.write_bytes(raw)
    assert lan.does(desk.read_case, case_id)
