"""Apex linked across files: methods, what they call, and what they come to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from sfgov.facts import ApexClass, ApexMeta, ApexTrigger
from sfgov.facts.apex import ApexType, Operation
from sfgov.model.apex.batches import BatchSizes
from sfgov.model.apex.bounded import Bounded
from sfgov.model.apex.calls import Calls
from sfgov.model.apex.effects import DATABASE_WORK, LOOK_UPS, Effect
from sfgov.model.apex.entries import BULK, Entry, entries_of, is_page_controller, is_test_helper
from sfgov.model.apex.graph import Call, CallGraph
from sfgov.model.apex.linked import LinkedMethod
from sfgov.model.apex.loop_work import LoopWork, direct_work, work_behind_calls
from sfgov.model.apex.loops import Loops
from sfgov.model.apex.members import Members
from sfgov.model.apex.memory import Memory
from sfgov.model.apex.reach import Path, Reach
from sfgov.model.apex.reads import connect_reads
from sfgov.model.apex.types import Types
from sfgov.model.index import Index, Written

__all__ = [
    "BULK",
    "DATABASE_WORK",
    "Apex",
    "Effect",
    "Entry",
    "LinkedMethod",
    "LoopWork",
    "Path",
]


class Apex:
    """All Apex of the org."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._reaches: dict[frozenset[Effect], Reach] = {}

    @cached_property
    def _classes(self) -> tuple[tuple[str, Written[ApexClass], ApexType], ...]:
        """Every type with its key and its file, by name; also of classes that several packages have."""
        return tuple(
            (_key(one.name, number), written, one)
            for first in self._index.all(ApexClass)
            for number, written in enumerate(self._index.parts(ApexClass, first.name), 1)
            for one in written.fact.types
        )

    @cached_property
    def methods(self) -> tuple[LinkedMethod, ...]:
        """Every method, constructor, accessor, initialiser and trigger body, by file and line."""
        tests = {written.path for written in self.classes if written.fact.types[0].is_test}
        found = [
            LinkedMethod(written, method, owner, key, in_test_class=written.path in tests)
            for key, written, owner in self._classes
            for method in owner.methods
        ]
        found += [
            LinkedMethod(written, method, None, f"trigger {written.name.casefold()}#{number}")
            for first in self._index.all(ApexTrigger)
            for number, written in enumerate(self._index.parts(ApexTrigger, first.name), 1)
            for method in written.fact.methods
        ]
        return tuple(found)

    def methods_of(self, owner: str) -> tuple[LinkedMethod, ...]:
        """The methods of one type (`Outer.Inner`, in any case), in source order."""
        return tuple(self._by_owner.get(owner.casefold(), ()))

    @cached_property
    def _by_owner(self) -> dict[str, list[LinkedMethod]]:
        found: dict[str, list[LinkedMethod]] = defaultdict(list)
        for method in self.methods:
            found[method.owner_key].append(method)
        return found

    def methods_in(self, path: str) -> tuple[LinkedMethod, ...]:
        """The methods of one file, in source order."""
        return tuple(self._by_path.get(path, ()))

    @cached_property
    def _by_path(self) -> dict[str, list[LinkedMethod]]:
        found: dict[str, list[LinkedMethod]] = defaultdict(list)
        for method in self.methods:
            found[method.written.path].append(method)
        return found

    def body_of(self, trigger: Written[ApexTrigger]) -> tuple[LinkedMethod, ...]:
        """What a trigger does when it fires; nothing where its text is not there."""
        return tuple(self._bodies.get(trigger.path, ()))

    @cached_property
    def _bodies(self) -> dict[str, list[LinkedMethod]]:
        found: dict[str, list[LinkedMethod]] = defaultdict(list)
        for method in self.methods:
            if method.method.kind == "trigger":
                found[method.written.path].append(method)
        return found

    @cached_property
    def classes(self) -> tuple[Written[ApexClass], ...]:
        """All class files, by name and path."""
        return tuple({written.path: written for _, written, _ in self._classes}.values())

    @cached_property
    def triggers(self) -> tuple[Written[ApexTrigger], ...]:
        """All triggers whose text is there."""
        return tuple(written for written in self._index.all(ApexTrigger) if not written.fact.hidden)

    @cached_property
    def types(self) -> Types:
        """Every class, interface and enum, inner ones too."""
        return Types((key, written.package, one) for key, written, one in self._classes)

    @cached_property
    def calls(self) -> Calls:
        """Calls resolved to methods."""
        return Calls(self.types, Members(self.types, (m for m in self.methods if not m.is_test)))

    @cached_property
    def graph(self) -> CallGraph:
        """What the methods do by themselves and whom they call."""
        graph = CallGraph(self.methods, self.calls)
        connect_reads(graph, self.calls)
        return graph

    @cached_property
    def memory(self) -> Memory:
        """What is done once and remembered."""
        return Memory(self.calls)

    @cached_property
    def batches(self) -> BatchSizes:
        """How many records each batch job takes at a time."""
        return BatchSizes(self.graph, self.calls.expressions)

    @cached_property
    def loops(self) -> Loops:
        """Which loops multiply work."""
        return Loops(Bounded(self.types, self.calls.expressions, self.batches), self.memory)

    def reach(self, effects: Iterable[Effect]) -> Reach:
        """Which methods come to work of these kinds, and how."""
        wanted = frozenset(effects)
        if wanted not in self._reaches:
            self._reaches[wanted] = Reach(wanted, self.graph, self.calls, self.loops, self.memory)
        return self._reaches[wanted]

    def work_in_loops(self, effects: frozenset[Effect]) -> Iterable[LoopWork]:
        """Work of these kinds that is done once per round of a loop, itself or (describe calls apart) behind a call."""
        yield from direct_work(self.graph, self.loops, effects)
        yield from work_behind_calls(self.graph, self.loops, self._reaches_of(effects - {Effect.DESCRIBE}))

    def way_to(self, linked: LinkedMethod, effects: frozenset[Effect]) -> Path | None:
        """The nearest work of these kinds that a method comes to each time it runs; its first step is the method's."""
        found = [path for path in (reach.path_from(linked) for reach in self._reaches_of(effects)) if path]
        return min(found, key=lambda path: len(path.steps), default=None)

    def way_behind(self, linked: LinkedMethod, call: Call, effects: frozenset[Effect]) -> Path | None:
        """The nearest work of these kinds that one call comes to."""
        found = [path for path in (reach.path(linked, call) for reach in self._reaches_of(effects)) if path]
        return min(found, key=lambda path: len(path.steps), default=None)

    def _reaches_of(self, effects: frozenset[Effect]) -> list[Reach]:
        """Look-ups apart from the rest: a cache by key helps the first only."""
        kinds = (effects & LOOK_UPS, effects - LOOK_UPS)
        return [self.reach(kind) for kind in kinds if kind]

    @cached_property
    def entries(self) -> dict[LinkedMethod, frozenset[Entry]]:
        """Per method that the platform calls, as what."""
        found = ((method, entries_of(method, self.types)) for method in self.graph.methods)
        return {method: entries for method, entries in found if entries}

    @cached_property
    def page_controllers(self) -> frozenset[str]:
        """The keys of the classes that look like controllers or extensions of Visualforce pages."""
        return frozenset(key for key, one in self.types.items() if is_page_controller(one))

    @cached_property
    def run_in_bulk(self) -> dict[LinkedMethod, tuple[LinkedMethod, Operation] | None]:
        """Every method that a trigger, a job or a service comes to, with the call by which it is reached first."""
        return self.graph.reachable(m for m, entries in self.entries.items() if entries & BULK)

    def never_runs(self, linked: LinkedMethod) -> bool:
        """Whether nothing in production comes to a method: it is private and not called, or a helper of tests."""
        if linked in self.run_in_bulk or linked in self.entries:
            return False
        method = linked.method
        if "private" in method.modifiers and method.kind == "method":
            return not self.graph.is_called(linked)
        return is_test_helper(linked.method.owner)

    def effect(self, linked: LinkedMethod, operation: Operation) -> Effect | None:
        """What an operation does by itself, without following calls."""
        return self.graph.effect(linked, operation)

    def is_remembered(self, linked: LinkedMethod, operation: Operation) -> bool:
        """Whether an operation is done only once, however often its method is called on one object."""
        return any(memo.outlives_call() for memo in self.memory.of(linked, operation))

    def parent_file(self, written: Written[ApexClass]) -> Written[ApexClass] | None:
        """The file of the class that a class extends, if that is in the tree."""
        parent = self.types.parent(self._outer_keys.get(written.path, ""))
        return self._files.get(parent)

    def file_of(self, key: str) -> Written[ApexClass]:
        """The file of the type with that key. Raises `KeyError` where there is none."""
        return self._files[key]

    @cached_property
    def _outer_keys(self) -> dict[str, str]:
        return {file.path: key for key, file, _ in self._classes if "." not in key}

    @cached_property
    def _files(self) -> dict[str, Written[ApexClass]]:
        return {key: file for key, file, _ in self._classes}

    def is_active(self, trigger: Written[ApexTrigger]) -> bool:
        """Whether a trigger runs: it does unless its `-meta.xml` says otherwise."""
        meta = self.meta(trigger)
        return meta is None or meta.fact.status.casefold() in ("", "active")

    def meta(self, written: Written[ApexClass] | Written[ApexTrigger]) -> Written[ApexMeta] | None:
        """The `-meta.xml` of a class or trigger: the one beside it, where several packages have the name."""
        parts = [p for p in self._index.parts(ApexMeta, written.name) if p.fact.owner == written.type]
        beside = (part for part in parts if part.path.startswith(written.path))
        return next(beside, parts[0] if len(parts) == 1 else None)


def _key(name: str, number: int) -> str:
    """The key of a type in the `number`-th file of its class."""
    outer, dot, inner = name.casefold().partition(".")
    return f"{outer}#{number}{dot}{inner}" if number > 1 else f"{outer}{dot}{inner}"
