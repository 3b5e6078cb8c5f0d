"""APX008, rights that code takes for itself: who comes to it from outside, and whether a comment says why."""

from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.apex.security_mode_depends_on_api_version import security_mode_depends_on_api_version
from tests.apex_orgs import apex, files, trail

LOAD = "@AuraEnabled public static List<Account> load() { return [SELECT Id FROM Account]; }"
SYSTEM = LOAD.replace("FROM Account", "FROM Account WITH SYSTEM_MODE")
WITHOUT = "public without sharing class"
WITH = "public with sharing class"


def profile(name: str, license_name: str, *accesses: str) -> dict[str, str]:
    return {
        f"profiles/{name}.profile-meta.xml": (
            '<?xml version="1.0" encoding="UTF-8"?>\n<Profile xmlns="http://soap.sforce.com/2006/04/metadata">\n'
            + "\n".join(accesses)
            + f"\n<custom>true</custom>\n<userLicense>{license_name}</userLicense>\n</Profile>\n"
        )
    }


def may_run(name: str) -> str:
    return f"<classAccesses><apexClass>{name}</apexClass><enabled>true</enabled></classAccesses>"


def may_start(name: str) -> str:
    return f"<flowAccesses><enabled>true</enabled><flow>{name}</flow></flowAccesses>"


GUESTS = profile("Site Profile", "Guest User License", may_run("C"))


def found(*parts: dict[str, str]) -> list[Result]:
    return lint(files(*parts), security_mode_depends_on_api_version)


def test_a_class_without_sharing_that_guests_come_to() -> None:
    (result,) = found(apex("C", LOAD, head=WITHOUT), GUESTS)
    assert (result.path, result.line, result.severity) == ("classes/C.cls", 1, "medium")
    assert result.message == (
        "C works without sharing, and no comment says why; Profile Site Profile lets people who are not logged in "
        "come to it."
    )
    assert trail(result) == [
        "Site Profile:3 Site Profile grants C",
        "C:2 SOQL query, without sharing",
    ]


def test_system_mode_that_partners_come_to_through_a_service() -> None:
    (result,) = found(
        apex("C", "@AuraEnabled public static void go() {", "Svc.load();", "}", head=WITH),
        apex("Svc", "// Everything.", SYSTEM.replace("@AuraEnabled ", ""), head=WITH),
        profile("Partner", "Partner Community", may_run("C")),
    )
    assert (result.path, result.line) == ("classes/Svc.cls", 3)
    assert result.message == (
        "Svc.load works in system mode, and no comment says why; Profile Partner lets people from outside the company "
        "come to it."
    )
    assert trail(result) == [
        "Partner:3 Partner grants C",
        "C:3 C.go calls Svc.load",
        "Svc:3 SOQL query, in system mode",
    ]


def test_an_agents_permission_set_that_comes_to_it_through_a_flow() -> None:
    flow = """\
        <?xml version="1.0" encoding="UTF-8"?>
        <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
            <actionCalls>
                <name>Delete_All</name>
                <actionName>C</actionName>
                <actionType>apex</actionType>
            </actionCalls>
            <processType>AutoLaunchedFlow</processType>
            <start><connector><targetReference>Delete_All</targetReference></connector></start>
            <status>Active</status>
        </Flow>
        """
    agents = """\
        <?xml version="1.0" encoding="UTF-8"?>
        <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
            <flowAccesses><enabled>true</enabled><flow>Clean_Up</flow></flowAccesses>
            <label>Agents</label>
        </PermissionSet>
        """
    (result,) = found(
        apex(
            "C",
            "@InvocableMethod public static void run(List<Account> all) { delete as system all; }",
            head=WITH,
        ),
        {"flows/Clean_Up.flow-meta.xml": flow, "permissionsets/Agents.permissionset-meta.xml": agents},
        {"sfgov.yml": "principals:\n  agent: {permission_sets: [Agents]}\n"},
    )
    assert (result.path, result.line) == ("classes/C.cls", 2)
    assert "PermissionSet Agents lets an AI agent come to it." in result.message
    assert trail(result) == [
        "Agents:3 Agents grants Clean_Up",
        "Clean_Up:3 Delete_All calls the Apex class C",
        "C:2 DML, in system mode",
    ]


def test_an_inner_class_and_database_methods() -> None:
    (result,) = found(
        apex(
            "C",
            "@AuraEnabled public static void go(List<Account> all) { Inner.save(all); }",
            "without sharing class Inner {",
            "static void save(List<Account> all) { Database.update(all, AccessLevel.SYSTEM_MODE); }",
            "}",
            head=WITH,
        ),
        GUESTS,
    )
    assert (result.line, result.message.partition(",")[0]) == (3, "C.Inner works without sharing")


def test_one_class_is_one_finding_through_the_first_bundle() -> None:
    again = profile("Portal", "Customer Community", may_run("C"))
    (result,) = found(apex("C", LOAD, SYSTEM.replace("load", "more"), head=WITHOUT), GUESTS, again)
    assert "Profile Portal lets people from outside the company" in result.message
    assert trail(result)[1:] == ["C:2 SOQL query, without sharing", "C:3 SOQL query, without sharing"]


def with_comment(comment: str, class_file: dict[str, str]) -> dict[str, str]:
    return {path: f"{comment}\n{text}" for path, text in class_file.items()}


REASONS = {
    "a comment above the class": with_comment(
        "// Without sharing: guests see the price list of all branches.", apex("C", LOAD, head=WITHOUT)
    ),
    "ApexDoc": with_comment(
        "/**\n * Prices of all branches.\n * Works in system mode as guests own nothing.\n */",
        apex("C", LOAD, head=WITHOUT),
    ),
    "behind the keyword": {
        "classes/C.cls": f"public without sharing class C {{ // by design: visitors own no records\n{LOAD}\n}}\n"
    },
    "beside the query": apex(
        "C",
        "@AuraEnabled public static List<Account> load() {",
        "// Bypasses field-level security: only Ids are given to the page.",
        "return [SELECT Id FROM Account WITH SYSTEM_MODE];",
        "}",
        head=WITH,
    ),
    "above the method": apex(
        "C",
        "/* The guest user has no access to accounts. */",
        SYSTEM,
        head=WITH,
    ),
    "several lines of comment": apex(
        "C",
        "// The community users see",
        "// their own branch only.",
        SYSTEM,
        head=WITH,
    ),
    "for another linter": with_comment(
        "@SuppressWarnings('PMD.ApexSharingViolations')", apex("C", LOAD, head=WITHOUT)
    ),
    "for another linter, in a method": apex(
        "C", "@SuppressWarnings('PMD.ApexCRUDViolation')", SYSTEM, head=WITH
    ),
}  # fmt: skip


@pytest.mark.parametrize("class_file", REASONS.values(), ids=REASONS)
def test_a_comment_that_gives_a_reason(class_file: dict[str, str]) -> None:
    assert [r.message for r in found(class_file, GUESTS)] == []


NO_REASONS = {
    "a licence": "/*\n * Copyright (c) 2020 Acme. Permission is hereby granted, WITHOUT WARRANTY.\n */",
    "what the class does": "/**\n * @description Controller of the price list\n * @author Jane\n */",
    "a title": "// Prices",
}


@pytest.mark.parametrize("comment", NO_REASONS.values(), ids=NO_REASONS)
def test_a_comment_that_gives_none(comment: str) -> None:
    (result,) = found(with_comment(comment, apex("C", LOAD, head=WITHOUT)), GUESTS)
    assert result.message.startswith("C works without sharing")


def test_a_reason_in_a_string_is_none() -> None:
    text = "static String t = '// without sharing, as guests own nothing';"
    assert len(found(apex("C", LOAD, head=WITHOUT), GUESTS)) == 1
    assert len(found(apex("C", text, LOAD, head=WITHOUT), GUESTS)) == 1


INTERNAL = profile("Sales", "Salesforce", may_run("C"))
NEAR_MISSES = {
    "only employees come to it": (apex("C", LOAD, head=WITHOUT), INTERNAL),
    "with sharing": (apex("C", LOAD, head=WITH), GUESTS),
    "inherited sharing": (apex("C", LOAD, head="public inherited sharing class"), GUESTS),
    "no keyword": (apex("C", LOAD), GUESTS),
    "user mode": (apex("C", LOAD.replace("FROM Account", "FROM Account WITH USER_MODE"), head=WITHOUT), GUESTS),
    "no query": (apex("C", "@AuraEnabled public static Integer one() { return 1; }", head=WITHOUT), GUESTS),
    "another class": (apex("D", LOAD, head=WITHOUT), GUESTS),
    "no way in": (apex("C", LOAD.replace("@AuraEnabled ", ""), head=WITHOUT), GUESTS),
    "access that is off": (
        apex("C", LOAD, head=WITHOUT),
        profile("Site", "Guest User License", may_run("C").replace("true", "false")),
    ),
    "a flow that no person starts": (
        apex("C", "@InvocableMethod public static void run(List<Account> all) { delete all; }", head=WITHOUT),
        files(
            profile("Site", "Guest User License", may_start("F")),
            {
                "flows/F.flow-meta.xml": """\
                    <?xml version="1.0" encoding="UTF-8"?>
                    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
                        <actionCalls>
                            <name>Run</name>
                            <actionName>C</actionName>
                            <actionType>apex</actionType>
                        </actionCalls>
                        <processType>AutoLaunchedFlow</processType>
                        <start>
                            <connector><targetReference>Run</targetReference></connector>
                            <object>Account</object>
                            <recordTriggerType>Create</recordTriggerType>
                            <triggerType>RecordAfterSave</triggerType>
                        </start>
                        <status>Active</status>
                    </Flow>
                    """
            },
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("class_file", "bundle"), NEAR_MISSES.values(), ids=NEAR_MISSES)
def test_what_needs_no_reason(class_file: dict[str, str], bundle: dict[str, str]) -> None:
    assert [r.message for r in found(class_file, bundle)] == []


def test_a_muted_access_is_none() -> None:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    name = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
    granted = {
        "permissionsets/Base.permissionset-meta.xml": (
            f"{head}<PermissionSet {name}>\n{may_run('C')}\n<label>Base</label>\n</PermissionSet>\n"
        ),
        "permissionsetgroups/Agents.permissionsetgroup-meta.xml": (
            f"{head}<PermissionSetGroup {name}>\n<label>Agents</label>\n"
            "<mutingPermissionSets>Mute</mutingPermissionSets>\n<permissionSets>Base</permissionSets>\n"
            "</PermissionSetGroup>\n"
        ),
        "sfgov.yml": "principals:\n  agent: {permission_set_groups: [Agents]}\n",
    }
    muting = {
        "mutingpermissionsets/Mute.mutingpermissionset-meta.xml": (
            f"{head}<MutingPermissionSet {name}>\n{may_run('C')}\n<label>Mute</label>\n</MutingPermissionSet>\n"
        )
    }
    open_group = {**granted, **{k: v.replace(">true<", ">false<") for k, v in muting.items()}}
    assert len(found(apex("C", LOAD, head=WITHOUT), open_group)) == 1
    assert found(apex("C", LOAD, head=WITHOUT), granted, muting) == []
