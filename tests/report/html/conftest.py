"""A run that fills every part of the page: an example org and its agents, compared, with hostile findings."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from sfgov.agent_cards import agent_cards
from sfgov.cli.loading import configuration, opened
from sfgov.engine import run as checked
from sfgov.plugins import load_checks
from sfgov.result import AccessChange, AccessDelta, Comparison, Run
from sfgov.testing import TODAY
from tests.agent_desk import DESK
from tests.agent_orgs import org_of
from tests.report.conftest import CARDS, RESULTS

BRIGHTWATER = Path(__file__).parents[3] / "examples" / "orgs" / "brightwater"
GAINS = AccessChange("Profile:Sales", "objectPermissions", "Case", ("allowDelete",), (), path="a.xml", line=7)


@pytest.fixture(scope="session")
def whole() -> Run:
    checks = load_checks()
    config = configuration(None, BRIGHTWATER, checks)
    found = checked(opened([BRIGHTWATER], config), config, checks, jobs=1, today=TODAY)
    known = {card.code for card in found.checks}
    fixed = (replace(found.results[0], fingerprint="9" * 32),)
    return replace(
        found,
        results=(*found.results, *RESULTS),
        checks=(*found.checks, *(card for card in CARDS if card.code not in known)),
        agents=agent_cards(org_of(DESK), lambda place: ((place.line, "<b>as written</b>"),)),
        comparison=Comparison("main", "0123456789ab", fixed, 3, AccessDelta((GAINS,), gained=1)),
    )
