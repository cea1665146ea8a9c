"""No two cases that the same people open bear one nickname, and no name tells of a case that is hidden."""

from dataclasses import replace

import pytest

from casework.cases.contradictions import Contradiction
from casework.desk import actions as desk
from tests.house import House, Someone, only_sqlite
from tests.intake.filling import value, wrongs
from tests.stories import dao

pytestmark = only_sqlite


def label(somebody: Someone, case_id):
    return somebody.does(desk.read_case, case_id).label


def test_a_new_case_gets_a_name_that_no_case_in_reach_bears(lan: Someone):
    cases = [lan.opens_a_case(dao(grounds=())) for _ in range(30)]
    assert len({label(lan, case_id).nickname for case_id in cases}) == 30


def test_whoever_gives_a_case_the_name_of_another_is_told_which_one_bears_it(lan: Someone, browser):
    first, second = lan.opens_a_case(), lan.opens_a_case()
    taken = label(lan, first)
    sent = {"base": "1", "nickname": taken.nickname.upper(), "danger": "no"}
    answer = browser("lan").post(f"/vu-viec/{second}/label/sua", data=sent)
    assert answer.status_code == 422
    assert wrongs(answer) == [f"Đã có vụ việc {taken.code} dùng tên gọi này. Hãy chọn tên khác, để không ai mở nhầm."]
    assert value(answer, "nickname") == taken.nickname.upper()
    own = {**sent, "nickname": label(lan, second).nickname}
    assert browser("lan").post(f"/vu-viec/{second}/label/sua", data=own).status_code == 303


def test_the_name_of_a_case_out_of_reach_is_free_for_it_must_not_tell_that_it_is_there(house: House, lan: Someone):
    hidden, own = house["mai"].opens_a_case(circle=[house["binh"]]), lan.opens_a_case()
    name = label(house["mai"], hidden).nickname
    lan.does(desk.write_section, own, replace(label(lan, own), nickname=name), base=1)
    assert label(lan, own).nickname == name
    with pytest.raises(Contradiction):
        house["binh"].does(desk.write_section, own, replace(label(lan, own), nickname=name + " "), base=2)
