"""Mail addresses through a new KEK, a restore and the loss of the key."""

from typing import Any

from casework.accounts import mail_actions
from casework.staffing import actions as staffing
from tests.administration.rotated_house import kek_numbers, rotate_kek
from tests.house import House, Someone, both_databases, only_sqlite
from tests.maintenance.backed_up_house import BackedUpHouse
from tests.tampering import stolen

TO, CODE = "lan@noikhac.example", "12345678"


def wants_mail(someone: Someone, address: str = TO) -> None:
    someone.does(mail_actions.set_address, address, CODE)
    someone.does(mail_actions.confirm_address, CODE)


def rows(house: House) -> list[dict[str, Any]]:
    with stolen(house) as thief:
        return thief.rows("mail_address")


@both_databases
def test_a_new_kek_encrypts_each_address_anew(house: House, lan: Someone, mai: Someone):
    wants_mail(lan)
    mai.does(mail_actions.set_address, "mai@noikhac.example", CODE)
    before = {row["blob"] for row in rows(house)}
    newer = rotate_kek(house)
    assert kek_numbers(house) == {newer.number}
    assert before.isdisjoint(row["blob"] for row in rows(house))
    own = lan.does(mail_actions.own_address)
    assert own is not None
    assert (own.address, own.confirmed) == (TO, True)
    mai.does(mail_actions.confirm_address, CODE)


@both_databases
def test_an_address_that_was_replaced_or_taken_along_does_not_come_back_from_a_backup(installation: BackedUpHouse):
    house = installation.house
    for name in ("lan", "mai", "hoa", "binh"):
        wants_mail(house[name], f"{name}@noikhac.example")
    file = installation.backs_up()
    house["lan"].does(mail_actions.remove_address)
    house["mai"].does(mail_actions.set_address, "khac@noikhac.example", CODE)
    house["hoa"].does(staffing.leave, house["binh"].id)
    installation.restores(file)
    assert {row["member_id"] for row in rows(house)} == {house["hoa"].id}
    kept = house["hoa"].does(mail_actions.own_address)
    assert kept is not None
    assert kept.address == "hoa@noikhac.example"
    assert house["lan"].does(mail_actions.own_address) is None


@only_sqlite
def test_without_the_key_no_address_is_left(installation: BackedUpHouse):
    wants_mail(installation.house["lan"])
    file = installation.backs_up()
    installation.config.kek_file.unlink()
    installation.restores(file, lost_kek=True)
    assert rows(installation.house) == []
