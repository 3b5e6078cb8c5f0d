"""What people see of a record: page layouts and Lightning pages, for the fields on them."""

from __future__ import annotations

from sfgov.facts.base import Fact


class Layout(Fact, frozen=True, kw_only=True):
    """A page layout; `name` is `Object-Layout`."""

    fields: tuple[str, ...] = ()
    """Read for leads and what they become; empty for layouts of other objects."""

    @property
    def object(self) -> str:
        """The object that the layout is for."""
        return self.name.partition("-")[0]


class FlexiPage(Fact, frozen=True, kw_only=True):
    """A Lightning page; `object` is empty where it is no record's."""

    object: str = ""
    fields: tuple[str, ...] = ()
    """The fields that are placed on it one by one."""
