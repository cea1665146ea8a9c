"""How long the rotation of an agency's key takes: every envelope opened, verified and rewrapped in one commit."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench import installation
from bench.timing import Run
from casework.audit import freshness
from casework.cases import key_rotation, scope
from casework.gate import ActContext, Action, open_gate
from casework.policy.vocabulary import Act
from casework.vault.keys import kek
from casework.vault.models import Commune

# A case of the installation has six sections, each with one envelope of the agency.
_CASES = 834
_TO_HOLD = 2.0


def figures(cases: int = _CASES) -> Iterator[Run]:
    """Rotate the key of an agency that holds some 5,000 envelopes, in the session of its counsellor."""
    with tempfile.TemporaryDirectory() as folder:
        built = installation.build(Path(folder) / "installation", sizes=(cases,))
        gate = open_gate(built.config, kek.load(built.config.kek_file, demo=True))
        with gate.database.read_only() as session:
            commune_id = session.execute(select(Commune.id)).scalar_one()
        person = installation.sign_in(gate, built.config, commune_id, built.counsellors[cases].username)
        before = time.perf_counter()
        count = gate.perform(person, Action(Act.AGENCY_ROTATE, _renew))
        taken = time.perf_counter() - before
        gate.database.engine.dispose()
        yield Run(f"renew a key with {count} envelopes", taken, _TO_HOLD)


def _renew(context: ActContext) -> int:
    agency_id = context.actor.agency_id
    if agency_id is None:
        raise RuntimeError("the counsellor belongs to no agency")
    key_rotation.renew(context, freshness.agency(context.session, context.commune_id, agency_id))
    counted: Any = scope.counted_sealed_to(context.permit, agency_id).on(context.session)
    return int(sum(row[2] for row in counted))
