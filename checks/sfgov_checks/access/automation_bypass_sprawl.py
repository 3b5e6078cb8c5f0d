"""ACC009: a permission that switches off much of the automation, in the hands of many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import (
    ApexTrigger,
    Component,
    Flow,
    PermissionSet,
    PermissionSetGroup,
    Profile,
    ValidationRule,
)
from sfgov.model.bypasses import Switch
from sfgov.model.grants import Answer
from sfgov.model.org import Org
from sfgov.model.permissions import Bundle
from sfgov.place import Place
from sfgov.policy import Policy
from sfgov.whose import classes_of
from sfgov_checks.access.who import OUTSIDE, answers, in_numbers, own_grants
from sfgov_checks.principals import counted, joined

_HOLDERS = 5
"""How many holders' lines become evidence."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What this check takes as normal."""

    max_bypass_holders: int = 5
    """More profiles, permission sets and groups than this with the permission are too many."""


@check(
    "ACC009",
    "automation-bypass-sprawl",
    Severity.MEDIUM,
    reads=(ValidationRule, Flow, ApexTrigger),
    against=(Profile, PermissionSet, PermissionSetGroup),
    tags=("governance", "automation"),
    options=Options,
)
def automation_bypass_sprawl(org: Org, policy: Policy, options: Options) -> Iterator[Outcome]:
    """A permission that switches several rules off is held by few, and not by people and machines alike.

    A custom permission such as `Bypass_Validation`, made for a data load, is tested by one rule after the other:
    `NOT($Permission.Bypass_Validation)` in validation rules, a decision at the start of a flow, an early return in a
    trigger. In the end nobody knows what its holders are spared, and they are many.

    Reported is a permission that switches off two or more active validation rules, live triggered flows or methods
    of triggers, where more than `max_bypass_holders` bundles grant it, where people and integrations share it, or
    where agents, guests or external users have it (then at high severity). That it switches something off is worked
    out: with the permission the rule never fires, the flow does nothing, the code leaves something out; without it,
    they may. Who holds a custom setting is data, so settings are not looked at.

    ## Bad
    ```xml objects/Account/validationRules/Needs_Owner.validationRule-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <ValidationRule xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Needs_Owner</fullName>
        <active>true</active>
        <errorConditionFormula>AND(NOT($Permission.Bypass), ISBLANK(Owner_Team__c))</errorConditionFormula>
        <errorMessage>Enter the team.</errorMessage>
    </ValidationRule>
    ```
    ```xml objects/Contact/validationRules/Needs_Email.validationRule-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <ValidationRule xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Needs_Email</fullName>
        <active>true</active>
        <errorConditionFormula>!$Permission.Bypass &amp;&amp; ISBLANK(Email)</errorConditionFormula>
        <errorMessage>Enter the e-mail address.</errorMessage>
    </ValidationRule>
    ```
    ```xml permissionsets/Nightly_Load.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <customPermissions>
            <enabled>true</enabled>
            <name>Bypass</name>
        </customPermissions>
        <label>Nightly load</label>
        <userPermissions>
            <enabled>true</enabled>
            <name>ApiUserOnly</name>
        </userPermissions>
    </PermissionSet>
    ```
    ```xml permissionsets/Sales_Managers.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <customPermissions>
            <enabled>true</enabled>
            <name>Bypass</name>
        </customPermissions>
        <label>Sales managers</label>
    </PermissionSet>
    ```

    ## Good
    ```xml objects/Account/validationRules/Needs_Owner.validationRule-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <ValidationRule xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Needs_Owner</fullName>
        <active>true</active>
        <errorConditionFormula>AND(NOT($Permission.Bypass), ISBLANK(Owner_Team__c))</errorConditionFormula>
        <errorMessage>Enter the team.</errorMessage>
    </ValidationRule>
    ```
    ```xml objects/Contact/validationRules/Needs_Email.validationRule-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <ValidationRule xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Needs_Email</fullName>
        <active>true</active>
        <errorConditionFormula>!$Permission.Bypass &amp;&amp; ISBLANK(Email)</errorConditionFormula>
        <errorMessage>Enter the e-mail address.</errorMessage>
    </ValidationRule>
    ```
    ```xml permissionsets/Nightly_Load.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <customPermissions>
            <enabled>true</enabled>
            <name>Bypass</name>
        </customPermissions>
        <label>Nightly load</label>
        <userPermissions>
            <enabled>true</enabled>
            <name>ApiUserOnly</name>
        </userPermissions>
    </PermissionSet>
    ```

    ## Fix
    Give integrations a permission of their own, take the other one from everybody who does not load data, and let each
    rule name what it lets through.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.custom_perms_overview.htm&type=5
    - https://developer.salesforce.com/docs/atlas.en-us.apexref.meta/apexref/apex_class_System_FeatureManagement.htm
    """
    several = [switch for switch in org.switches if len(switch.uses) > 1]
    if several and not (org.retrieved(Profile) or org.retrieved(PermissionSet)):
        yield NotChecked(
            "neither Profile nor PermissionSet was retrieved, so who holds bypass permissions is unknown"
        )
    for switch in several:
        holders = [
            (bundle, answer)
            for bundle, answer in org.permissions.who_has("customPermissions", switch.name)
            if answers(org, bundle, policy) and own_grants(org, bundle, answer.grants, policy)
        ]
        why = _why([bundle for bundle, _ in holders], policy, options)
        if why:
            yield _finding(org, switch, holders, *why)


def _why(bundles: Sequence[Bundle], policy: Policy, options: Options) -> tuple[str, Severity] | None:
    """Why these should not all hold it, and how bad that is; None where it is fine."""
    classes = {bundle: classes_of(bundle, policy) for bundle in bundles}
    strangers = [bundle for bundle in bundles if classes[bundle] & (OUTSIDE | {"agent"})]
    if strangers:
        return f"{joined([one.name for one in strangers])} among them", Severity.HIGH
    machines = [bundle for bundle in bundles if "integration" in classes[bundle]]
    people = [bundle for bundle in bundles if not classes[bundle]]
    if machines and people:
        return "people and integrations alike", Severity.MEDIUM
    if len(bundles) > options.max_bypass_holders:
        return f"more than {options.max_bypass_holders}", Severity.MEDIUM
    return None


def _finding(
    org: Org, switch: Switch, holders: Sequence[tuple[Bundle, Answer]], why: str, severity: Severity
) -> Finding:
    bundles = [bundle for bundle, _ in holders]
    number = Counter(_KINDS[use.kind] for use in switch.uses)
    off = joined([counted(number[kind], kind) for kind in _KINDS.values() if number[kind]])
    granted = (answer.grants[0] for _, answer in holders[:_HOLDERS])
    certain = any(answer for _, answer in holders)
    return Finding(
        f"{switch.name} switches off {off}, and {in_numbers(bundles)} {'grants' if len(bundles) == 1 else 'grant'} it, "
        f"{why}: "
        f"{joined([bundle.name for bundle in bundles])}.",
        at=_place(org, switch),
        because=[
            *(
                use.place.says(f"{_KINDS[use.kind]} {use.name} lets its holders through")
                for use in switch.uses
            ),
            *(evidence for grant in granted for evidence in grant.evidence),
        ],
        severity=severity,
        confidence=None if certain else Confidence.LOW,
        subject="holders",
    )


_KINDS = {"validation rule": "validation rule", "flow": "flow", "trigger": "trigger method"}


def _place(org: Org, switch: Switch) -> Place:
    """The permission's own file; without it, the first thing that it switches off."""
    component = f"CustomPermission:{switch.name}"
    for written in org.parts(Component, switch.name):
        if written.fact.root == "CustomPermission":
            return Place(written.path, written.fact.line, component)
    return msgspec.structs.replace(switch.uses[0].place, component=component, element="")
