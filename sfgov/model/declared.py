"""What people declare about an org that its metadata does not hold, as the model takes it."""

from __future__ import annotations

import datetime

import msgspec

from sfgov.model.agents.access import AgentDeclaration
from sfgov.model.masking import RecordColumns
from sfgov.model.permissions import PersonaDeclaration


class Declared(msgspec.Struct, frozen=True):
    """Facts about the org from outside it. `today` decides whether dated exemptions still hold."""

    personas: tuple[PersonaDeclaration, ...] = ()
    agents: AgentDeclaration = AgentDeclaration()
    masking_records: tuple[RecordColumns, ...] = ()
    today: datetime.date = datetime.date.min
