"""Which communes were removed: a line of the revocation log says so, until another one says that it never happened."""

from pathlib import Path

from casework.audit import commune_removals
from casework.audit.revocation_log import START, RevocationLog
from casework.vault.keys.kek import server_keys_of
from tests.people import DONG_HAI, KEK, THANH_SON

_END = (7, bytes(32))


def test_a_line_that_is_void_removed_nothing(tmp_path: Path):
    log = RevocationLog(tmp_path / "removals")
    for commune_id, name in ((THANH_SON, "xã Thanh Sơn"), (DONG_HAI, "xã Đông Hải")):
        keys = server_keys_of(KEK, commune_id)
        commune_removals.note(
            log, keys, name=name, reason="sáp nhập", act="commune.remove", at=5, before=(6, START), end=_END
        )
    first, second = log.lines()
    assert set(commune_removals.removed(log.lines())) == {THANH_SON, DONG_HAI}
    log.append_note(server_keys_of(KEK, DONG_HAI), word="restored", at=6)
    log.void(server_keys_of(KEK, THANH_SON), first)
    [left] = commune_removals.removed(log.lines()).values()
    assert (left.commune_id, left.name, left.reason, left.n, left.seq) == (
        DONG_HAI,
        "xã Đông Hải",
        "sáp nhập",
        7,
        second.seq,
    )
