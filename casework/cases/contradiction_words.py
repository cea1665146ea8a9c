"""Says in words which two answers do not fit, and what to do about it."""

from flask_babel import gettext

from casework.cases.contradictions import AgeMismatch, Found, LevelTooLow, NicknameTaken, OutsideFamily
from casework.cases.family_acts import same_deed_outside
from casework.codelists import codelist
from casework.web.choice_fields import language


def sentence(found: Found) -> str:
    if isinstance(found, OutsideFamily):
        return _outside_family(found)
    if isinstance(found, AgeMismatch):
        return _age_mismatch(found)
    if isinstance(found, NicknameTaken):
        return gettext(
            "Đã có vụ việc %(code)s dùng tên gọi này. Hãy chọn tên khác, để không ai mở nhầm.", code=found.code
        )
    return _level_too_low(found)


def _outside_family(found: OutsideFamily) -> str:
    relation = codelist("relation").get(found.relation)
    words = {
        "relation": relation.label(language()),
        "acts": _plain("dv_act", found.acts),
        "outside": _plain("gbv_other", same_deed_outside(found.acts)),
    }
    if relation.flag("family"):
        return gettext(
            "Với “%(relation)s”, luật không coi chuyện này là bạo lực gia đình: %(acts)s. Điều nào đúng? Nếu đúng người"
            " ấy: bỏ chọn ở phần trong gia đình, chọn ở phần ngoài gia đình: %(outside)s. Nếu không: chọn lại quan hệ.",
            **words,
        )
    return gettext(
        "Theo luật, “%(relation)s” không phải người trong gia đình, mà phần trong gia đình đang chọn: %(acts)s."
        " Điều nào đúng? Nếu là người ngoài: bỏ chọn ở đó, chọn ở phần ngoài gia đình: %(outside)s. Nếu từng sống như"
        " vợ chồng: chọn lại quan hệ.",
        **words,
    )


def _plain(name: str, codes: tuple[str, ...]) -> str:
    listed = codelist(name)
    return "; ".join(listed.get(code).text("plain", language()) for code in codes)


def _age_mismatch(found: AgeMismatch) -> str:
    return gettext(
        "Năm sinh đã ghi là %(year)d, mà chỗ hỏi tuổi lại chọn “%(group)s”. Hãy xem lại chỗ nào đúng rồi sửa chỗ kia.",
        year=found.birth_year,
        group=codelist("age_group").label(found.age_group, language()),
    )


def _level_too_low(found: LevelTooLow) -> str:
    level = codelist("risk_level").label(found.least, language()).lower()
    return gettext("Những điều đã ghi cho thấy mức %(level)s. Chọn thấp hơn thì hãy ghi vì sao.", level=level)
