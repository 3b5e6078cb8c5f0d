"""What every fact is: small, typed, frozen, without XML or syntax trees, and with its lines."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

Mark: TypeAlias = int
"""A switch in a file, three-valued and with its place in one number.

`+line` where the element says true, `-line` where it says false, `0` where there is no such element
(which is not the same as false: a retrieve brings only part of a profile).
"""


class Fact(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="fact", gc=False, array_like=True):
    """What one file says of one component. The class is named as the metadata type.

    `name` is the Metadata API full name (`Account.SSN__c`), `line` the line on which it starts.
    `lines` gives the line of each scalar element that the fact carries, by the element's own name.
    """

    name: str
    line: int = 1
    lines: dict[str, int] = {}

    def line_of(self, element: str) -> int:
        """The line of a scalar element, or where the component starts when the file has none."""
        return self.lines.get(element, self.line)


class Problem(msgspec.Struct, frozen=True, array_like=True):
    """Why a file, or a part of it, could not be understood. `line` is 0 where none is known."""

    reason: str
    line: int = 0
