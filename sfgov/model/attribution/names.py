"""Which fields say where a lead came from, told by their names: as the policy lists them, else by the usual words.

The words are data, all in this module. Names are cut into words first (`UTM_Source__c`, `utmSource__c` and
`UTMSource__c` are two words), so that neither `Autumn_Offer__c` nor `Preferred_Channel__c` is taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache

import msgspec

from sfgov.model.index import namespace


class Kind(StrEnum):
    """What a field says about where a lead came from, in the order in which a name is tried."""

    FIRST_TOUCH = "first touch"
    LAST_TOUCH = "last touch"
    CLICK_ID = "click id"
    CAMPAIGN_TAG = "campaign tag"
    """A `utm_` parameter of the link."""
    AI_SOURCE = "AI source"
    LANDING_PAGE = "landing page"
    REFERRAL = "referral"
    LEAD_SOURCE = "lead source"
    CAMPAIGN = "campaign"
    DECLARED = "declared"
    """Listed in the policy, and by its name none of the others."""


class Terms(msgspec.Struct, frozen=True):
    """Which fields count. `fields` are patterns by object; an object without any has the usual names.

    `first_touch` are patterns of fields that are written once; they come on top of the usual names.
    """

    fields: Mapping[str, tuple[str, ...]] = {}
    first_touch: tuple[str, ...] = ()

    def kind(self, object_name: str, field: str) -> Kind | None:
        """What a custom field of an object says about where a lead came from; None where nothing."""
        usual = usual_kind(field)
        if _matches(field, self.first_touch):
            return Kind.FIRST_TOUCH
        declared = self._declared(object_name)
        if declared is None:
            return None if namespace(field) else usual
        return (usual or Kind.DECLARED) if _matches(field, declared) else None

    def is_declared(self, object_name: str, field: str) -> bool:
        """Whether the policy itself lists the field."""
        return _matches(field, (*(self._declared(object_name) or ()), *self.first_touch))

    def is_first_touch(self, object_name: str, field: str) -> bool:
        """Whether a field, custom or standard, is to keep its first value: by the policy, or by its name."""
        if field.casefold() == "leadsource":
            return True
        kind = self.kind(object_name, field)
        return kind is Kind.FIRST_TOUCH or (kind is not None and words(field) == "lead source")

    def _declared(self, object_name: str) -> tuple[str, ...] | None:
        return next((p for name, p in self.fields.items() if name.casefold() == object_name.casefold()), None)


_SUFFIX = re.compile(r"__(?:c|pc)$", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_EVERYDAY = re.compile(r"preferred|autumn", re.IGNORECASE)
"""Words that hold `referr` and `utm`, and have nothing to do with either."""

_TOUCH = r"(?:touch|click|utm|referr?al|referr?er|referring)"
_ORIGIN = r"(?:source|channel|medium|campaign|keyword|search|landing)"
_QUALIFIER = r"(?:lead|marketing|web|website|traffic|visit|contact|ad|online|digital|paid|user)"
_MORE = (
    "source|sources|name|code|id|type|url|uri|link|site|domain|host|path|page|web|website|medium|channel|campaign|"
    "term|content|keyword|detail|details|description|info|information|category|by|from|partner|program|tag|value|"
    r"text|other|platform|engine|phrase|query|c|\d+"
)
_TAIL = rf"(?: (?:{_MORE}))*"
_DATED = rf"(?: (?:{_MORE}|date|datetime|time))*"


def _touch(which: str) -> str:
    """`first touch …` with whatever follows; `first source …` only with words that go with a source."""
    return rf".*\b(?:{which})(?: {_QUALIFIER})* (?:{_TOUCH}\b.*|{_ORIGIN}{_DATED})"


_FAMILIES = (
    (Kind.FIRST_TOUCH, _touch("first|original|orig|initial")),
    (Kind.LAST_TOUCH, _touch("last|latest|recent")),
    (
        Kind.CLICK_ID,
        r".*\b(?:(?:g|fb|tt|d|tw) ?clid|ms ?clk ?id|[wg] ?braid|gclsrc|li ?fat ?id|click ?id)\b.*",
    ),
    (Kind.CAMPAIGN_TAG, r".*\butm\b.*|.*\butm(?:source|medium|campaign|term|content|id|keyword)\b.*"),
    (
        Kind.AI_SOURCE,
        rf".*\b(?:ai|llm|gpt|chatgpt)(?: {_QUALIFIER})* "
        r"(?:source|referr?al|referr?er|referring|channel|assistant|platform|engine|search|touch|campaign)\b.*",
    ),
    (Kind.LANDING_PAGE, r".*\b(?:landing|entry) (?:page|url)\b.*|.*\blandingpage\b.*"),
    (Kind.REFERRAL, rf".*\b(?:referr?er|referral|referring|referred by|referred from|refer url){_TAIL}"),
    (Kind.LEAD_SOURCE, rf"(?:.* )?(?:lead (?:sub )*source|leadsource|lead medium|lead channel){_TAIL}"),
    (Kind.LEAD_SOURCE, rf"(?:.* )?(?:marketing|acquisition|traffic) (?:source|medium|channel){_TAIL}"),
    (Kind.CAMPAIGN, rf"(?:.* )?campaign{_TAIL}"),
)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _FAMILIES)
_NO_ORIGIN = re.compile(
    r"\b(?:date|datetime|time|count|number of|no of|total|amount|cost|budget|fee|score|status|sent|opt|optout|"
    r"unsubscribed?|consent|refused|is|has|do not)\b"
)
"""Words of fields that say something about a touch, and not where it came from."""
_OF_A_TOUCH = (Kind.FIRST_TOUCH, Kind.LAST_TOUCH, Kind.CLICK_ID, Kind.CAMPAIGN_TAG)
"""Of these, a date belongs to the touch as its source does."""


@lru_cache(maxsize=65536)
def words(field: str) -> str:
    """The words of a field's own name, in lower case: `first touch source`."""
    prefix = namespace(field)
    bare = _SUFFIX.sub("", field)[len(prefix) + 2 if prefix else 0 :]
    return " ".join(_WORD.findall(bare)).casefold()


@lru_cache(maxsize=65536)
def usual_kind(field: str) -> Kind | None:
    """What a field's name says by the usual words."""
    text = words(field)
    for kind, pattern in _PATTERNS:
        if pattern.fullmatch(text):
            return None if kind not in _OF_A_TOUCH and _NO_ORIGIN.search(text) else kind
    return None


def _matches(field: str, patterns: Iterable[str]) -> bool:
    """Whether a field's name fits one of the patterns, apart from everyday words that only look like it.

    A standard field (`FirstName`) is only meant where it is named in full.
    """
    name, plain = field.casefold(), _EVERYDAY.sub("", field).casefold()
    if not _SUFFIX.search(field):
        return name in {pattern.casefold() for pattern in patterns}
    return any(
        fnmatchcase(name if _EVERYDAY.search(pattern) else plain, pattern.casefold()) for pattern in patterns
    )
