"""Too few administrators are told in red, to leads and administrators and to nobody else."""

from casework import clock
from casework.accounts import administrators, admission_actions
from casework.accounts.administrators import TooFewAdministrators
from casework.policy.vocabulary import Role
from casework.staffing import actions as staffing
from casework.vault.keys.context import CryptoContext
from tests.accounts import newcomers
from tests.house import House, only_sqlite
from tests.people import THANH_SON

RED = "Không đủ hai người quản trị"
CODE_LIFE = 24 * 3600 * clock.MICROSECOND


def left(house: House) -> TooFewAdministrators | None:
    """What the warning says of the commune of these tests."""
    with house.looking() as session:
        crypto = CryptoContext(session, house.gate.server_keys(THANH_SON), None, clock.micros())
        return administrators.too_few(crypto)


@only_sqlite
def test_one_administrator_alone_is_told_in_red_to_those_who_can_do_something(house: House, browser):
    assert left(house) == TooFewAdministrators(active=1, invited=0)
    for name, told in {"son": True, "hoa": True, "binh": True, "lan": False, "thu": False, "cuong": False}.items():
        assert (RED in browser(name).get("/").text) is told, name
    for name in ("son", "hoa", "binh"):
        banner = browser(name).get("/").text.partition(RED)[2].partition("</div>")[0]
        assert 'href="/tai-khoan"' in banner, name
        assert "mở tài khoản đang khóa" in banner, name
        assert browser(name).get("/tai-khoan").status_code == 200, name
    assert "casework" not in browser("hoa").get("/").text


@only_sqlite
def test_a_second_one_is_on_the_way_while_their_code_lives_and_ends_the_warning_once_there(house: House, browser):
    son = house["son"]
    son.proves()
    member_id = son.does(admission_actions.add_member, "viet.quantri", "Đàm Quốc Việt", Role.ADMINISTRATOR)
    assert left(house) == TooFewAdministrators(active=1, invited=0)
    _, code = son.does(admission_actions.invite, member_id)
    assert left(house) is None
    at = clock.micros()
    with clock.use_clock(lambda: at + CODE_LIFE):
        assert left(house) == TooFewAdministrators(active=1, invited=0)
    newcomers.enrol(house, code, member_id)
    assert left(house) is None
    assert RED not in browser("hoa").get("/").text
    son.does(staffing.lock, member_id)
    assert left(house) == TooFewAdministrators(active=1, invited=0)
