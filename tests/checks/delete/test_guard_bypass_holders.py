from __future__ import annotations

import pytest

from sfgov_checks.delete.guard_bypass_holders import guard_bypass_holders as check
from tests.delete_orgs import STOP, Files, bundle, evidence, found, group, guard_trigger, mdapi, switch
from tests.flow_xml import ACTIVE, before_delete, condition, flow, node, rule, tag, xml

FLOW = "flows/Guard.flow-meta.xml"
HAS = switch("customPermissions", "Bypass")
BYPASS = {
    "customPermissions/Bypass.customPermission-meta.xml": xml("CustomPermission", tag("label", "Bypass"))
}
POSTED = condition("$Record.Posted__c", "EqualTo", "true")
LACKS = condition("$Permission.Bypass", "EqualTo", "false")
PORTAL = bundle("profiles", "Portal", HAS, tag("userLicense", "Partner Community"))


def guard(*conditions: str, extra: str = "", default: str = "") -> Files:
    """A flow whose question (line 3) leads to the error."""
    ask = node("decisions", "Ask", rule("R", *conditions, to="" if default else "Stop"), default=default)
    return {FLOW: flow(STOP, ask, before_delete("Ask"), ACTIVE, *([extra] if extra else []))}


def holders(number: int) -> Files:
    files: Files = {}
    for position in range(number):
        files |= bundle("permissionsets", f"S{position}", HAS)
    return files


GUARD = guard(POSTED, LACKS)


# -- holders


def test_a_portal_profile_may_walk_around_it() -> None:
    assert found(GUARD | BYPASS | PORTAL, check) == [
        f"high/high {FLOW}:3 Delete guard Guard on Invoice__c lets holders of Bypass through: 1 profile, among them "
        "Profile Portal (external)."
    ]
    assert (
        evidence(GUARD | BYPASS | PORTAL, check)[-1]
        == "profiles/Portal.profile-meta.xml:2 Portal grants Bypass"
    )


def test_an_integration_that_the_policy_names_in_a_metadata_retrieve() -> None:
    policy = {"sfgov.yml": "principals: {integration: {permission_sets: [ERP]}}\n"}
    files = mdapi(GUARD | BYPASS | bundle("permissionsets", "ERP", HAS) | holders(1)) | policy
    [message] = found(files, check)
    assert message.endswith("through: 2 permission sets, among them PermissionSet ERP (integration).")


def test_more_than_five_sets_carry_it() -> None:
    [message] = found(GUARD | BYPASS | holders(6), check)
    assert message == (
        f"medium/high {FLOW}:3 Delete guard Guard on Invoice__c lets holders of Bypass through: 6 permission sets."
    )


def test_fewer_may_be_allowed() -> None:
    policy = {"sfgov.yml": "checks: {DEL012: {max_bypass_holders: 1}}\n"}
    assert len(found(GUARD | BYPASS | holders(2) | policy, check)) == 1


def test_the_holders_take_the_allowing_outcome() -> None:
    has = condition("$Permission.Bypass", "EqualTo", "true")
    assert len(found(guard(has, default="Stop") | BYPASS | PORTAL, check)) == 1


def test_a_formula_asks() -> None:
    formula = "<formulas><name>Locked</name><dataType>Boolean</dataType><expression>AND({!$Record.Posted__c}, NOT({!$Permission.Bypass}))</expression></formulas>"
    files = guard(condition("Locked", "EqualTo", "true"), extra=formula)
    assert len(found(files | BYPASS | PORTAL, check)) == 1


def test_the_entry_criteria_ask() -> None:
    start = before_delete("Stop", tag("filterFormula", "NOT({!$Permission.Bypass})"))
    files = {FLOW: flow(STOP, start, ACTIVE)}
    assert len(found(files | BYPASS | PORTAL, check)) == 1


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            "if (FeatureManagement.checkPermission('Bypass')) { return; }\n"
            "for (Invoice__c i : Trigger.old) { if (i.Posted__c) { i.addError('no'); } }",
            id="early return",
        ),
        pytest.param(
            "for (Invoice__c i : Trigger.old) { if (i.Posted__c && !FeatureManagement.checkPermission('Bypass')) {"
            " i.addError('no'); } }",
            id="part of the condition",
        ),
        pytest.param(
            "Boolean may = FeatureManagement.checkPermission('Bypass');\n"
            "for (Invoice__c i : Trigger.old) { if (may == false) { i.addError('no'); } }",
            id="a variable",
        ),
    ],
)
def test_a_trigger_asks(body: str) -> None:
    [message] = found(guard_trigger(body, "Invoice__c") | BYPASS | PORTAL, check)
    assert "Delete guard Guard on Invoice__c lets holders of Bypass through" in message
    assert message.startswith("high/high triggers/Guard.trigger:")


def test_a_handler_asks() -> None:
    handler = (
        "public class Handler {\n"
        "  public void run(List<Invoice__c> all) {\n"
        "    if (!System.FeatureManagement.checkPermission('Bypass')) {\n"
        "      for (Invoice__c i : all) { i.addError('no'); }\n"
        "    }\n  }\n}\n"
    )
    files = guard_trigger("new Handler().run(Trigger.old);", "Invoice__c") | {"classes/Handler.cls": handler}
    [message] = found(files | BYPASS | PORTAL, check)
    assert message.startswith("high/high classes/Handler.cls:3 ")


# -- a permission that is not there, a profile's label


def test_a_permission_that_the_org_does_not_have() -> None:
    other = {
        "customPermissions/Other.customPermission-meta.xml": xml("CustomPermission", tag("label", "Other"))
    }
    assert found(GUARD | other, check) == [
        f"high/high {FLOW}:3 Delete guard Guard on Invoice__c asks for the custom permission Bypass, which the org does "
        "not have, so it stops everybody."
    ]


def test_a_profile_compared_by_its_label() -> None:
    name = condition("$Profile.Name", "NotEqualTo", "'System Administrator'")
    assert found(guard(POSTED, name), check) == [
        f'low/high {FLOW}:3 Delete guard Guard on Invoice__c compares the profile\'s name with "System Administrator": '
        "when the profile is renamed or copied, other people may delete, or none."
    ]


def test_a_profile_compared_in_apex() -> None:
    body = (
        "String profileName = [SELECT Name FROM Profile LIMIT 1].Name;\n"
        "for (Invoice__c i : Trigger.old) { if (profileName != 'Billing') { i.addError('no'); } }"
    )
    [message] = found(guard_trigger(body, "Invoice__c"), check)
    assert message.startswith("low/high triggers/Guard.trigger:3 ")
    assert 'compares the profile\'s name with "Billing"' in message


# -- near misses


def test_few_people_carry_it() -> None:
    assert found(GUARD | BYPASS | holders(5), check) == []


def test_holders_are_stopped_not_let_through() -> None:
    holds = condition("$Permission.Bypass", "EqualTo", "true")
    assert found(guard(POSTED, holds) | BYPASS | PORTAL, check) == []


def test_who_is_let_through_is_not_settled() -> None:
    """Posted invoices are stopped for everybody, whoever has the permission."""
    either = rule("R", POSTED, LACKS, to="Stop").replace(">and<", ">or<")
    files = {FLOW: flow(STOP, node("decisions", "Ask", either), before_delete("Ask"), ACTIVE)}
    assert found(files | BYPASS | PORTAL, check) == []


def test_a_group_that_mutes_it_does_not_count_twice() -> None:
    files = holders(5) | group("Team", "S0", "S1", mute="No") | bundle("mutingpermissionsets", "No", HAS)
    assert found(GUARD | BYPASS | files, check) == []


def test_administrators_do_not_count() -> None:
    admin = bundle("profiles", "Admin", HAS, switch("userPermissions", "ModifyAllData"))
    assert found(GUARD | BYPASS | holders(5) | admin, check) == []


def test_permissions_that_were_not_retrieved_are_not_missing() -> None:
    assert found(GUARD, check) == []


def test_a_packages_permission_is_not_missing() -> None:
    other = {
        "customPermissions/Other.customPermission-meta.xml": xml("CustomPermission", tag("label", "Other"))
    }
    packaged = condition("$Permission.acme__Bypass", "EqualTo", "false")
    assert found(guard(POSTED, packaged) | other, check) == []


def test_a_guard_that_sleeps() -> None:
    files = {FLOW: GUARD[FLOW].replace("Active", "Draft")}
    assert found(files | BYPASS | PORTAL, check) == []


def test_a_guard_that_asks_about_the_record_alone() -> None:
    assert found(guard(POSTED) | BYPASS | PORTAL, check) == []
