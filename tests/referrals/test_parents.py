"""A child id under a wrong parent is the same 404 as one that does not exist."""

from uuid import uuid4

from tests.house import only_sqlite
from tests.referrals.scenes import referred

pytestmark = only_sqlite
ONE = ("", "/chua-nhan", "/hoi-lai", "/tra-loi", "/nhan-them", "/ghi-ho", "/rut")
POSTS = ("/mo", "/nhan", "/chua-nhan", "/hoi-lai", "/tra-loi", "/goi", "/nhan-them", "/ghi-ho", "/rut")
TYPED = {"words": "x", "outcome": "provided", "who": "x", "hour": "0:00", "reached": "yes", "asks": "police"}
RECEIVE = {"/mo", "/nhan", "/chua-nhan", "/hoi-lai", "/tra-loi"}
SEND = {"/goi", "/nhan-them", "/ghi-ho", "/rut"}


def body(answer, *ids) -> bytes:
    data = answer.data
    for uuid in ids:
        data = data.replace(str(uuid).encode(), b"ID")
    return data


def test_a_referral_of_another_case_is_not_found_by_either_side(house, browser):
    own, other = referred(house).goes("open"), referred(house).goes("open")
    missing = uuid4()
    for name, foreign in (("lan", RECEIVE), ("cuong", SEND)):
        client = browser(name)
        for method, words in ((client.get, ONE), (client.post, POSTS)):
            for word in words:
                if word in foreign:
                    continue
                answers = [
                    method(f"/vu-viec/{own.case_id}/chuyen-gui/{child}{word}", **_data(method, client))
                    for child in (other.referral_id, missing, own.case_id, own.ground_id)
                ]
                assert {answer.status_code for answer in answers} == {404}, (name, word)
                ids = (own.case_id, other.referral_id, missing, own.ground_id)
                assert len({body(answer, *ids) for answer in answers}) == 1, (name, word)
    assert (own.state, other.state) == ("opened", "opened")


def _data(method, client):
    return {"data": TYPED} if method == client.post else {}


def test_a_ground_of_another_case_is_not_found(house, browser):
    own, other = referred(house), referred(house)
    lan = browser("lan")
    for child in (other.ground_id, uuid4(), own.referral_id):
        path = f"/vu-viec/{own.case_id}/chuyen-gui/can-cu/{child}"
        assert lan.get(f"{path}/xem-truoc").status_code == 404
        assert lan.get(f"{path}/rut").status_code == 404
        assert lan.post(f"{path}/rut", data={}).status_code == 404
        assert lan.post(f"{path}/gui", data=TYPED).status_code == 404
        assert lan.post(f"{path}/gui", data={}).status_code == 404
    assert other.state == "sent"
