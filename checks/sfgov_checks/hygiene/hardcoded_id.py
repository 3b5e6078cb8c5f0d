"""HYG004: record Ids and org addresses that hold in one org alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from sfgov import Confidence, Finding, Severity, check
from sfgov.facts import (
    ApexClass,
    ApexTrigger,
    CustomField,
    CustomLabels,
    CustomMetadata,
    Flow,
    ValidationRule,
    Workflow,
)
from sfgov.model.fixed_texts import Text, texts
from sfgov.model.org import Org
from sfgov.model.record_ids import org_addresses, record_ids, without_addresses
from sfgov.place import Place
from sfgov_checks.principals import counted
from sfgov_checks.readable import readable

_MOST_SHOWN = 10
_MOST_RECORDS = 5
"""More records of one custom metadata type than this are one finding."""
_INSTEAD = {
    "005": "Ask for a custom permission, or look the user up by a name kept in custom metadata.",
    "00G": "Look the group or queue up by its DeveloperName.",
    "00e": "Ask for a custom permission, or compare the profile's name.",
    "00E": "Ask for a custom permission, or compare the role's DeveloperName.",
    "012": "Use the record type's DeveloperName: it is the same in every org.",
}


class _Fixed(msgspec.Struct, frozen=True):
    """One Id or address, and what it is: `Id of a user`."""

    text: str
    is_a: str
    confidence: Confidence
    fix: str


@check(
    "HYG004",
    "hardcoded-id",
    Severity.MEDIUM,
    reads=(
        ApexClass,
        ApexTrigger,
        CustomField,
        CustomLabels,
        CustomMetadata,
        Flow,
        ValidationRule,
        Workflow,
    ),
)
def hardcoded_id(org: Org) -> Iterator[Finding]:
    """No record Id and no address of one org stands in code or configuration.

    The same record has another Id in the next sandbox, and an instance has another address after the next migration:
    what is deployed then does nothing, or the wrong thing, without any error. Looked at are strings in Apex, values and
    formulas of flows that may run, formulas and default values of fields, active validation and workflow rules, custom
    labels and custom metadata records.

    An Id is known by its key prefix and its form; with 18 characters also by its checksum, without it the confidence
    is medium. Quiet: tests and what tests are made with, comments, stand-ins, bare key prefixes, the Id of the master
    record type (the same everywhere), `login.salesforce.com` and the like, managed packages. Of more than a hundred
    places, those of one file are one finding.

    ## Bad
    ```apex classes/CaseRouter.cls
    public with sharing class CaseRouter {
        private static final Id COMPLAINT = '0125g000000ABcDAAW';
        public static void route(List<Case> cases) {
            for (Case one : cases) {
                one.RecordTypeId = COMPLAINT;
            }
        }
    }
    ```

    ## Good
    ```apex classes/CaseRouter.cls
    public with sharing class CaseRouter {
        public static void route(List<Case> cases) {
            Id complaint = Schema.SObjectType.Case.getRecordTypeInfosByDeveloperName().get('Complaint').getRecordTypeId();
            for (Case one : cases) {
                one.RecordTypeId = complaint;
            }
        }
    }
    ```

    ## Fix
    Look the record up by a name that is the same in every org, and take the org's address from
    `URL.getOrgDomainUrl()` or a named credential.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
    - https://help.salesforce.com/s/articleView?id=000385585&type=1
    """
    yield from readable(_found(org))


def _found(org: Org) -> Iterator[Finding]:
    found: dict[tuple[str, str], list[Text]] = defaultdict(list)
    known: dict[str, _Fixed] = {}
    for text in texts(org.index, org.flows):
        for fixed in _fixed(text.text):
            known.setdefault(fixed.text, fixed)
            found[text.at.path, fixed.text].append(text)
    together: dict[tuple[str, int, str], list[str]] = defaultdict(list)
    for (path, value), uses in found.items():
        together[path, min(text.at.line for text in uses), known[value].is_a].append(value)
    records: dict[str, list[tuple[Text, list[_Fixed]]]] = defaultdict(list)
    for (path, _, _), values in together.items():
        uses = sorted((text for value in values for text in found[path, value]), key=lambda text: text.at)
        fixed_here = [known[value] for value in sorted(values)]
        if uses[0].at.component.startswith("CustomMetadata:"):
            records[uses[0].at.component.partition(".")[0]].append((uses[0], fixed_here))
        else:
            yield _finding(fixed_here, uses)
    for some in records.values():
        yield from _in_records(some)


def _fixed(text: str) -> Iterator[_Fixed]:
    for host in org_addresses(text):
        yield _Fixed(host, "address of one org", Confidence.HIGH, "")
    for one in record_ids(without_addresses(text)):
        sure = Confidence.HIGH if one.checked else Confidence.MEDIUM
        yield _Fixed(one.text, f"Id of {one.is_a}", sure, _INSTEAD.get(one.text[:3], ""))


def _finding(values: Sequence[_Fixed], uses: Sequence[Text]) -> Finding:
    """What stands on one line first, and where else in the file it stands."""
    first = uses[0]
    others = sorted({(text.at, text.within) for text in uses if text.at.line != first.at.line})
    also = f", and in {counted(len(others), 'other place')} of this file" if others else ""
    many = f" and {len(values) - 1} more" if len(values) > 1 else ""
    return Finding(
        f"The {values[0].is_a} ({values[0].text}){many} stand{'' if many else 's'} in {first.within}{also}.",
        at=first.at,
        because=[place.says(f"it also stands in {where}") for place, where in others[:_MOST_SHOWN]],
        fix=values[0].fix,
        confidence=values[0].confidence,
        subject=", ".join(value.text for value in values),
    )


def _in_records(some: Sequence[tuple[Text, list[_Fixed]]]) -> Iterator[Finding]:
    """Records of one custom metadata type; of many, one finding about the type."""
    if len(some) <= _MOST_RECORDS:
        yield from (_finding(values, [text]) for text, values in some)
        return
    some = sorted(some, key=lambda pair: pair[0].at)
    first, values = some[0]
    kind = first.at.component.partition(":")[2].partition(".")[0]
    yield Finding(
        f"{len(some)} records of {kind} hold Ids or addresses of one org, such as the {values[0].is_a} "
        f"({values[0].text}) in {first.within}.",
        at=Place(first.at.path, first.at.line, f"CustomObject:{kind}__mdt", "records"),
        because=[
            text.at.says(f"{text.within} holds the {found[0].is_a} ({found[0].text})")
            for text, found in some[:_MOST_SHOWN]
        ],
    )
