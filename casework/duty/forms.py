"""The form of one week of duty: for each day who is on duty and who stands in, and everybody's telephones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField

from casework import clock
from casework.cases import duty_gaps, duty_roster
from casework.cases.duty_roster import DAYS, MOST_PHONES, DutyDay
from casework.duty.actions import SAME
from casework.duty.weeks import WeekPlan
from casework.web.forms import ClosedChoice, Form, VietnamesePhone
from casework.web.translation import weekday


@dataclass(frozen=True)
class DayFields:
    """The two closed lists of one day."""

    on: Any
    stand_in: Any


class DutyWeekForm(Form):
    """One week; its fields follow from the people who can be on duty (see `form_of`)."""

    shown = HiddenField()
    plan: WeekPlan

    @property
    def day_fields(self) -> list[DayFields]:
        return [DayFields(self[f"on_{number}"], self[f"stand_{number}"]) for number in range(DAYS)]

    @property
    def phone_fields(self) -> dict[UUID, list[Any]]:
        """Return the boxes for the telephones of each person, in the order in which they are called."""
        boxes = range(MOST_PHONES)
        return {one: [self[f"phone_{key}_{box}"] for box in boxes] for one, key in self.plan.keys.items()}

    @property
    def lacks_phones(self) -> bool:
        """Tell whether there is somebody without a telephone."""
        return any(not boxes[0].data for boxes in self.phone_fields.values())

    @property
    def days(self) -> tuple[DutyDay, ...]:
        by_key = {key: one for one, key in self.plan.keys.items()}
        return tuple(DutyDay(by_key.get(day.on.data), by_key.get(day.stand_in.data)) for day in self.day_fields)

    @property
    def gaps(self) -> list[date]:
        """Return the days, those that are over left out, on which nobody is on duty."""
        today = duty_roster.duty_day(clock.micros())
        dated = zip(duty_gaps.days_of(self.plan.monday), self.days, strict=True)
        return [day for day, duty in dated if day >= today and not (duty.on or duty.stand_in)]

    @property
    def numbers(self) -> dict[UUID, tuple[str, ...]]:
        return {one: tuple(box.data for box in boxes if box.data) for one, boxes in self.phone_fields.items()}

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        return self._can_be_called() and valid

    def _can_be_called(self) -> bool:
        """Put beside its field what `write_week` would refuse: nobody stands in for themselves or has no telephone."""
        numbers, valid = self.numbers, True
        for fields, day in zip(self.day_fields, self.days, strict=True):
            if day.on is not None and day.on == day.stand_in:
                fields.stand_in.errors, valid = [gettext(SAME)], False
            for one in (day.on, day.stand_in):
                if one in numbers and not numbers[one] and not self.phone_fields[one][0].errors:
                    words = gettext("Hãy ghi ít nhất một số điện thoại của %(name)s.", name=self.plan.people[one])
                    self.phone_fields[one][0].errors, valid = [words], False
        return valid


def form_of(plan: WeekPlan, days: Sequence[DutyDay]) -> DutyWeekForm:
    """Make the form of a week, filled with these days and with the telephones that are known."""
    keys = plan.keys
    people = [(keys[one], name) for one, name in plan.people.items()]
    fields: dict[str, Any] = {"plan": plan}
    filled: dict[str, Any] = {"shown": plan.mark}
    for number, (dated, day) in enumerate(zip(duty_gaps.days_of(plan.monday), days, strict=True)):
        on, stand_in = _("Người trực %(day)s", day=weekday(dated)), _("Người thay %(day)s", day=weekday(dated))
        fields[f"on_{number}"] = ClosedChoice(on, people, required=False)
        fields[f"stand_{number}"] = ClosedChoice(stand_in, people, required=False)
        filled |= {f"on_{number}": _key(keys, day.on), f"stand_{number}": _key(keys, day.stand_in)}
    for one, name in plan.people.items():
        known = plan.phones.get(one, ())
        for box in range(MOST_PHONES):
            words = _("%(name)s, máy %(number)s", name=name, number=box + 1)
            fields[f"phone_{keys[one]}_{box}"] = VietnamesePhone(words, required=False)
            filled[f"phone_{keys[one]}_{box}"] = known[box] if box < len(known) else None
    form: DutyWeekForm = type("WeekForm", (DutyWeekForm,), fields)(data=filled)
    return form


def _key(keys: Mapping[UUID, str], member_id: UUID | None) -> str:
    return keys.get(member_id, "") if member_id else ""
