"""What names inside a flow mean: the object of a record or collection, and how many records there can be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cached_property

from sfgov.facts.flow import Flow, FlowAssignment, FlowElement, FlowResource
from sfgov.model.flow_graph import FlowGraph
from sfgov.model.relationships import Relationships

_RECORD = ("$record", "$record__prior")
THE_RECORD = ("$record", "myvariable_current")
"""What a flow, and a process, calls the record that started it, in lower case."""
_CURRENT_ITEM = "currentitem_"
"""A filter calls the record that it looks at `currentItem_` and its own name."""
_WRITES = ("recordCreates", "recordUpdates", "recordDeletes")
"""The name of one of these means an Id or nothing, never a record."""
_ADDS_ONE = ("AddItem", "Add", "AddAtStart")
_FIXED = ("constants", "formulas", "textTemplates")


class FlowReferences:
    """Resolves the references of one flow. `output_of` gives the variable of another flow, by both names."""

    def __init__(
        self,
        flow: Flow,
        graph: FlowGraph,
        relationships: Relationships,
        output_of: Callable[[str, str], FlowResource | None],
    ) -> None:
        self._flow = flow
        self._graph = graph
        self._relationships = relationships
        self._output_of = output_of
        self._resources = {resource.name.casefold(): resource for resource in reversed(flow.resources)}

    def resource(self, name: str) -> FlowResource | None:
        """The variable, formula, constant … of that name."""
        return self._resources.get(name.casefold())

    def object_of(self, element: FlowElement) -> str:
        """The object that a node works on; empty where it is unknown, or the node works on none."""
        return element.object or self.object_of_reference(element.input_reference or element.collection)

    def object_of_reference(self, reference: str) -> str:
        """The object of the record or records that a reference means; empty where it is unknown."""
        head, *rest = reference.split(".")
        found, rest = self._of_head(head, rest)
        for step in rest:
            if not found:
                return ""
            found = self._relationships.children(found, step) or self._relationships.parent(found, step)
        return found

    def _of_head(self, head: str, rest: list[str]) -> tuple[str, list[str]]:
        """The object of the first name, and what is left to follow from there."""
        seen: set[str] = set()
        while head.casefold() not in seen:
            seen.add(head.casefold())
            if head.casefold() in _RECORD:
                return self._flow.start.object, rest
            resource = self.resource(head)
            if resource is not None:
                return _object_of_variable(resource), rest
            element = self._graph.element(head.casefold().removeprefix(_CURRENT_ITEM))
            if element is None or element.kind in _WRITES:
                return "", rest
            if element.kind == "subflows":
                output = self._output_of(element.flow_name, rest[0]) if rest else None
                return _object_of_variable(output), rest[1:]
            if element.object or not element.collection:
                return element.object, rest
            head, *before = element.collection.split(".")  # a loop or a filter: one of what it works on
            rest = before + rest
        return "", rest

    def limit_of(self, collection: str) -> int | None:
        """How many items a collection can hold at most, where the flow itself bounds it; else None."""
        limits: list[int] = []
        seen: set[str] = set()
        while collection and collection.casefold() not in seen:
            seen.add(collection.casefold())
            element = self.element_behind(collection)
            if element is None:
                limits.extend(self._count_of_items(collection))
                break
            limits.extend(self._limit(element))
            if element.kind != "collectionProcessors":
                break
            collection = element.collection
        return min(limits, default=None)

    def _limit(self, element: FlowElement) -> Iterator[int]:
        constant = self.resource(element.limit_reference)
        if element.limit is not None:
            yield element.limit
        elif constant is not None and constant.kind == "constants":
            digits = constant.text.removesuffix(".0")  # numbers are written `5.0`
            if digits.isdecimal():
                yield int(digits)

    def element_behind(self, reference: str) -> FlowElement | None:
        """The node of that name, or the lookup that alone fills the variable of that name."""
        element = self._graph.element(reference)
        if element is not None:
            return element
        writers = self._writers(reference)
        return writers[0] if len(writers) == 1 and writers[0].kind == "recordLookups" else None

    def _count_of_items(self, variable: str) -> Iterator[int]:
        """How many fixed values are put into a collection one by one, if that is all that is done to it."""
        resource = self.resource(variable)
        writers = self._writers(variable)
        if resource is None or resource.is_input or resource.text or not writers:
            return
        items = [item for w in writers for item in w.assignments if _sets(item, variable)]
        once = all(w.kind == "assignments" and w.name not in self._repeated for w in writers)
        if once and all(map(self._adds_one, items)):
            yield len(items)

    def _adds_one(self, item: FlowAssignment) -> bool:
        if item.operator not in _ADDS_ONE:
            return False
        if item.value.kind != "elementReference":
            return bool(item.value.kind)
        resource = self.resource(item.value.text)
        return resource is not None and resource.kind in _FIXED

    def _writers(self, variable: str) -> list[FlowElement]:
        return self._writers_by_variable.get(variable.casefold(), [])

    @cached_property
    def _writers_by_variable(self) -> dict[str, list[FlowElement]]:
        writers: dict[str, list[FlowElement]] = defaultdict(list)
        for element in self._flow.elements:
            targets = {item.target.casefold() for item in element.assignments} | {element.output.casefold()}
            for target in targets - {""}:
                writers[target].append(element)
        return writers

    @cached_property
    def _repeated(self) -> frozenset[str]:
        """The names of all nodes in the bodies of loops."""
        return frozenset(element.name for loop in self._graph.loops for element in loop.body)


def _sets(item: FlowAssignment, variable: str) -> bool:
    return item.target.casefold() == variable.casefold()


def _object_of_variable(resource: FlowResource | None) -> str:
    return resource.object_type if resource is not None and resource.data_type == "SObject" else ""


def own_field(reference: str) -> str:
    """The field (`Status`, `Owner.Name`) of the record that started the flow which a reference means, or nothing."""
    record, _, field = reference.partition(".")
    return field if record.casefold() in THE_RECORD else ""
