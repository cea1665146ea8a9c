"""Intakes for tests, with words that are recognised wherever they turn up."""

from dataclasses import replace
from typing import Any

from casework.cases.sections import (
    Assessment,
    Children,
    Contact,
    GroundEntry,
    Identity,
    Incident,
    Injuries,
    Perpetrator,
    SafetyPlan,
    Story,
)
from casework.cases.trusted_addresses import AddressEntry
from casework.intake.actions import IntakeAnswers

HALL = AddressEntry(
    "Nhà văn hóa thôn Đoài", "Đinh Văn Khoát", "Thôn Đoài", "culture_house", 4, "ngày và đêm", "0900000106"
)

# One phrase for each section that holds free words; none of them stands anywhere else in the product.
CANARIES = {
    "contact": "chỉ nghe máy lúc chim khuyên hót",
    "identity": "Nguyễn Thị Đào",
    "address": "sau lò gạch bỏ hoang nhà lợp cọ",
    "phone": "0987612345",
    "children": "cháu Tí Nị thích vẽ cá voi",
    "story": "anh ta ném nồi cơm rồi khóa cửa bếp",
    "perpetrator": "Phùng Bá Lực Điền",
    "safety_plan": "treo khăn tím ngoài hiên",
    "assessment": "sợ nhất là tối thứ bảy",
    "grounds": "gật đầu khi đọc xong từng câu",
}


def dao(**changes: Any) -> IntakeAnswers:
    """Return the intake of a woman named Đào, in which every section is filled."""
    answers = IntakeAnswers(
        danger="no",
        only_counselling="no",
        contact=Contact(call_her="Chị Hai", channel="call", phone="0987612345", never_say=CANARIES["contact"]),
        identity=Identity(
            name=CANARIES["identity"],
            birth_year=1990,
            sex="NU",
            hamlet="Thôn Đoài",
            address=CANARIES["address"],
            phone=CANARIES["phone"],
        ),
        incident=Incident(acts=("A", "B"), place="home", time_of_day="evening", weapon=("household",)),
        children=Children(count=1, who=CANARIES["children"]),
        injuries=Injuries(what=("head",), seen="seen", urgent="today"),
        story=Story(words=CANARIES["story"]),
        perpetrator=Perpetrator(name=CANARIES["perpetrator"], relation="VO_CHONG"),
        safety_plan=SafetyPlan(plan=CANARIES["safety_plan"]),
        assessment=Assessment(answers=("escalation",), level="high", reasons=CANARIES["assessment"]),
        grounds=(GroundEntry(kind="consent", receiver="police", consent="granted", words=CANARIES["grounds"]),),
    )
    return replace(answers, **changes)
