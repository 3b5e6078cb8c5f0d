"""Whether a field is masked: all that the sources say, weighed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from enum import Enum
from typing import TypeVar

import msgspec

from sfgov.model.index import Index
from sfgov.model.masking.declared import post_copy_classes, templates
from sfgov.model.masking.exports import exported
from sfgov.model.masking.records import RecordColumns, in_house_records, package_records
from sfgov.model.masking.shells import shells
from sfgov.model.masking.statements import (
    MaskedObject,
    MaskExempt,
    MaskRule,
    Origin,
    RowFilter,
    Statement,
    Unseen,
)
from sfgov.place import Evidence, Place

S = TypeVar("S", MaskRule, MaskExempt, MaskedObject)


class CoverageState(Enum):
    """What is known of a field's values in a refreshed sandbox."""

    MASKED = "masked"
    MASKED_SOME_ROWS = "masked-some-rows"
    """Only the rows that a filter matches; the others keep their real values."""
    EXEMPT = "exempt"
    EXEMPT_EXPIRED = "exempt-expired"
    UNKNOWN = "unknown"
    """Masking is there that may cover the field, but the files do not say."""
    BARE = "bare"


class Coverage(msgspec.Struct, frozen=True):
    """A field's state, what decided it (most trusted first), and the lines that show it."""

    state: CoverageState
    rules: tuple[MaskRule, ...] = ()
    """The rules that mask it; for a bare field those that would, were they not switched off."""
    exempt: tuple[MaskExempt, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def origin(self) -> Origin | None:
        """The most trusted source that masks the field."""
        masks = self.state in (CoverageState.MASKED, CoverageState.MASKED_SOME_ROWS)
        return self.rules[0].origin if masks and self.rules else None


class MaskSource(msgspec.Struct, frozen=True):
    """A policy, configuration, template, record or class, with all that it masks."""

    origin: Origin
    by: str
    place: Place
    objects: tuple[str, ...]
    rules: tuple[MaskRule, ...]


class Masking:
    """What every source in the files says about masking, and what follows for a field.

    Whatever masks a field for all rows covers it, however little else does. Sources that are the masking itself
    (exports, records) stand over templates, which only declare it; an exemption stands over a template's wildcards,
    a rule that names the field over an exemption's wildcard.
    """

    def __init__(self, index: Index, columns: Sequence[RecordColumns] = (), *, today: date) -> None:
        """`today` is the day on which exemptions are judged; on its last day one still holds."""
        self._today = today
        said: list[Statement] = [
            *exported(index),
            *package_records(index),
            *templates(index),
            *in_house_records(index, columns),
            *post_copy_classes(index),
            *shells(index, columns),
        ]
        self.unseen = tuple(one for one in said if isinstance(one, Unseen))
        """Masking of which the files do not say what it covers."""
        self.filters = tuple(one for one in said if isinstance(one, RowFilter))
        """Where sources mask only some rows of an object."""
        self._rules = _by_object(one for one in said if isinstance(one, MaskRule))
        self._exempt = _by_object(one for one in said if isinstance(one, MaskExempt))
        self._homes = _by_object(one for one in said if isinstance(one, MaskedObject))

    @property
    def rules(self) -> tuple[MaskRule, ...]:
        """Every rule, dormant ones too, by object and in the order of trust."""
        return tuple(rule for _, rules in sorted(self._rules.items()) for rule in rules)

    @property
    def declared(self) -> bool:
        """Whether there is any source of masking at all, even one that does not say what it covers."""
        return bool(self._rules or self._homes or self.unseen)

    @property
    def says_what_is_masked(self) -> bool:
        """Whether some source lists objects or fields, so that one that is not listed is not masked."""
        return bool(self._homes)

    @property
    def exemptions(self) -> tuple[MaskExempt, ...]:
        """Every exemption, ended ones too, by object and place."""
        return tuple(one for _, found in sorted(self._exempt.items()) for one in found)

    @property
    def homes(self) -> tuple[MaskedObject, ...]:
        """Where sources start to speak of objects, most trusted first."""
        found = (home for homes in self._homes.values() for home in homes)
        return tuple(sorted(found, key=lambda home: (home.origin.trust, home.place)))

    def covers_object(self, name: str) -> bool:
        """Whether a source that is switched on speaks of this object."""
        return name.casefold() in self._homes

    def home(self, name: str) -> MaskedObject | None:
        """The most trusted source that speaks of an object: where its fields are to be listed."""
        return next(iter(self._homes.get(name.casefold(), ())), None)

    def rules_of(self, name: str) -> tuple[MaskRule, ...]:
        """The rules about fields of an object, dormant ones too, in the order of trust."""
        return tuple(self._rules.get(name.casefold(), ()))

    def sources(self) -> tuple[MaskSource, ...]:
        """The sources that say what they mask, most trusted first."""
        found: dict[tuple[int, str], list[MaskRule]] = defaultdict(list)
        for rule in self.rules:
            found[rule.origin.trust, rule.by].append(rule)
        return tuple(
            MaskSource(
                rules[0].origin,
                by,
                min(rule.place for rule in rules),
                tuple(sorted({rule.object for rule in rules})),
                tuple(rules),
            )
            for (_, by), rules in sorted(found.items(), key=lambda item: item[0])
        )

    def coverage(self, object_name: str, field: str) -> Coverage:
        """What is known of one field. Both names as metadata has them, in any case."""
        rules = [rule for rule in self._rules.get(object_name.casefold(), ()) if rule.matches(field)]
        exempt = [one for one in self._exempt.get(object_name.casefold(), ()) if one.matches(field)]
        awake = [rule for rule in rules if not rule.dormant]
        for group in (
            [rule for rule in awake if rule.origin.runs],
            [rule for rule in awake if rule.origin is Origin.TEMPLATE and not self._is_exempt(rule, exempt)],
        ):
            if group:
                return _masked(group)
        if exempt:
            return self._exempted(exempt)
        if after_copy := [rule for rule in awake if rule.origin is Origin.POST_COPY]:
            return _masked(after_copy)
        parts = [self.coverage(object_name, part) for part in parts_of(object_name, field)]
        if parts and all(part.state is CoverageState.MASKED for part in parts):
            return _masked([rule for part in parts for rule in part.rules])
        if unseen := self._may_cover(object_name):
            return Coverage(
                CoverageState.UNKNOWN, evidence=tuple(one.place.says(one.reason) for one in unseen)
            )
        return Coverage(CoverageState.BARE, tuple(rules), evidence=_evidence(rules))

    def holds(self, exempt: MaskExempt) -> bool:
        """Whether an exemption has not ended."""
        return exempt.until is None or exempt.until >= self._today

    def _is_exempt(self, rule: MaskRule, exempt: Iterable[MaskExempt]) -> bool:
        return any(self.holds(one) and (one.exact or not rule.exact) for one in exempt)

    def _exempted(self, exempt: list[MaskExempt]) -> Coverage:
        held = [one for one in exempt if self.holds(one)]
        state = CoverageState.EXEMPT if held else CoverageState.EXEMPT_EXPIRED
        shown = held or sorted(exempt, key=lambda one: one.until or date.max, reverse=True)
        return Coverage(state, exempt=tuple(shown), evidence=_evidence(shown))

    def _may_cover(self, object_name: str) -> list[Unseen]:
        """Sources that may cover the object's fields without the files saying so.

        Policies and packages that are only known to exist count while nothing else says what is masked: where
        people list it, the lists are taken as whole.
        """
        wanted = object_name.casefold()
        return [
            one
            for one in self.unseen
            if one.object.casefold() == wanted
            or (not one.object and (one.broken or not self.says_what_is_masked))
        ]


_STREET, _PERSON = ("Street", "City", "PostalCode"), ("FirstName", "LastName")


def parts_of(object_name: str, field: str) -> tuple[str, ...]:
    """The stored fields of which a compound field consists: masking them masks it. Nothing for other fields."""
    if field.casefold() == "name" and object_name.casefold() in ("contact", "lead", "user"):
        return _PERSON
    if field.casefold().endswith("address") and "__" not in field:
        return tuple(field[: -len("address")] + part for part in _STREET)
    return ()


def _masked(rules: list[MaskRule]) -> Coverage:
    whole = [rule for rule in rules if not rule.where]
    state = CoverageState.MASKED if whole else CoverageState.MASKED_SOME_ROWS
    ordered = sorted(whole or rules, key=lambda rule: rule.origin.trust)
    return Coverage(state, tuple(ordered), evidence=_evidence(ordered))


def _evidence(statements: Iterable[MaskRule | MaskExempt]) -> tuple[Evidence, ...]:
    return tuple(evidence for one in statements for evidence in one.evidence())


def _by_object(statements: Iterable[S]) -> dict[str, list[S]]:
    found: dict[str, list[S]] = defaultdict(list)
    for one in statements:
        found[one.object.casefold()].append(one)
    return dict(found)
