"""What became of the paper from which a case was typed in."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from casework.cases.fields import field_of
from casework.cases.task_entry import Task
from casework.codelists import codelist
from casework.desk.kept_paper_actions import NOWHERE
from casework.web.choice_fields import Choice, language
from casework.web.forms import SentOnceForm


class KeptPaperForm(SentOnceForm):
    """Destroyed, or locked away and where."""

    fate = Choice(_("Tờ giấy bây giờ thế nào?"), [])
    words = field_of(Task, "words", rows=2, hint=_("Cất ở tủ nào, ai giữ chìa khóa; hoặc hủy bằng cách nào."))

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        fates = [code for code in codelist("task_step").active() if code.flag("paper")]
        self.fate.choices = [SelectChoice(code.code, code.label(language())) for code in fates]
        self.words.label.text = gettext("Ở đâu, bằng cách nào")

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask where it is locked away."""
        valid = super().validate(extra_validators)
        kept = self.fate.data in codelist("task_step") and codelist("task_step").get(self.fate.data).flag("place")
        if not kept or self.words.data:
            return valid
        self.words.errors = [gettext(NOWHERE)]
        return False
