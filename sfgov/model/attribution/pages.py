"""Whether people see a field: on a page layout of its object, or placed on a Lightning page."""

from __future__ import annotations

from collections import defaultdict

from sfgov.facts import FlexiPage, Layout
from sfgov.model.index import Index


class Pages:
    """The fields on the pages of each object; names compare without case."""

    def __init__(self, index: Index) -> None:
        self._layouts: dict[str, set[str]] = defaultdict(set)
        self._placed: dict[str, set[str]] = defaultdict(set)
        for layout in index.all(Layout):
            self._layouts[layout.fact.object.casefold()].update(map(str.casefold, layout.fact.fields))
        for page in index.all(FlexiPage):
            self._placed[page.fact.object.casefold()].update(map(str.casefold, page.fact.fields))

    def shows(self, field: str) -> bool | None:
        """Whether any page has a field (`Lead.First_Touch__c`); None where no layout of its object has any field."""
        owner, _, own = field.casefold().partition(".")
        on_layouts = self._layouts.get(owner)
        if not on_layouts:
            return None
        return own in on_layouts or own in self._placed.get(owner, ())
