"""Vietnamese phone numbers: parsed from any usual spelling, kept in one form, printed in groups."""

import re
import unicodedata

from flask_babel import gettext as _

BETWEEN = re.compile(r"[\s.,()\-‐-―]+")
# Figures of other scripts are none that a telephone dials: `\d` is one of 0 to 9 alone.
HOME = re.compile(r"^(?:\+84|0084|84(?=\d{9,10}$))\(?0?")
MOBILE = re.compile(r"0(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-46-9])\d{7}", re.ASCII)
LANDLINE = re.compile(r"02\d{8,9}", re.ASCII)
SHORT = re.compile(r"1(?:1\d|[89]00\d{4,6})", re.ASCII)
ABROAD = re.compile(r"\+(?!84)[1-9]\d{6,14}", re.ASCII)


class NotAPhone(ValueError):
    """What was typed is no phone number; the message says what to do."""


def normalise(text: str) -> str:
    """Return a number as it is dialled in Viet Nam ("0912345678", "111", "1900969680"), a foreign one with its +.

    Raises NotAPhone. Spaces, dots, hyphens, +84, 84 and 0084 are accepted.
    """
    digits = BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    number = HOME.sub("0", digits)
    for shape in (MOBILE, LANDLINE, SHORT, ABROAD):
        if shape.fullmatch(number):
            return number
    raise NotAPhone(_reason(number))


def grouped(number: str) -> str:
    """Return a normalised number in groups, as it is read aloud; one that has spaces already gets the same groups."""
    number = number.replace(" ", "")
    if SHORT.fullmatch(number):
        return number if len(number) <= 4 else f"{number[:4]} {_groups(number[4:])}"
    if number.startswith("+"):
        return f"{number[:3]} {_groups(number[3:])}"
    if LANDLINE.fullmatch(number):
        # Hà Nội and Hồ Chí Minh City have codes of three figures and numbers of eight, the provinces four and seven.
        area = 3 if number[2] in "48" else 4
        middle = area + (4 if len(number) - area > 6 else 3)
        return f"{number[:area]} {number[area:middle]} {number[middle:]}"
    return f"{number[:4]} {_groups(number[4:])}"


def _groups(digits: str) -> str:
    """Cut digits into threes; a single digit is never left alone."""
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2][:2], groups[-2][2:] + groups[-1]]
    return " ".join(groups)


def _reason(number: str) -> str:
    """Return what is wrong with a number and what to do."""
    if not (number.isascii() and number.removeprefix("+").isdecimal()):
        return _("Số điện thoại chỉ gồm chữ số. Mỗi ô ghi một số, ví dụ 0912 345 678.")
    if number.startswith("0") and not number.startswith("02") and len(number) != 10:
        return _("Số di động có 10 chữ số, số vừa ghi có %(count)d. Hãy xem lại.", count=len(number))
    return _("Số điện thoại chưa đúng. Hãy xem lại đầu số, ví dụ 0912 345 678.")
