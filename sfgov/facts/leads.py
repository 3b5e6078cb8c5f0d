"""What happens to leads besides automation: rules against duplicates, and how campaigns get their share."""

from __future__ import annotations

import msgspec

from sfgov.facts.base import Fact, Mark


class DuplicateCondition(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One condition of a duplicate rule: `table` is the object it asks about, such as `Lead` or `User`."""

    table: str
    field: str
    operation: str
    value: str
    line: int


class DuplicateRule(Fact, frozen=True, kw_only=True):
    """What happens when a record like it is there already; `name` is `Object.Rule`."""

    active: Mark = 0
    action_on_insert: str = ""
    """`Allow` or `Block`."""
    operations_on_insert: tuple[str, ...] = ()
    """Where it allows: `Alert`, `Report`."""
    conditions: tuple[DuplicateCondition, ...] = ()
    """When it applies; without any, always."""

    @property
    def object(self) -> str:
        """The object whose records it looks at."""
        return self.name.partition(".")[0]


class CampaignInfluenceModel(Fact, frozen=True, kw_only=True):
    """How campaigns get a share of opportunities' revenue."""

    active: Mark = 0
    default: Mark = 0
