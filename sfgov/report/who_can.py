"""Who can delete one object's records, for people at a terminal and for scripts."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from sfgov.report.inert import json_text, printable, prose
from sfgov.result import Deletable, Guard, Loophole, Master, Right, Step

WIDTH = 80
_UNKNOWN = "Not known: the tree has neither profiles nor permission sets."
_SHOWN = 8
"""How many bundles that can delete a master are named."""
_NAME = 46
"""The widest that the first column gets; a longer name pushes the others aside."""


def as_json(deletable: Deletable) -> str:
    """The whole picture as JSON. Excerpts of the source are left out."""
    value = msgspec.to_builtins(deletable)
    return json_text({"version": 1, "action": "delete", **_without_excerpts(value)})


def _without_excerpts(value: dict[str, object]) -> dict[str, object]:
    def plain(one: object) -> object:
        if isinstance(one, dict):
            return {key: plain(inner) for key, inner in one.items() if key not in ("excerpt", "because")}
        return [plain(inner) for inner in one] if isinstance(one, list | tuple) else one

    return {key: plain(inner) for key, inner in value.items() if key != "because"}


def as_text(deletable: Deletable, width: int | None = None) -> str:
    """A table of bundles, then what stands in the way and the ways around it. Paths are never cut."""
    return "".join(f"{line}\n" for line in _Layout(width or WIDTH).lines(deletable))


class _Layout(msgspec.Struct, frozen=True):
    width: int

    def lines(self, one: Deletable) -> Iterator[str]:
        yield f"Who can delete {printable(one.object)}"
        yield ""
        yield from self._rights(one.rights, known=one.rights_known)
        yield from self._section("In the way", one.guards, self._guard)
        yield from self._section("Restricted by lookups", one.restricted_by, self._step)
        yield from self._section("Deleted along with", one.masters, self._master)
        yield from self._section("Loopholes", one.loopholes, self._loophole)
        if one.not_known:
            yield ""
            names = ", ".join(map(_titled, one.not_known))
            yield from self._wrapped(f"Not known, as a part of them is not in the tree: {names}.", "")

    def _rights(self, rights: Sequence[Right], *, known: bool) -> Iterator[str]:
        if not rights:
            yield "Nobody, as far as the tree shows." if known else _UNKNOWN
            return
        first = max(len("BUNDLE"), *(len(_titled(right.bundle)) for right in rights))
        first = min(first, _NAME)
        yield f"{'BUNDLE':<{first}}  RECORDS  THROUGH"
        for right in rights:
            yield f"{_titled(right.bundle):<{first}}  {right.scope:<7}  {_through(right)}"
            for step in right.steps:
                yield f"    {_place(step)}"
        if any(right.scope == "shared" for right in rights):
            yield ""
            yield from self._wrapped("shared: the records that sharing gives full access to.", "")

    def _section(self, title: str, items: Sequence[object], lines: object) -> Iterator[str]:
        if not items:
            return
        yield ""
        yield title
        for item in items:
            yield from lines(item)  # type: ignore[operator]

    def _guard(self, guard: Guard) -> Iterator[str]:
        state = "" if guard.state == "active" else f" ({guard.state})"
        stops = {
            "everything": "stops every delete",
            "by user": "stops deletes by some users",
            "by record": "stops deletes of some records",
        }[guard.stops]
        yield from self._wrapped(f"{_titled(guard.component)}{state} {stops}", "  ")
        for condition in guard.conditions:
            yield from self._wrapped(prose(condition), "    ")
        for passing in guard.passes:
            yield from self._wrapped(f"lets through {prose(passing)}", "    ")
        yield f"    {_place(guard.steps[0])}"

    def _master(self, master: Master) -> Iterator[str]:
        yield from self._wrapped(f"{printable(master.object)}, through {prose(master.through)}", "  ")
        names = [*map(_titled, master.holders[:_SHOWN])]
        if len(master.holders) > _SHOWN:
            names.append(f"{len(master.holders) - _SHOWN} more")
        who = ", ".join(names) or "nobody, as far as the tree shows"
        yield from self._wrapped(f"can delete it: {who}", "    ")
        if master.watched:
            yield from self._wrapped("a guard on it looks after these records", "    ")
        for step in master.steps:
            yield f"    {_place(step)}"

    def _loophole(self, loophole: Loophole) -> Iterator[str]:
        yield from self._wrapped(prose(loophole.says), "  ")
        for step in loophole.steps:
            yield f"    {_place(step)}"

    def _step(self, step: Step) -> Iterator[str]:
        yield from self._wrapped(prose(step.message), "  ")
        yield f"    {_place(step)}"

    def _wrapped(self, text: str, indent: str) -> Iterable[str]:
        return textwrap.wrap(
            text,
            max(self.width, 40),
            initial_indent=indent,
            subsequent_indent=f"{indent}  ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def _titled(component: str) -> str:
    """`Profile Sales`."""
    return printable(component.replace(":", " ", 1))


def _through(right: Right) -> str:
    through = right.through if right.certain else f"{right.through}, unless muted"
    return f"{through}, administrator" if right.admin else through


def _place(step: Step) -> str:
    return f"{printable(step.path)}:{step.line}"
