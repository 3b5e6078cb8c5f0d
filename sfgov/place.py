"""Where a thing is written: the one notion of location that facts, findings and reports share."""

from __future__ import annotations

import msgspec


class Place(msgspec.Struct, frozen=True, order=True):
    """One element of one file, named so that people and machines find it again.

    `line` and `column` are 1-based and count characters of the original file. `component` is
    `Type:FullName` with Metadata API names. `element` is a path of *names* inside the component
    (`objectPermissions[Invoice__c].allowDelete`, `Loop_Lines`, `Svc.run`), never an index: it is what
    remains true when a file is moved or reformatted, so identities are built from it.
    """

    path: str
    line: int
    component: str
    element: str = ""
    column: int = 1

    def says(self, message: str) -> Evidence:
        """This place with the sentence that says what it proves."""
        return Evidence(self, message)


class Evidence(msgspec.Struct, frozen=True, order=True):
    """One link in the chain that proves a finding."""

    place: Place
    message: str
