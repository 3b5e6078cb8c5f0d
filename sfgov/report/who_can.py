"""Who can delete, edit or read one object's records, for people at a terminal and for scripts."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from sfgov.report.inert import json_text, printable, prose
from sfgov.result import Access, Accessible, Deletable, Guard, Loophole, Master, Right, Step

WIDTH = 80
_UNKNOWN = "Not known: the tree has neither profiles nor permission sets."
_NOBODY = "Nobody, as far as the tree shows."
_SHOWN = 8
"""How many bundles a sentence names."""
_NAME = 46
"""The widest that the first column gets; a longer name pushes the others aside."""
_RECORDS = 7
_SCOPES = {
    "public": "public: every record, as the sharing default opens them to all.",
    "own": "own: records that its users own, and those that are shared with them.",
    "rules": "rules: the records that sharing rules show to guests.",
    "shared": "shared: the records that sharing opens; the default is not in the tree.",
}
"""What the words in the second column mean; `all` needs no words."""
_CLASSES = {"admin": "administrator", "human": ""}


def as_json(picture: Deletable | Accessible) -> str:
    """The whole picture as JSON. Excerpts of the source are left out."""
    action = {} if isinstance(picture, Accessible) else {"action": "delete"}
    return json_text({"version": 1, **action, **_without_excerpts(msgspec.to_builtins(picture))})


def _without_excerpts(value: dict[str, object]) -> dict[str, object]:
    def plain(one: object) -> object:
        if isinstance(one, dict):
            return {key: plain(inner) for key, inner in one.items() if key not in ("excerpt", "because")}
        return [plain(inner) for inner in one] if isinstance(one, list | tuple) else one

    return {key: plain(inner) for key, inner in value.items() if key != "because"}


def as_text(picture: Deletable | Accessible, width: int | None = None) -> str:
    """A table of bundles, then what else there is to know. Paths are never cut."""
    layout = _Layout(width or WIDTH)
    lines = layout.accessible(picture) if isinstance(picture, Accessible) else layout.deletable(picture)
    return "".join(f"{line}\n" for line in lines)


class _Layout(msgspec.Struct, frozen=True):
    width: int

    def deletable(self, one: Deletable) -> Iterator[str]:
        yield f"Who can delete {printable(one.object)}"
        yield ""
        yield from self._table(one.rights, known=one.rights_known)
        if any(right.scope == "shared" for right in one.rights):
            yield ""
            yield from self._wrapped("shared: the records that sharing gives full access to.", "")
        yield from self._section("In the way", one.guards, self._guard)
        yield from self._section("Restricted by lookups", one.restricted_by, self._step)
        yield from self._section("Deleted along with", one.masters, self._master)
        yield from self._section("Loopholes", one.loopholes, self._loophole)
        yield from self._not_known(one.not_known)

    def accessible(self, one: Accessible) -> Iterator[str]:
        of = f".{one.field}" if one.field else ""
        yield from self._wrapped(f"Who can {one.action} {printable(one.object + of)}", "")
        yield ""
        yield from self._told(one.rule, one.rule_steps)
        yield from self._told(one.sharing, one.sharing_steps)
        if one.rule or one.sharing:
            yield ""
        impossible = one.action == "edit" and not one.writable
        yield from self._table(one.rights, "Nobody." if impossible else _NOBODY, known=one.rights_known)
        meanings = [
            meaning for scope, meaning in _SCOPES.items() if any(r.scope == scope for r in one.rights)
        ]
        if meanings:
            yield ""
        for meaning in meanings:
            yield from self._wrapped(meaning, "")
        yield from self._section("Shown to guests by sharing rules", one.guest_rules, self._step)
        for remark in one.remarks:
            yield ""
            yield from self._wrapped(prose(remark), "")
        yield from self._not_known(one.not_known)
        if one.silent:
            yield ""
            silent = _listed([printable(bundle.partition(":")[2]) for bundle in one.silent])
            yield from self._wrapped(f"Profiles that say nothing of it, as far as retrieved: {silent}.", "")

    def _told(self, sentence: str, steps: Sequence[Step]) -> Iterator[str]:
        """A sentence with its lines; nothing where there is none."""
        yield from self._wrapped(prose(sentence), "")
        for step in steps:
            yield f"    {_place(step)}"

    def _not_known(self, bundles: Sequence[str]) -> Iterator[str]:
        if bundles:
            yield ""
            names = ", ".join(map(_titled, bundles))
            yield from self._wrapped(f"Not known, as a part of them is not in the tree: {names}.", "")

    def _table(
        self, rights: Sequence[Right] | Sequence[Access], nobody: str = _NOBODY, *, known: bool
    ) -> Iterator[str]:
        if not rights:
            yield nobody if known else _UNKNOWN
            return
        first = max(len("BUNDLE"), *(len(_titled(right.bundle)) for right in rights))
        first = min(first, _NAME)
        yield f"{'BUNDLE':<{first}}  RECORDS  THROUGH"
        for right in rights:
            row = f"{_titled(right.bundle):<{first}}  {right.scope:<{_RECORDS}}"
            through = _through(right)
            if len(row) + 2 + len(through) > self.width:
                yield row.rstrip()
                row = "  "
            yield f"{row}  {through}"
            for step in right.steps:
                yield f"    {_place(step)}"

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
        who = _listed([*map(_titled, master.holders)]) or "nobody, as far as the tree shows"
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


def _listed(names: Sequence[str]) -> str:
    """`A, B, C`; of many the first few and how many more."""
    more = [f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
    return ", ".join([*names[:_SHOWN], *more])


def _titled(component: str) -> str:
    """`Profile Sales`."""
    return printable(component.replace(":", " ", 1))


def _through(right: Right | Access) -> str:
    """`readable, viewAllRecords, unless muted, guest`."""
    if isinstance(right, Access):
        parts = [right.field_through, right.through, right.doubt]
        parts += [] if right.clear else ["masked"]
    else:
        parts = [right.through, "" if right.certain else "unless muted"]
    classes = ["admin", *right.classes] if right.admin else right.classes
    words = [_CLASSES.get(one, one) for one in dict.fromkeys(classes)]
    words += ["by its name"] if right.guessed else []
    who = " ".join(filter(None, words)) if right.guessed else ", ".join(filter(None, words))
    return ", ".join(printable(part) for part in (*parts, who) if part)


def _place(step: Step) -> str:
    return f"{printable(step.path)}:{step.line}"
