"""Builds the Flask application from the blueprints of all packages; nothing is decided here."""

from functools import partial
from typing import Any

from flask import Flask, current_app, request, url_for

from casework import web
from casework.accounts import kept_form_requests, session_cookies, staff
from casework.accounts import views as accounts
from casework.addresses import views as addresses
from casework.cases import key_rotation
from casework.codelists import codelist, working_days
from casework.config import CALENDAR, Config, resource
from casework.desk import views as desk
from casework.duty import views as duty
from casework.gate import Person, open_gate
from casework.intake import views as intake
from casework.ledger_import import views as ledger_import
from casework.maintenance import row_comparison
from casework.maintenance.alarms import Alarms
from casework.notices import views as notices
from casework.oversight import views as oversight
from casework.policy.permit import allowed
from casework.policy.vocabulary import Act
from casework.referrals import views as referrals
from casework.retention import views as retention
from casework.staffing import views as staffing
from casework.statistics import views as statistics
from casework.vault.keys import kek
from casework.vault.keys.enrolment import models as _entry  # noqa: F401 - its tables belong to every installation
from casework.vault.keys.recovery import models as _recovery  # noqa: F401
from casework.web import current_user, errors, host_check, menu, waiting_count
from casework.web.quick_exit import SIGN_OUT_AFTER_RESPONSE

_HELP_LINE = "peace_house"
_ALARMS = "casework.alarms"
# Members allowed one of these acts see the alarms.
_SEE_ALARMS = (Act.AUDIT_VERIFY, Act.ACCOUNT_LIST)
_BLUEPRINTS = (
    accounts.blueprint,
    desk.blueprint,
    intake.blueprint,
    ledger_import.blueprint,
    referrals.blueprint,
    notices.blueprint,
    retention.blueprint,
    addresses.blueprint,
    duty.blueprint,
    statistics.blueprint,
    oversight.blueprint,
    staffing.blueprint,
)


def create_app(config: Config) -> Flask:
    """Make the application of one installation; its database must be at the current schema revision."""
    kek.self_test()
    key = kek.load(config.kek_file, demo=config.demo)
    app = Flask("casework", template_folder=str(resource("templates")))
    app.secret_key = kek.web_key(key)
    host_check.install(app, config)
    app.before_request(partial(working_days.refresh, config.data / CALENDAR))
    web.install(app)
    current_user.install(app, gate := open_gate(config, key), config)
    row_comparison.learn_heads(gate)
    app.extensions["casework.settle"] = key_rotation.rotate_due
    app.extensions[_ALARMS] = Alarms(config, gate)
    app.extensions[errors.TO_CALL] = partial(staff.administrators, gate)
    app.extensions[errors.KEEP] = kept_form_requests.keep_sent_form
    app.extensions[SIGN_OUT_AFTER_RESPONSE] = session_cookies.sign_out_after_response
    app.context_processor(_surroundings)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _surroundings() -> dict[str, Any]:
    """Return the template variables of every page: member, menu, help line, alarms."""
    member = current_user.current_member()
    line = codelist("hotline").get(_HELP_LINE)
    always = {"demo": current_user.config().demo, "help_line": line.text("number"), "person": None, "nav": ()}
    if member is None or member.state != "open":
        return always
    nav = [
        {"label": entry.label, "icon": entry.icon, "url": url_for(entry.endpoint), "current": _is_here(entry)}
        for entry in menu.offered_entries()
        if entry.icon
    ]
    return always | {
        "person": member,
        "commune_name": member.commune_name,
        "idle_minutes": current_user.config().idle_minutes,
        "sign_out": url_for("accounts.sign_out"),
        "mine": url_for("accounts.mine.overview"),
        "nav": nav,
        "waits": waiting_count.recall(),
        "first_page": url_for("desk.home"),
        "passed_over": len(member.person.unreadable),
        "alarms": _alarms(member.person) if any(allowed(member.person.actor, act) for act in _SEE_ALARMS) else (),
    }


def _is_here(entry: menu.Entry) -> bool:
    return request.endpoint == entry.endpoint


def _alarms(person: Person) -> tuple[str, ...]:
    alarms: Alarms = current_app.extensions[_ALARMS]
    return alarms.current(person.commune_id)
