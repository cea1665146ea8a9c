"""The words of the policy: roles, acts, reaches and sections; an unknown word stops the program at start."""

from enum import IntEnum, StrEnum


class Role(StrEnum):
    """The role in which a person acts; one person may hold listed combinations."""

    VISITOR = "visitor"
    SYSTEM = "system"
    CONSOLE = "console"
    COUNSELLOR = "counsellor"
    LEAD = "lead"
    DEPUTY = "deputy"
    OFFICER = "officer"
    HEALTH_WORKER = "health_worker"
    LEGAL_OFFICER = "legal_officer"
    CHILD_OFFICER = "child_officer"
    CHAIR = "chair"
    DEPUTY_CHAIR = "deputy_chair"
    STATISTICIAN = "statistician"
    REPORTER = "reporter"
    HOST = "host"
    OBSERVER = "observer"
    ADMINISTRATOR = "administrator"


class Reach(IntEnum):
    """How far an act reaches; each is one WHERE clause in cases/scope.py, a larger one wins."""

    NONE = 0
    ANY = 1
    OWN = 2
    GRANTED = 3
    OFFERED = 4
    NOTIFIED = 5
    HOLDING = 6
    LAPSED = 7
    COUNTED = 8
    AGENCY = 9


class Act(StrEnum):
    """Everything a person can do: the row of the policy, the function that does it and the word in the log."""

    SIGN_IN = "account.sign_in"
    SECOND_FACTOR = "account.second_factor"
    PAPER_CODE = "account.paper_code"
    UNLOCK = "account.unlock"
    STEP_UP = "account.step_up"
    KEY_CHANGE = "account.passphrase"
    PHONE = "account.phone"
    PAPER_NEW = "account.paper_new"
    PASSKEY_ASK = "passkey.ask"
    PASSKEY_LIST = "passkey.list"
    PASSKEY_ADD = "passkey.add"
    PASSKEY_REMOVE = "passkey.remove"
    MAIL_SEE = "mail.see"
    MAIL_SET = "mail.set"
    MAIL_CONFIRM = "mail.confirm"
    MAIL_REMOVE = "mail.remove"
    MAIL_TEST = "mail.test"
    MAIL_DUE = "mail.due"
    SESSION_LIST = "session.list"
    SESSION_END = "session.end"
    COVER = "session.cover"
    UNCOVER = "session.uncover"
    MEMBER_ADD = "account.add"
    MEMBER_RESTART = "account.restart"
    ADMISSION_LIST = "admission.list"
    ADMISSION_INVITE = "admission.invite"
    ADMISSION_FIND = "admission.find"
    ADMISSION_ENROL = "admission.enrol"
    ADMISSION_CONFIRM = "admission.confirm"
    RETURN_BY_PAPER = "account.return_by_paper"
    RETURN_LIST = "account.return_list"
    RETURN_CONFIRM = "account.return_confirm"
    SIGN_OUT = "account.sign_out"
    KEEP = "account.keep"
    KEPT_READ = "account.kept"
    KEPT_DISCARD = "account.kept_discard"
    ACCOUNT_LIST = "account.list"
    REVIEW_READ = "review.read"
    REVIEW_CONFIRM = "review.confirm"
    COMMUNE_FOUND = "commune.found"
    COMMUNE_ADD = "commune.add"
    COMMUNE_LIST = "commune.list"
    COMMUNE_EXAMINE = "commune.examine"
    COMMUNE_REMOVE = "commune.remove"
    AGENCY_FOUND = "agency.found"
    AGENCY_ADD = "agency.add"
    AGENCY_ROTATE = "agency.rotate"
    AGENCY_CONFIRM = "agency.confirm"
    DETAIL_LIST = "detail.list"
    DETAIL_PROPOSE = "detail.propose"
    DETAIL_CONFIRM = "detail.confirm"
    DETAIL_DROP = "detail.drop"
    ACCOUNT_LOCK = "account.lock"
    ACCOUNT_UNLOCK = "account.unlock_account"
    ACCOUNT_LEAVE = "account.leave"
    ACCOUNT_MOVE = "account.move"
    ENROL = "account.enrol"
    CIRCLE_MAKE = "circle.make"
    CIRCLE_READ = "circle.read"
    CIRCLE_CHANGE = "circle.change"
    CIRCLE_LIFT = "circle.lift"
    CIRCLE_PLAN = "circle.plan"
    CIRCLE_SHEETS = "circle.sheets"
    INTAKE_BEGIN = "intake.begin"
    HOME_READ = "home.read"
    CASE_OPEN = "case.open"
    CASE_READ = "case.read"
    CASE_LIST = "case.list"
    CASE_SEARCH = "case.search"
    CASE_ALIKE = "case.alike"
    CASE_ALIKE_PAIRS = "case.alike_pairs"
    CASE_CLOSE = "case.close"
    CASE_PRINT = "case.print"
    DEATH_READ = "death.read"
    DEATH_ASK = "death.ask"
    CASE_RESTRICT = "case.restrict"
    CASE_HAND_OVER = "case.hand_over"
    CASE_VOID = "case.void"
    CASE_MERGE = "case.merge"
    CASE_MERGED = "case.merged"
    CASE_VOID_LIST = "case.void_list"
    CASE_RESTORE = "case.restore"
    CASE_HOLD = "case.hold"
    CASE_RELEASE = "case.release"
    CASE_ERASE_LIST = "case.erase_list"
    CASE_ERASE_READ = "case.erase_read"
    CASE_ERASE_REQUEST = "case.erase_request"
    CASE_ERASE_REFUSE = "case.erase_refuse"
    CASE_ERASE = "case.erase"
    PURGE_LIST = "purge.list"
    PURGE_CONFIRM = "purge.confirm"
    SECTION_READ = "section.read"
    SECTION_READ_SHARED = "section.read_shared"
    SECTION_WRITE = "section.write"
    SECTION_HISTORY = "section.history"
    NAME_SHOW = "name.show"
    NOTE_ADD = "note.add"
    DRAFT_START = "draft.start"
    DRAFT_SAVE = "draft.save"
    DRAFT_OPEN = "draft.open"
    DRAFT_DISCARD = "draft.discard"
    PRACTICE_LIST = "practice.list"
    PRACTICE_PROMOTE = "practice.promote"
    PRACTICE_REMOVE = "practice.remove"
    NIGHT_RECORD = "night.record"
    NIGHT_STEPS = "night.steps"
    LEDGER_LIST = "ledger.list"
    LEDGER_BRING = "ledger.bring"
    LEDGER_READ = "ledger.read"
    LEDGER_COLUMNS = "ledger.columns"
    LEDGER_CONFIRM = "ledger.confirm"
    LEDGER_REASONS = "ledger.reasons"
    LEDGER_DISCARD = "ledger.discard"
    ADVICE_RECORD = "advice.record"
    ADVICE_LIST = "advice.list"
    ADVICE_READ = "advice.read"
    ADVICE_CHANGE = "advice.change"
    ADVICE_PROMOTE = "advice.promote"
    GROUND_LIST = "ground.list"
    GROUND_RECORD = "ground.record"
    GROUND_WITHDRAW = "ground.withdraw"
    GROUND_REVIEW_LIST = "ground.review_list"
    GROUND_REVIEW = "ground.review"
    GROUND_PROMISES = "ground.promises"
    GROUND_CALLED = "ground.called"
    GROUND_REGISTER = "ground.register"
    UNSENT_LIST = "unsent.list"
    UNSENT_READ = "unsent.read"
    UNSENT_SEND = "unsent.send"
    UNSENT_SET_ASIDE = "unsent.set_aside"
    REFERRAL_PREVIEW = "referral.preview"
    REFERRAL_SEND = "referral.send"
    REFERRAL_READERS = "referral.readers"
    REFERRAL_CHANGE = "referral.change_readers"
    READER_LIST = "reader.list"
    READER_NAMED = "reader.named"
    READER_KEEP = "reader.keep"
    TASK_LIST = "task.list"
    TASK_READ = "task.read"
    TASK_DONE = "task.done"
    TASK_UNDO = "task.undo"
    PAPER_READ = "paper.read"
    PAPER_SETTLE = "paper.settle"
    DUE_LIST = "due.list"
    DUE_READ = "due.read"
    DUE_PLAN = "due.plan"
    DUE_DONE = "due.done"
    DUE_MOVE = "due.move"
    DUE_HAND_ON = "due.hand_on"
    REFERRAL_LIST = "referral.list"
    REFERRAL_OPEN = "referral.open"
    REFERRAL_READ = "referral.read"
    REFERRAL_ACCEPT = "referral.accept"
    REFERRAL_DECLINE = "referral.decline"
    REFERRAL_ASK = "referral.ask"
    REFERRAL_REPLY = "referral.reply"
    REFERRAL_ANSWER = "referral.answer"
    REFERRAL_RECORD_ANSWER = "referral.record_answer"
    REFERRAL_CALL = "referral.call"
    REFERRAL_WITHDRAW = "referral.withdraw"
    SLIP_MAKE = "slip.make"
    SLIP_PRINT = "slip.print"
    SLIP_FIND = "slip.find"
    REFERRAL_EXPIRE = "referral.expire"
    NOTICE_PREVIEW = "notice.preview"
    NOTICE_SEND = "notice.send"
    NOTICE_RECORD_SPOKEN = "notice.record_spoken"
    NOTICE_SET_ASIDE = "notice.set_aside"
    NOTICE_DUE = "notice.due"
    NOTICE_LIST = "notice.list"
    NOTICE_READ = "notice.read"
    NOTICE_OPEN = "notice.open"
    NOTICE_ASSIGN = "notice.assign"
    NOTICE_ANSWER = "notice.answer"
    NOTICE_CALL = "notice.call"
    NOTICE_WITHDRAW = "notice.withdraw"
    ADDRESS_LIST = "address.list"
    ADDRESS_ADD = "address.add"
    ADDRESS_RETIRE = "address.retire"
    ADDRESS_RECORD = "address.record"
    ADDRESS_TRAIN = "address.train"
    ADDRESS_EXPORT = "address.export"
    ADDRESS_IMPORT = "address.import"
    DUTY_READ = "duty.read"
    DUTY_PLAN = "duty.plan"
    DUTY_EDIT = "duty.edit"
    PERIOD_PREVIEW = "period.preview"
    PERIOD_CLOSE = "period.close"
    COUNTS_READ = "counts.read"
    AUDIT_READ = "audit.read"
    AUDIT_VERIFY = "audit.verify"
    AUDIT_COMPARE = "audit.compare"
    AUDIT_EXPORT = "audit.export"
    POLICY_READ = "policy.read"
    SPEECH_READ = "speech.read"
    BACKUP_MAKE = "backup.make"
    RESTORE_RUN = "restore.run"
    RESTORE_ANEW = "restore.anew"
    RESTORE_ERASE = "restore.erase"
    UPGRADE_RUN = "upgrade.run"
    CLOCK_CONFIRM = "clock.confirm"
    AUDIT_ACCEPT = "audit.accept"
    RESTORE_RELEASES = "restore.releases"
    LOCK_IDLE = "account.lock_idle"
    RECOVERY_RENEW = "recovery.renew"
    RECOVERY_DRILL = "recovery.drill"
    RECOVERY_SHOW = "recovery.show"
    RECOVERY_OPEN = "recovery.open"
    RECOVERY_PLAN = "recovery.plan"
    RECOVERY_DEAL = "recovery.deal"
    RECOVERY_HAND_OVER = "recovery.hand_over"
    FIRST_INVITE = "account.first_invite"
    READMIT_SHOW = "account.readmit_show"
    READMIT = "account.readmit"
    KEYS_ROTATE = "keys.rotate"
    KEYS_RENEW = "keys.renew"


class StepUp(StrEnum):
    """How fresh the proof of identity must be: none, now (5 minutes), or one for half an hour of a case."""

    NONE = "none"
    NOW = "now"
    CASE = "case"


class Section(IntEnum):
    """A part of a case that is encrypted apart; the neutral number is what the database shows."""

    CONTACT = 1
    IDENTITY = 2
    CHILDREN = 4
    INCIDENT = 5
    INJURIES = 6
    STORY = 7
    PERPETRATOR = 8
    SAFETY_PLAN = 9
    ASSESSMENT = 10
    COUNSELLING = 11
    PLAN = 12
    HEALTH = 14
    POLICE = 15
    LEGAL = 16
    CHILD = 17
    SHELTER = 19
    GROUNDS = 20
    NOTICE = 21
    LETTER = 22
    REPORTER = 23
    FACTS = 24
    LABEL = 26
    DRAFT = 27
    ERASURE = 28
    ADVICE = 29
    TASK = 30

    @property
    def code(self) -> str:
        """The word used in addresses of pages and in the code list of labels."""
        return self.name.lower()
