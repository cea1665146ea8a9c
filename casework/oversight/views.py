"""The log, its verification, and the policy in words."""

import logging

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from casework.accounts.visitors import perform_for_anyone
from casework.errors import NotFound
from casework.oversight import actions, policy_text
from casework.oversight.ready import wrong
from casework.policy.words import Act
from casework.web.address import is_this_machine
from casework.web.choices import language
from casework.web.presence import config, gate, may, perform, public

log_of_faults = logging.getLogger(__name__)
blueprint = Blueprint("oversight", __name__)


@blueprint.app_template_filter("act")
def act_in_words(act: str) -> str:
    """Give the words of an act in the language of the page: `{{ line.act|act }}`."""
    return policy_text.act_words(act, language())


@blueprint.get("/nhat-ky")
def log() -> str:
    """Show a page of the log: lines or the totals of a week, as the reader's reach goes."""
    found = perform(actions.read_log, request.args.get("trang", 0, type=int))
    return render_template("oversight/log.html", log=found, may_verify=may(Act.AUDIT_VERIFY))


@blueprint.post("/kiem-tra")
def verify() -> str:
    """Verify the log and show what was found."""
    return render_template("oversight/verified.html", verdict=perform(actions.verify_log))


@blueprint.get("/readyz")
@public
def ready() -> Response:
    """Tell a program of this machine whether the work could go on; for anybody else there is no such page."""
    if not is_this_machine():
        raise NotFound("readyz")
    codes = list(wrong(gate(), config()))
    if codes:
        log_of_faults.warning("status=503 route=/readyz fault=%s", ",".join(codes))
    response = make_response("".join(f"{code}\n" for code in codes or ["ok"]), 503 if codes else 200)
    response.mimetype = "text/plain"
    return response


@blueprint.get("/quy-tac")
@public
def policy() -> str:
    """Show who may do what."""
    perform_for_anyone(actions.read_policy)
    rules, sections = policy_text.rules(language()), policy_text.section_rules(language())
    return render_template("oversight/policy.html", rules=rules, sections=sections)
