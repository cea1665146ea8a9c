"""Classifies an incident by its acts: the one GBVIMS type, and whether it happened in trafficking.

The type is the first that fits in the order of the code list `gbvims_type` (GBVIMS Classification Tool). Trafficking is
the setting of an incident and no type of its own.
"""

from casework.cases.sections import Incident
from casework.codelists import codelist


def gbvims_type(incident: Incident) -> str:
    """Return the code of `gbvims_type`; empty where no act was told that has a type."""
    domestic, outside = codelist("dv_act"), codelist("gbv_other")
    told = [domestic.get(act) for act in incident.acts] + [outside.get(act) for act in incident.other]
    types = {act.text("gbvims") for act in told}
    return next((code.code for code in codelist("gbvims_type") if code.code in types), "")


def in_trafficking(incident: Incident) -> bool:
    return any(codelist("gbv_other").get(act).flag("trafficking") for act in incident.other)
