"""APX008: whether permissions count depends on the API version in the file beside the class."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from sfgov import Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass
from sfgov.model.apex import Apex
from sfgov.model.apex.statements import SavedClass, Statement, Statements
from sfgov.model.classification import SensitiveField, Sensitivity, classified_fields
from sfgov.model.org import Org
from sfgov.place import Evidence, Place
from sfgov.policy import Policy
from sfgov_checks.apex.security_mode_changes import changed_meaning
from sfgov_checks.apex.security_mode_reasons import unexplained

_SHOWN = 5


@check(
    "APX008",
    "security-mode-depends-on-api-version",
    Severity.HIGH,
    reads=(ApexClass,),
    tags=("security",),
)
def security_mode_depends_on_api_version(org: Org, policy: Policy) -> Iterator[Outcome]:
    """Code that reads sensitive fields, or deletes what must stay, says in which mode it runs.

    Up to API version 66 a query or DML statement without a mode ignores the user's object and field permissions;
    from 67 on it enforces them, and a class without a sharing keyword is `with sharing`. So the same code means two
    things, and one number in the `-meta.xml` decides which.

    Reported are classes up to 66 that pages, components, services, flows or agents come to, where a statement
    without a mode reads a field that is classified as sensitive or deletes an object that the policy never lets
    anyone delete (high, or medium where all those fields are standard ones and only Confidential, which Salesforce may
    have filled in by itself); classes from 67 on that still say `WITH SECURITY_ENFORCED`, which no longer compiles
    (high); and classes without a sharing keyword that extend, or are called by, a class on the other side of 67
    (medium). Methods that ask for permissions themselves are fine.

    Held against an earlier state (`--diff-base`), a class whose version goes over 67, up or down, is reported with
    every statement that now means something else (high). And a class that is `without sharing`, or says system mode,
    is to say why in a comment when a bundle of guests, external users or an agent comes to it (medium).

    ## Bad
    ```apex classes/PatientController.cls
    public class PatientController {
        @AuraEnabled
        public static List<Contact> patients() {
            return [SELECT Id, SSN__c FROM Contact];
        }
    }
    ```
    ```xml classes/PatientController.cls-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <ApexClass xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>58.0</apiVersion>
        <status>Active</status>
    </ApexClass>
    ```
    ```xml objects/Contact/fields/SSN__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>SSN__c</fullName>
        <complianceGroup>PII</complianceGroup>
        <label>SSN</label>
        <length>11</length>
        <type>Text</type>
    </CustomField>
    ```

    ## Good
    ```apex classes/PatientController.cls
    public with sharing class PatientController {
        @AuraEnabled
        public static List<Contact> patients() {
            return [SELECT Id, SSN__c FROM Contact WITH USER_MODE];
        }
    }
    ```
    ```xml classes/PatientController.cls-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <ApexClass xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>58.0</apiVersion>
        <status>Active</status>
    </ApexClass>
    ```

    ## Fix
    Write the mode down: `WITH USER_MODE`, `insert as user`, `AccessLevel.USER_MODE`, or system mode where that is
    meant; and a sharing keyword on the class.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_classes_enforce_usermode.htm
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_security_sharing_chapter.htm
    """
    statements = Statements(org.apex)
    terms = policy.classification
    sensitivity = Sensitivity(terms.sensitive_groups, terms.sensitive_levels, terms.ignore_fields)
    guarded = _Guarded(
        _by_object(classified_fields(org.index, sensitivity)),
        policy.delete.never,
    )
    for saved in statements.classes:
        yield from _ignores_permissions(org.apex, statements, saved, guarded)
        yield from _no_longer_compiles(saved)
    yield from _across_versions(org.apex, statements)
    yield from changed_meaning(org, statements.classes)
    yield from unexplained(org, policy)


class _Guarded:
    """The sensitive fields of each object (all in lower case), and the objects that are never deleted."""

    def __init__(self, fields: Mapping[str, Mapping[str, SensitiveField]], never: Iterable[str]) -> None:
        self._fields = fields
        self._never = {name.casefold(): name for name in never}

    def reason(self, statement: Statement) -> tuple[str, SensitiveField | None]:
        """Why a statement must say its mode (`reads Contact.SSN__c`), with the field; empty if it need not."""
        operation = statement.operation
        if operation.kind == "soql":
            words = set(re.findall(r"\w+", operation.text.casefold()))
            fields = [
                field for name, field in self._fields.get(statement.object, {}).items() if name in words
            ]
            if fields:
                gravest = min(fields, key=lambda field: field.may_be_default)
                return f"reads {gravest.name}", gravest
        deletes = operation.name.casefold() in ("delete", "deleteasync", "deleteimmediate")
        if deletes and statement.object in self._never:
            return f"deletes {self._never[statement.object]} (never, says the policy)", None
        return "", None


def _by_object(fields: Iterator[SensitiveField]) -> Mapping[str, Mapping[str, SensitiveField]]:
    found: dict[str, dict[str, SensitiveField]] = defaultdict(dict)
    for field in fields:
        found[field.object.casefold()][field.field.casefold()] = field
    return found


def _ignores_permissions(
    apex: Apex, statements: Statements, saved: SavedClass, guarded: _Guarded
) -> Iterator[Outcome]:
    if saved.runs_in_user_mode:
        return
    found = [
        (statement, *guarded.reason(statement))
        for statement in saved.implicit
        if statement.method in statements.from_outside
    ]
    found = [one for one in found if one[1]]
    if not found:
        return
    first, reason, _ = found[0]
    more = f" ({len(found)} statements in all)" if len(found) > 1 else ""
    yield Finding(
        f"{saved.written.name} is saved at API {saved.api_version:g}, so {first.method.name} {reason} without "
        f"asking for the user's permissions{more}; from 67 on the same code asks.",
        at=first.method.at(first.operation),
        because=[
            *_version(apex, saved),
            *(e for statement, why, field in found[:_SHOWN] for e in _shown(statement, why, field)),
        ],
        severity=Severity.MEDIUM
        if all(field and field.may_be_default for *_, field in found)
        else Severity.HIGH,
        subject=saved.written.name,
    )


def _shown(statement: Statement, why: str, field: SensitiveField | None) -> Iterator[Evidence]:
    yield statement.method.at(statement.operation).says(f"{why}, without a mode")
    if field:
        yield field.evidence()[0]


def _no_longer_compiles(saved: SavedClass) -> Iterator[Outcome]:
    if saved.runs_in_user_mode and saved.enforced:
        first = saved.enforced[0]
        yield Finding(
            f"{saved.written.name} is saved at API {saved.api_version:g}, where WITH SECURITY_ENFORCED does not "
            "compile; WITH USER_MODE takes its place.",
            at=first.method.at(first.operation),
            because=[s.method.at(s.operation).says("says WITH SECURITY_ENFORCED") for s in saved.enforced],
            subject=f"{saved.written.name}: SECURITY_ENFORCED",
        )


def _across_versions(apex: Apex, statements: Statements) -> Iterator[Outcome]:
    """Classes that leave mode and sharing to their version, and work together with one of the other side of 67."""
    by_path = {saved.written.path: saved for saved in statements.classes}
    for saved in statements.classes:
        if saved.says_sharing or not saved.implicit:
            continue
        other = _other_side(apex, saved, by_path)
        if other:
            place, how, neighbour = other
            yield Finding(
                f"{saved.written.name} (API {saved.api_version:g}) states neither sharing nor mode and {how} "
                f"{neighbour.written.name} (API {neighbour.api_version:g}): each enforces other permissions.",
                at=saved.written.at(element=saved.written.name),
                because=[
                    *_version(apex, saved),
                    *_version(apex, neighbour),
                    place.says(f"{saved.written.name} {how} {neighbour.written.name}"),
                    *(s.method.at(s.operation).says("without a mode") for s in saved.implicit[:_SHOWN]),
                ],
                severity=Severity.MEDIUM,
                subject=f"{saved.written.name}: versions",
            )


def _other_side(
    apex: Apex, saved: SavedClass, by_path: Mapping[str, SavedClass]
) -> tuple[Place, str, SavedClass] | None:
    """A class that a class extends or is called by, and that is saved on the other side of 67."""
    outer = saved.outer
    parent = apex.parent_file(saved.written) if outer else None
    above = by_path.get(parent.path) if parent else None
    if above and outer and above.runs_in_user_mode != saved.runs_in_user_mode:
        return saved.written.at(outer.line, outer.name), "extends", above
    for linked in dict.fromkeys(s.method for s in saved.implicit):
        for caller, operation in apex.graph.callers_of(linked):
            neighbour = by_path.get(caller.written.path)
            if neighbour and neighbour.runs_in_user_mode != saved.runs_in_user_mode:
                return caller.at(operation), "is called by", neighbour
    return None


def _version(apex: Apex, saved: SavedClass) -> list[Evidence]:
    meta = apex.meta(saved.written)
    return [meta.at_element("apiVersion").says(f"saved at API {saved.api_version:g}")] if meta else []
