"""DAT006: masking that is told to leave some rows alone."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec

from sfgov import Confidence, Finding, Severity, check
from sfgov.facts import CustomField, CustomMetadata, DataMaskExport, MaskingTemplate
from sfgov.model.classification import classified_fields
from sfgov.model.masking import CoverageState, MaskRule, Origin, RowFilter
from sfgov.model.org import Org
from sfgov.policy import Policy
from sfgov_checks.data.sensitive import is_standard_sensitive, sensitivity, some_of

_LONGEST = 40
"""What `WhereCriteria` can hold."""
_OPERATIONS = {"eq", "ne", "lt", "gt", "ge", "le", "contains", "not_contains", "in", "not_in"}
_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'")
_LIMIT = re.compile(r"\blimit\s+\d", re.IGNORECASE)
_BY_ID = re.compile(r"(?<![\w.])id\s*(=|!=|<|>|in\b|not\s+in\b)", re.IGNORECASE)
_ONE_TEST = re.compile(r"(?P<field>[\w.]+)\s*(?P<operator>!=|<>|=)\s*(?P<value>'(?:[^'\\]|\\.)*'|[\w.-]+)")
_TESTED = re.compile(r"([A-Za-z_][\w.]*)\s*(?:=|!=|<>|<=?|>=?|\blike\b|\bin\b|\bnot\s+in\b)", re.IGNORECASE)


class _Fault(msgspec.Struct, frozen=True):
    """Why a filter does not do what it says."""

    key: str
    says: str
    severity: Severity


@check(
    "DAT006",
    "mask-row-filter-leaves-real-data",
    Severity.HIGH,
    reads=(CustomMetadata, DataMaskExport, MaskingTemplate),
    against=(CustomField,),
)
def mask_row_filter_leaves_real_data(org: Org, policy: Policy) -> Iterator[Finding]:
    """Masking reaches all rows of an object; what a row filter leaves out keeps its real values.

    A masking policy, configuration or template can be limited to some rows of an object. The others are copied into
    the sandbox and stay as they are, whatever reason is given for the filter. The finding names the fields that are
    masked in no other way. It is high where one of them is classified as sensitive or holds personal data in every
    org, else medium. Two filters of which one is the exact opposite of the other cover all rows and are fine.

    Data Mask's own filters fail in further ways: a `LIMIT` in the criterion is ignored, so that everything is masked;
    a criterion that compares `Id` stops the job; a criterion longer than 40 characters or with an open quote was cut
    off; an operation that the stored filter does not know stops the run; and the criterion and the stored filter can
    test different fields.

    ## Bad
    ```xml objects/Contact/fields/Email.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Email</fullName>
        <complianceGroup>PII</complianceGroup>
    </CustomField>
    ```
    ```yaml governance/masking/Contact.yml
    object: Contact
    filter: {where: "Region__c = 'EMEA'", reason: "The tests need real addresses from the US."}
    fields:
      Email: {category: library, value: email}
    ```

    ## Good
    ```xml objects/Contact/fields/Email.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Email</fullName>
        <complianceGroup>PII</complianceGroup>
    </CustomField>
    ```
    ```yaml governance/masking/Contact.yml
    object: Contact
    filter: none
    fields:
      Email: {category: library, value: email}
      "*Phone": {category: library, value: phone}
      MailingStreet: {category: library, value: street}
      Birthdate: {category: delete}
    ```

    ## Fix
    Remove the filter, or mask the other rows by a second policy or template. Where single records must stay as they
    are, create them in the sandbox after masking.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.data_mask_considerations.htm
    """
    yield from _left_out(org, policy)
    for one in org.masking.filters:
        for fault in _faults(one):
            yield Finding(
                f"The row filter of {one.by} on {one.object} {fault.says}: {_shortened(one.where or one.raw)}.",
                at=one.place,
                severity=fault.severity,
                subject=f"{one.by} {one.object} {fault.key}",
            )


def _left_out(org: Org, policy: Policy) -> Iterator[Finding]:
    """One finding for each source and object of which some rows stay bare."""
    sensitive = {field.name.casefold() for field in classified_fields(org.index, sensitivity(policy))}
    partly: dict[tuple[str, str], list[MaskRule]] = defaultdict(list)
    for rule in org.masking.rules:
        coverage = org.masking.coverage(rule.object, rule.field)
        limited = bool(rule.where) and not rule.dormant and coverage.state is CoverageState.MASKED_SOME_ROWS
        if limited and not _complete({one.where for one in coverage.rules}):
            partly[rule.by, rule.object].append(rule)
    for (by, name), rules in sorted(partly.items()):
        rules.sort(key=lambda rule: rule.place)
        fields = list(dict.fromkeys(rule.field for rule in rules))
        grave = [f for f in fields if _is_sensitive(name, f, sensitive)]
        others = (
            len({one.where for rule in rules for one in org.masking.coverage(name, rule.field).rules}) > 1
        )
        own = next((one for one in org.masking.filters if (one.by, one.object) == (by, name)), None)
        reason = (
            f" The reason that is given ({own.reason.rstrip('.')}) does not change that."
            if own and own.reason
            else ""
        )
        yield Finding(
            f"{by[0].upper()}{by[1:]} masks {name} only where {_shortened(rules[0].where)}; all other rows keep their real "
            f"{some_of(grave or fields)} in a refreshed sandbox.{reason}",
            at=own.place if own else rules[0].place,
            because=[evidence for rule in rules[:3] for evidence in rule.evidence()],
            severity=Severity.HIGH if grave else Severity.MEDIUM,
            confidence=Confidence.MEDIUM if others else Confidence.HIGH,
            subject=f"{by} {name} rows",
        )


def _is_sensitive(name: str, field: str, classified: set[str]) -> bool:
    if is_standard_sensitive(name, field):
        return True
    rule = re.compile(re.escape(f"{name}.{field}".casefold()).replace(r"\*", ".*").replace(r"\?", "."))
    return any(map(rule.fullmatch, classified))


def _complete(filters: set[str]) -> bool:
    """Whether one of these filters is the opposite of another: `A = 1` and `A != 1`."""
    tests = [match for one in filters if (match := _ONE_TEST.fullmatch(one.strip()))]
    sides = {(m["field"].casefold(), m["value"].casefold(), m["operator"] == "=") for m in tests}
    return any(
        (field, value, not equal) in sides
        or (value in ("true", "false") and (field, "false" if value == "true" else "true", equal) in sides)
        for field, value, equal in sides
    )


def _faults(one: RowFilter) -> Iterator[_Fault]:
    """What Data Mask would not do as the filter says; other tools' filters are not judged."""
    if one.origin is not Origin.EXPORT:
        return
    bare = _LITERAL.sub("''", one.where)
    if _LIMIT.search(bare):
        yield _Fault("limit", "has a LIMIT, which is ignored: every row is masked", Severity.HIGH)
    if _BY_ID.search(bare):
        yield _Fault("id", "compares Id, which stops the masking job", Severity.HIGH)
    if len(one.where) > _LONGEST or "'" in bare.replace("''", ""):
        yield _Fault("cut", "is cut off after 40 characters or has an open quote", Severity.MEDIUM)
    stored = _json(one.raw)
    strange = sorted(set(_values(stored, "operation")) - _OPERATIONS)
    if strange:
        says = f"stores the operation {strange[0]}, which Data Mask does not know, so the run fails"
        yield _Fault("operation", says, Severity.HIGH)
    fields = {value.casefold() for key in ("field", "fieldName", "column") for value in _values(stored, key)}
    tested = {match.casefold() for match in _TESTED.findall(bare)}
    if fields and tested and fields.isdisjoint(tested):
        says = f"tests other fields in its criterion than in the stored filter ({some_of(sorted(fields))})"
        yield _Fault("disagree", says, Severity.MEDIUM)


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None


def _values(stored: Any, wanted: str) -> Iterator[str]:
    """The texts under a key, at any depth."""
    if isinstance(stored, list):
        for item in stored:
            yield from _values(item, wanted)
    elif isinstance(stored, dict):
        for key, value in stored.items():
            if key == wanted and isinstance(value, str):
                yield value
            else:
                yield from _values(value, wanted)


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
