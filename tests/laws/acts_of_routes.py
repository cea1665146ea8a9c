"""Which act each route asks for before anything is looked up; a route that says none and is not listed fails a law."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask

from casework.app import _BLUEPRINTS
from casework.gate import Action
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Role

# What needs nobody to be signed in and reads nothing of a commune.
FREE = {
    ("GET", "static"),
    ("GET", "exit.health"),
    ("GET", "oversight.ready"),
    ("GET", "exit.leave_again"),
    ("POST", "exit.leave"),
    ("POST", "language.choose"),
    ("POST", "accounts.kept.keep"),
    ("GET", "accounts.sign_in"),
    ("POST", "accounts.sign_in"),
    ("GET", "accounts.paper"),
    ("POST", "accounts.paper"),
    ("GET", "accounts.admission.code"),
    ("POST", "accounts.admission.code"),
    ("POST", "accounts.admission.phone"),
    ("POST", "accounts.admission.passphrase"),
}
# What anybody with a session may use, locked or not.
OWN = {
    ("GET", "accounts.unlock"),
    ("POST", "accounts.unlock"),
    ("POST", "accounts.sign_out"),
    ("GET", "accounts.second_step"),
    ("POST", "accounts.second_step"),
    ("GET", "accounts.step_up"),
    ("POST", "accounts.step_up"),
    ("GET", "accounts.wait"),
    ("GET", "accounts.returning.door"),
    ("POST", "accounts.returning.door"),
    ("GET", "accounts.mine.covered"),
    ("POST", "accounts.mine.covered"),
}
WORK_LOCKED = {("GET", "accounts.unlock"), ("POST", "accounts.unlock"), ("POST", "accounts.sign_out")}
WORK_LOCKED |= {("POST", "intake.save")}
# What ends the session of whoever does it, and begins another.
ENDING = {("POST", "accounts.mine.paper")}
# What the policy gives to visitors too.
PUBLIC = {
    ("GET", "addresses.register"): Act.ADDRESS_LIST,
    ("GET", "addresses.printed"): Act.ADDRESS_LIST,
    ("GET", "oversight.policy"): Act.POLICY_READ,
}
# The act that each other route asks for before anything is looked up, written down a second time: what its view says
# must be the same. A new route need not stand here if a view begins with `check_permission(Act...)` or `perform(...)`.
LISTED = {
    ("GET", "desk.home"): Act.HOME_READ,
    ("GET", "desk.closed"): Act.CASE_LIST,
    ("GET", "desk.followed"): Act.CASE_LIST,
    ("GET", "desk.waiting"): Act.CASE_LIST,
    ("GET", "desk.timeline"): Act.CASE_READ,
    ("GET", "desk.search"): Act.CASE_SEARCH,
    ("POST", "desk.find"): Act.CASE_SEARCH,
    ("GET", "desk.case"): Act.CASE_READ,
    ("POST", "desk.show_name"): Act.NAME_SHOW,
    ("POST", "desk.add_note"): Act.NOTE_ADD,
    ("GET", "desk.ask_closing"): Act.CASE_CLOSE,
    ("POST", "desk.close"): Act.CASE_CLOSE,
    ("POST", "desk.reopen"): Act.CASE_CLOSE,
    ("GET", "desk.death.ask"): Act.DEATH_READ,
    ("POST", "desk.death.close"): Act.DEATH_ASK,
    ("POST", "desk.death.take_back"): Act.DEATH_ASK,
    ("GET", "desk.sections.section"): Act.SECTION_READ,
    ("GET", "desk.sections.shared"): Act.SECTION_READ_SHARED,
    ("GET", "desk.sections.history"): Act.SECTION_HISTORY,
    ("GET", "desk.sections.merged"): Act.CASE_MERGED,
    ("GET", "desk.sections.whole"): Act.CASE_PRINT,
    ("GET", "desk.sections.edit"): Act.SECTION_WRITE,
    ("POST", "desk.sections.save"): Act.SECTION_WRITE,
    ("GET", "desk.today.every"): Act.DUE_LIST,
    ("GET", "desk.today.sheet"): Act.DUE_LIST,
    ("GET", "desk.today.weekend"): Act.DUE_LIST,
    ("GET", "desk.today.item"): Act.DUE_READ,
    ("POST", "desk.today.done"): Act.DUE_DONE,
    ("POST", "desk.today.move"): Act.DUE_MOVE,
    ("POST", "desk.today.hand_on"): Act.DUE_HAND_ON,
    ("GET", "desk.today.plan"): Act.DUE_PLAN,
    ("POST", "desk.today.plan"): Act.DUE_PLAN,
    ("GET", "referrals.box"): Act.REFERRAL_LIST,
    ("GET", "referrals.case"): Act.GROUND_LIST,
    ("GET", "referrals.record_ground"): Act.GROUND_RECORD,
    ("POST", "referrals.record_ground"): Act.GROUND_RECORD,
    ("GET", "referrals.withdraw_ground"): Act.GROUND_WITHDRAW,
    ("POST", "referrals.withdraw_ground"): Act.GROUND_WITHDRAW,
    ("GET", "referrals.review_ground"): Act.GROUND_REVIEW,
    ("POST", "referrals.review_ground"): Act.GROUND_REVIEW,
    ("GET", "referrals.promises.register"): Act.GROUND_REGISTER,
    ("GET", "referrals.promises.called"): Act.GROUND_CALLED,
    ("POST", "referrals.promises.called"): Act.GROUND_CALLED,
    ("GET", "referrals.preview"): Act.REFERRAL_PREVIEW,
    ("POST", "referrals.send"): Act.REFERRAL_SEND,
    ("GET", "referrals.referral"): Act.REFERRAL_READ,
    ("POST", "referrals.call"): Act.REFERRAL_CALL,
    ("GET", "referrals.slips.make"): Act.SLIP_MAKE,
    ("POST", "referrals.slips.make"): Act.SLIP_MAKE,
    ("GET", "referrals.slips.sheet"): Act.SLIP_PRINT,
    ("GET", "referrals.slips.ask_number"): Act.SLIP_FIND,
    ("POST", "referrals.slips.find"): Act.SLIP_FIND,
    ("GET", "referrals.reply"): Act.REFERRAL_REPLY,
    ("POST", "referrals.reply"): Act.REFERRAL_REPLY,
    ("GET", "referrals.record_answer"): Act.REFERRAL_RECORD_ANSWER,
    ("POST", "referrals.record_answer"): Act.REFERRAL_RECORD_ANSWER,
    ("GET", "referrals.end"): Act.REFERRAL_WITHDRAW,
    ("POST", "referrals.withdraw"): Act.REFERRAL_WITHDRAW,
    ("POST", "referrals.replies.open_referral"): Act.REFERRAL_OPEN,
    ("POST", "referrals.replies.accept"): Act.REFERRAL_ACCEPT,
    ("GET", "referrals.replies.decline"): Act.REFERRAL_DECLINE,
    ("POST", "referrals.replies.decline"): Act.REFERRAL_DECLINE,
    ("GET", "referrals.replies.ask_back"): Act.REFERRAL_ASK,
    ("POST", "referrals.replies.ask_back"): Act.REFERRAL_ASK,
    ("GET", "referrals.replies.answer"): Act.REFERRAL_ANSWER,
    ("POST", "referrals.replies.answer"): Act.REFERRAL_ANSWER,
    ("GET", "notices.box"): Act.NOTICE_LIST,
    ("GET", "notices.send"): Act.NOTICE_SEND,
    ("POST", "notices.send"): Act.NOTICE_SEND,
    ("GET", "notices.record_spoken"): Act.NOTICE_RECORD_SPOKEN,
    ("POST", "notices.record_spoken"): Act.NOTICE_RECORD_SPOKEN,
    ("GET", "notices.notice"): Act.NOTICE_READ,
    ("POST", "notices.open_notice"): Act.NOTICE_OPEN,
    ("GET", "notices.assign"): Act.NOTICE_ASSIGN,
    ("POST", "notices.assign"): Act.NOTICE_ASSIGN,
    ("GET", "notices.answer"): Act.NOTICE_ANSWER,
    ("POST", "notices.answer"): Act.NOTICE_ANSWER,
    ("POST", "notices.call"): Act.NOTICE_CALL,
    ("GET", "notices.withdraw"): Act.NOTICE_WITHDRAW,
    ("POST", "notices.withdraw"): Act.NOTICE_WITHDRAW,
    ("GET", "intake.begin"): Act.INTAKE_BEGIN,
    ("GET", "intake.steps"): Act.INTAKE_BEGIN,
    ("POST", "intake.told"): Act.INTAKE_BEGIN,
    ("POST", "intake.start"): Act.DRAFT_START,
    ("GET", "intake.page"): Act.DRAFT_OPEN,
    ("GET", "intake.resume"): Act.DRAFT_OPEN,
    ("POST", "intake.save"): Act.DRAFT_SAVE,
    ("POST", "intake.readers"): Act.DRAFT_OPEN,
    ("POST", "intake.submit"): Act.DRAFT_OPEN,
    ("GET", "intake.discard"): Act.DRAFT_OPEN,
    ("POST", "intake.discard"): Act.DRAFT_DISCARD,
    ("GET", "intake.paper.papers"): Act.INTAKE_BEGIN,
    ("GET", "intake.paper.intake"): Act.INTAKE_BEGIN,
    ("GET", "intake.paper.told"): Act.INTAKE_BEGIN,
    ("GET", "intake.paper.consent"): Act.INTAKE_BEGIN,
    ("GET", "desk.paper.paper"): Act.PAPER_SETTLE,
    ("POST", "desk.paper.paper"): Act.PAPER_SETTLE,
    ("GET", "intake.paper.lost_machine"): Act.INTAKE_BEGIN,
    ("GET", "intake.alike.pairs"): Act.CASE_ALIKE_PAIRS,
    ("GET", "intake.practice.page"): Act.PRACTICE_LIST,
    ("POST", "intake.practice.promote"): Act.PRACTICE_PROMOTE,
    ("POST", "intake.practice.remove"): Act.PRACTICE_REMOVE,
    ("GET", "intake.night.sheet"): Act.INTAKE_BEGIN,
    ("GET", "intake.night.paper"): Act.INTAKE_BEGIN,
    ("GET", "intake.night.steps"): Act.NIGHT_STEPS,
    ("POST", "intake.night.record"): Act.NIGHT_RECORD,
    ("GET", "intake.advice.contacts"): Act.ADVICE_LIST,
    ("POST", "intake.advice.record"): Act.ADVICE_RECORD,
    ("GET", "intake.advice.contact"): Act.ADVICE_READ,
    ("POST", "intake.advice.change"): Act.ADVICE_CHANGE,
    ("GET", "retention.request_erasure"): Act.CASE_ERASE_REQUEST,
    ("POST", "retention.request_erasure"): Act.CASE_ERASE_REQUEST,
    ("GET", "retention.ask_erasure"): Act.CASE_ERASE_READ,
    ("POST", "retention.erase"): Act.CASE_ERASE,
    ("POST", "retention.refuse"): Act.CASE_ERASE_REFUSE,
    ("GET", "retention.hold"): Act.CASE_HOLD,
    ("POST", "retention.hold"): Act.CASE_HOLD,
    ("POST", "retention.release"): Act.CASE_RELEASE,
    ("GET", "desk.mistakes.ask"): Act.CASE_VOID,
    ("GET", "retention.ask_merge"): Act.CASE_MERGE,
    ("POST", "desk.mistakes.set_aside"): Act.CASE_VOID,
    ("POST", "retention.merge"): Act.CASE_MERGE,
    ("GET", "retention.aside"): Act.CASE_VOID_LIST,
    ("POST", "retention.restore"): Act.CASE_RESTORE,
    ("GET", "retention.due"): Act.PURGE_LIST,
    ("POST", "retention.purge"): Act.PURGE_CONFIRM,
    ("GET", "addresses.add"): Act.ADDRESS_ADD,
    ("POST", "addresses.add"): Act.ADDRESS_ADD,
    ("GET", "addresses.change"): Act.ADDRESS_ADD,
    ("POST", "addresses.change"): Act.ADDRESS_ADD,
    ("GET", "addresses.leave"): Act.ADDRESS_RETIRE,
    ("POST", "addresses.retire"): Act.ADDRESS_RETIRE,
    ("POST", "addresses.pause"): Act.ADDRESS_RETIRE,
    ("POST", "addresses.resume"): Act.ADDRESS_RETIRE,
    ("GET", "addresses.growth"): Act.ADDRESS_RECORD,
    ("GET", "addresses.place"): Act.ADDRESS_RECORD,
    ("POST", "addresses.train"): Act.ADDRESS_TRAIN,
    ("GET", "addresses.table.export"): Act.ADDRESS_EXPORT,
    ("GET", "addresses.table.start"): Act.ADDRESS_IMPORT,
    ("POST", "addresses.table.preview"): Act.ADDRESS_IMPORT,
    ("POST", "addresses.table.write"): Act.ADDRESS_IMPORT,
    ("GET", "statistics.releases"): Act.COUNTS_READ,
    ("GET", "statistics.closing"): Act.PERIOD_PREVIEW,
    ("POST", "statistics.close"): Act.PERIOD_CLOSE,
    ("GET", "oversight.log"): Act.AUDIT_READ,
    ("POST", "oversight.verify"): Act.AUDIT_VERIFY,
    ("GET", "oversight.compare"): Act.AUDIT_COMPARE,
    ("POST", "oversight.compare"): Act.AUDIT_COMPARE,
    ("GET", "oversight.export"): Act.AUDIT_EXPORT,
    ("POST", "oversight.export"): Act.AUDIT_EXPORT,
    ("GET", "staffing.details.calendar"): Act.DETAIL_LIST,
    ("GET", "staffing.people"): Act.ACCOUNT_LIST,
    ("GET", "staffing.ask_review"): Act.REVIEW_READ,
    ("POST", "staffing.confirm_review"): Act.REVIEW_CONFIRM,
    ("GET", "staffing.ask_lock"): Act.ACCOUNT_LOCK,
    ("POST", "staffing.lock"): Act.ACCOUNT_LOCK,
    ("POST", "staffing.unlock_account"): Act.ACCOUNT_UNLOCK,
    ("GET", "staffing.ask_restart"): Act.MEMBER_RESTART,
    ("GET", "staffing.ask_leave"): Act.ACCOUNT_LEAVE,
    ("POST", "staffing.leave"): Act.ACCOUNT_LEAVE,
    ("GET", "staffing.move"): Act.ACCOUNT_MOVE,
    ("POST", "staffing.move"): Act.ACCOUNT_MOVE,
    ("GET", "staffing.ask_confirm"): Act.AGENCY_CONFIRM,
    ("POST", "staffing.confirm"): Act.AGENCY_CONFIRM,
    ("GET", "staffing.readers.who"): Act.CIRCLE_READ,
    ("GET", "staffing.readers.restrict"): Act.CASE_RESTRICT,
    ("POST", "staffing.readers.restrict"): Act.CASE_RESTRICT,
    ("GET", "staffing.readers.change"): Act.CIRCLE_CHANGE,
    ("POST", "staffing.readers.change"): Act.CIRCLE_CHANGE,
    ("GET", "staffing.readers.deal_sheets"): Act.CIRCLE_PLAN,
    ("POST", "staffing.readers.deal_sheets"): Act.CIRCLE_PLAN,
    ("POST", "staffing.readers.confirm_sheets"): Act.CIRCLE_SHEETS,
    ("GET", "staffing.readers.ask_lift"): Act.CIRCLE_LIFT,
    ("POST", "staffing.readers.lift"): Act.CIRCLE_LIFT,
    ("GET", "staffing.readers.hand_over"): Act.CASE_HAND_OVER,
    ("POST", "staffing.readers.hand_over"): Act.CASE_HAND_OVER,
    ("GET", "accounts.kept.go_on"): Act.KEPT_READ,
    ("GET", "accounts.kept.read"): Act.KEPT_READ,
    ("POST", "accounts.kept.discard"): Act.KEPT_DISCARD,
    ("GET", "accounts.mine.overview"): Act.SESSION_LIST,
    ("POST", "accounts.mine.end"): Act.SESSION_END,
    ("GET", "accounts.mine.mail.address"): Act.MAIL_SEE,
    ("POST", "accounts.mine.mail.address"): Act.MAIL_SEE,
    ("POST", "accounts.mine.mail.confirm"): Act.MAIL_SEE,
    ("POST", "accounts.mine.mail.remove"): Act.MAIL_REMOVE,
    ("POST", "accounts.mine.mail.test"): Act.MAIL_TEST,
    ("GET", "accounts.mine.passphrase"): Act.KEY_CHANGE,
    ("POST", "accounts.mine.passphrase"): Act.KEY_CHANGE,
    ("GET", "accounts.mine.phone"): Act.PHONE,
    ("POST", "accounts.mine.phone"): Act.PHONE,
    ("GET", "accounts.mine.paper"): Act.PAPER_NEW,
    ("POST", "accounts.mine.paper"): Act.PAPER_NEW,
    ("GET", "accounts.mine.cover"): Act.COVER,
    ("POST", "accounts.mine.cover"): Act.COVER,
    ("GET", "accounts.admission.waiting"): Act.ADMISSION_LIST,
    ("GET", "accounts.admission.add"): Act.MEMBER_ADD,
    ("POST", "accounts.admission.add"): Act.MEMBER_ADD,
    ("POST", "accounts.admission.restart"): Act.MEMBER_RESTART,
    ("POST", "accounts.admission.invite"): Act.ADMISSION_INVITE,
    ("POST", "accounts.admission.confirm"): Act.ADMISSION_CONFIRM,
    ("GET", "accounts.returning.at_door"): Act.RETURN_LIST,
    ("GET", "accounts.returning.confirm"): Act.RETURN_CONFIRM,
    ("POST", "accounts.returning.confirm"): Act.RETURN_CONFIRM,
}

# Their views ask through a function that they call first, and name another act only afterwards.
ASKED_BEFORE = {
    ("GET", "desk.home"),
    ("POST", "intake.readers"),
    ("POST", "intake.submit"),
    ("GET", "intake.discard"),
}


def said_by(view: Callable[..., Any]) -> Act | None:
    """Return the act that a view asks for or does first, read from its source; None if it says none itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(view)))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        if getattr(call.func, "id", "") in {"check_permission", "perform"} and call.args:
            named = eval(compile(ast.Expression(call.args[0]), "<view>", "eval"), inspect.unwrap(view).__globals__)
            return named.act if isinstance(named, Action) else Act(named)
    return None


def said() -> Mapping[tuple[str, str], Act]:
    """Return what the views say of every route that is not free, one's own or public."""
    app = Flask("routes")
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    acts = {}
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            key = method, rule.endpoint
            act = said_by(app.view_functions[rule.endpoint]) if key not in FREE | OWN | set(PUBLIC) else None
            if act is not None:
                acts[key] = act
    return acts


SAID = said()
ACTS = {**SAID, **LISTED}


def may(roles: tuple[str, ...], act: Act | None) -> bool:
    """Tell whether the policy lets one of these roles do an act; what is no act is refused to nobody."""
    return act is None or any(Role(role) in policy().rows[act].who for role in roles)
