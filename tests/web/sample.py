"""A small app made of the web layer alone, with a page that holds every macro and every question."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask, abort, flash, redirect, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader

from casework import clock, web
from casework.config import resource
from casework.desk.view_models import SafeContact
from casework.errors import CaseworkError
from casework.web.forms import (
    Choice,
    Choices,
    Codes,
    DateParts,
    Form,
    LongText,
    OneCode,
    Password,
    PersonName,
    ShortText,
    TimeOfDay,
    Username,
    VietnamesePhone,
    YearOrAge,
)
from casework.web.request_limits import takes_files

HERE = Path(__file__).parent
PACKAGE = Path(web.__file__).parent.parent


class Everything(Form):
    """One question of every kind."""

    name = PersonName("Họ và tên", hint="Tên người ấy muốn được gọi.")
    nickname = ShortText("Tên gọi riêng", required=False, limit=40)
    born = YearOrAge("Năm sinh")
    phone = VietnamesePhone("Số điện thoại", hint="Ví dụ 0912 345 678")
    happened = DateParts("Xảy ra ngày nào?", hint="Ví dụ 27 3 2026")
    about = DateParts("Khoảng ngày nào?", partial=True, required=False)
    review = DateParts("Hẹn xem lại", future=True, required=False)
    hour = TimeOfDay("Lúc mấy giờ?", required=False)
    danger = OneCode("Ngay lúc này có nguy hiểm không?", "answer")
    channel = Choice("Gọi cách nào?", [("call", "Gọi điện"), ("text", "Nhắn tin")])
    told = Choices("Đã nói với ai?", [("mother", "Mẹ"), ("sister", "Chị gái")], required=False)
    acts = Codes("Việc gì đã xảy ra?", "dv_act", plain="plain")
    relation = OneCode("Người kia là ai?", "relation", select=True)
    sex = OneCode("Giới tính", "sex", required=False)
    story = LongText("Lời kể", hint="Ghi đúng lời người ấy.")
    note = LongText("Ghi chú", required=False, limit=100, rows=2)
    username = Username("Tên đăng nhập")
    password = Password("Mật khẩu")


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in."""

    name: str = "Trần Thị Lan"
    role: str = "counsellor"
    agency_name: str = "Hội Liên hiệp Phụ nữ xã"
    initials: str = "TL"


# How to reach somebody safely, in the order of the card.
CONTACT: list[tuple[str, str, str | list[str]]] = [
    ("call_her", "Gọi là", "chị Sen"),
    ("channel", "Cách liên lạc", "Gọi điện, không nhắn tin"),
    ("hours", "Giờ an toàn", "Thứ Hai đến thứ Sáu, 8 đến 10 giờ sáng"),
    ("may_answer", "Nếu người khác nghe máy", "Con gái lớn; ai khác nghe thì nói nhầm số"),
    ("say_you_are", "Nói mình là", "người bán giống lúa"),
    ("never_say", "Không bao giờ nói", "Hội Phụ nữ, công an, tư vấn"),
    ("phone", "Số máy", "0900 000 123"),
]


def sample_app() -> Flask:
    """Make the app."""
    app = Flask(
        "sample",
        static_folder=str(PACKAGE / "static"),
        template_folder=str(resource("templates")),
    )
    own = FileSystemLoader([HERE / "templates", resource("templates")])
    app.jinja_loader = ChoiceLoader([own])
    app.config.update(SECRET_KEY="only in tests")
    web.install(app)
    app.context_processor(_everywhere)
    _routes(app)
    return app


def _everywhere():
    return {
        "person": Person(),
        "demo": True,
        "commune_name": "xã Thanh Sơn",
        "help_line": "1900 969 680",
        "idle_minutes": 15,
        "nav": [
            {"label": "Cần làm", "url": "/", "current": True},
            {"label": "Vụ việc", "url": "/a", "current": False},
            {"label": "Chuyển gửi", "url": "/b", "current": False},
        ],
    }


def _routes(app: Flask) -> None:
    @app.route("/everything", methods=["GET", "POST"])
    def everything():
        form = Everything()
        if form.validate_on_submit():
            flash("Đã ghi lại.")
            return redirect("/everything", 303)
        now = clock.now()
        times = [now + timedelta(hours=hours) for hours in (5, 40, -2)]
        page = render_template(
            "everything.html", form=form, contact=SafeContact(CONTACT, may_contact=True, dials="tel"), times=times
        )
        return page, 422 if request.method == "POST" else 200

    @app.get("/question")
    def question():
        return render_template("question.html", form=Everything())

    @app.get("/status/<int:code>")
    def status(code: int):
        abort(code)

    @app.get("/raise/<name>")
    def fail(name: str):
        kinds = {kind.__name__: kind for kind in CaseworkError.__subclasses__()}
        raise kinds.get(name, ZeroDivisionError)("Bí mật 0912345678")

    @app.post("/file")
    @takes_files
    def file():
        return str(len(request.files["file"].read()))
