"""DAT008: encrypted fields by which something filters, sorts or matches."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, ApexTrigger, CustomField, Flow, ListView, MatchingRules, SharingRules
from sfgov.model.filtered import Use
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov_checks.data.restricted_field_unencrypted import is_encrypted

_EXACT = {"=", "!=", "<>", "in", "not in", "group by", "equalto", "notequalto", "notin", ""}
"""What deterministic encryption allows."""
_MANY = 10
"""More uses of one field than this are one finding."""


@check(
    "DAT008",
    "encrypted-field-used-in-filter",
    Severity.HIGH,
    reads=(CustomField,),
    against=(ApexClass, ApexTrigger, Flow, ListView, MatchingRules, SharingRules),
)
def encrypted_field_used_in_filter(org: Org) -> Iterator[Outcome]:
    """Nothing filters, sorts or matches by an encrypted field in a way that its encryption does not allow.

    Shield Platform Encryption with the probabilistic scheme gives another cipher text each time: the database cannot
    compare it. Queries that filter, group or sort by such a field fail, flows that filter by it too, list views and
    matching rules find nothing or cannot be saved, and it can be neither unique nor an external id. The deterministic
    schemes allow exact matches only: no `LIKE`, no ranges, no sorting. No encrypted field can be a criterion of a
    sharing rule.

    Looked at are queries in Apex outside tests, flows that may run, list views, active matching rules and sharing
    rules. Comparisons with null, dynamic queries and aggregates are not judged. Where no field is encrypted, nothing is
    checked.

    ## Bad
    ```xml objects/Contact/fields/SSN__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>SSN__c</fullName>
        <complianceGroup>PII</complianceGroup>
        <encryptionScheme>ProbabilisticEncryption</encryptionScheme>
        <label>SSN</label>
        <type>Text</type>
    </CustomField>
    ```
    ```apex classes/ContactSelector.cls
    public with sharing class ContactSelector {
        public List<Contact> byNumber(String ssn) {
            return [SELECT Id FROM Contact WHERE SSN__c = :ssn LIMIT 1];
        }
    }
    ```

    ## Good
    ```xml objects/Contact/fields/SSN__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>SSN__c</fullName>
        <complianceGroup>PII</complianceGroup>
        <encryptionScheme>CaseSensitiveDeterministicEncryption</encryptionScheme>
        <label>SSN</label>
        <type>Text</type>
    </CustomField>
    ```
    ```yaml governance/masking/Contact.yml
    object: Contact
    fields:
      SSN__c: {category: replaceRandom}
      Email: {category: library, value: email}
      "*Phone": {category: library, value: phone}
      MailingStreet: {category: library, value: street}
      Birthdate: {category: delete}
    ```
    ```apex classes/ContactSelector.cls
    public with sharing class ContactSelector {
        public List<Contact> byNumber(String ssn) {
            return [SELECT Id FROM Contact WHERE SSN__c = :ssn LIMIT 1];
        }
    }
    ```

    ## Fix
    Use the deterministic scheme where exact matches are enough; else filter by another field.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=xcloud.security_pe_considerations_general.htm
    - https://help.salesforce.com/s/articleView?id=xcloud.security_pe_validation_errors.htm
    """
    encrypted = [one for one in org.all(CustomField) if is_encrypted(one.fact)]
    if not encrypted:
        yield NotChecked("no field here is encrypted with Shield Platform Encryption")
    for field in encrypted:
        probabilistic = field.fact.encryption_scheme.casefold().startswith("prob")
        if probabilistic and (field.fact.unique or field.fact.external_id):
            yield _identifying(field)
        uses = [use for use in org.filtered.uses(field.name) if probabilistic or _is_barred(use)]
        if len(uses) > _MANY:
            yield Finding(
                f"{field.name} is encrypted {_scheme(field)}, and {len(uses)} places filter or sort by it.",
                at=field.at_element("encryptionScheme"),
                because=[use.place.says(f"{use.by} {_does(use)} {field.name}") for use in uses[:5]],
                subject="filtered",
            )
            continue
        for use in uses:
            yield Finding(
                f"{field.name} is encrypted {_scheme(field)}, and {use.by} {_does(use)} it: {_consequence(use)}.",
                at=use.place,
                because=[
                    field.at_element("encryptionScheme").says(f"{field.name}: {field.fact.encryption_scheme}")
                ],
                subject=f"{field.name} {use.by} {use.how}",
            )


def _identifying(field: Written[CustomField]) -> Finding:
    element = "unique" if field.fact.unique else "externalId"
    return Finding(
        f"{field.name} is encrypted probabilistically, and is {'unique' if field.fact.unique else 'an external id'}: the "
        "field cannot be deployed so.",
        at=field.at_element(element),
        because=[field.at_element("encryptionScheme").says(f"{field.name}: {field.fact.encryption_scheme}")],
        subject="identifies",
    )


def _is_barred(use: Use) -> bool:
    """Whether deterministic encryption does not allow it either."""
    return use.kind == "sharing rule" or use.how.casefold() not in _EXACT


def _scheme(field: Written[CustomField]) -> str:
    probabilistic = field.fact.encryption_scheme.casefold().startswith("prob")
    return "probabilistically" if probabilistic else "deterministically"


def _does(use: Use) -> str:
    sorts = {"order by": "sorts by", "group by": "groups by"}
    if use.kind == "matching rule":
        return "matches by"
    return sorts.get(use.how, f"filters{f' ({use.how})' if use.how.casefold() not in _EXACT else ''} by")


def _consequence(use: Use) -> str:
    return {
        "query": "the query fails",
        "flow": "the flow fails",
        "list view": "the view cannot be saved or shows nothing",
        "matching rule": "the rule finds no duplicates",
        "sharing rule": "the rule cannot be saved",
    }[use.kind]
