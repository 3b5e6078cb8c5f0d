from __future__ import annotations

import pytest

from sfgov_checks.access.guest_reaches_privileged_write import guest_reaches_privileged_write
from tests import access_orgs as orgs
from tests.access_orgs import (
    SECRET,
    Files,
    apex_class,
    field,
    group,
    license_,
    muting_set,
    on,
    permission_set,
    policy,
    profile,
    reads,
    tag,
    xml,
)
from tests.flow_xml import condition, flow, node, rule

GUEST = license_("Guest User License")
PATH = "profiles/Help.profile-meta.xml"


def guests(*blocks: str) -> Files:
    """A guest profile; its first block is line 3."""
    return profile("Help", GUEST, *blocks)


def allowed(text: str) -> Files:
    return policy(f"guest: {{allowed_writes: {text}}}\n")


def found(files: Files) -> list[str]:
    return orgs.found(files, guest_reaches_privileged_write)


# -- what is found


@pytest.mark.parametrize(
    ("flags", "can"),
    [
        (["allowRead", "allowEdit"], "edit Case"),
        (["allowRead", "allowEdit", "allowDelete"], "delete Case"),
        (["allowRead", "viewAllRecords"], "see every record of Case"),
        (["viewAllRecords", "modifyAllRecords", "allowDelete"], "change and delete every record of Case"),
        (["viewAllRecords", "allowEdit"], "see every record of Case, and edit Case"),
    ],
)
def test_what_guests_should_not_hold(flags: list[str], can: str) -> None:
    assert found(guests(on("Case", *flags))) == [
        f"high/high {PATH}:3 Profile Help lets people who are not logged in {can}."
    ]


def test_a_profile_is_one_finding_at_the_gravest() -> None:
    files = guests(on("Case", "allowEdit"), on("Contact", "allowDelete"), on("Account", "allowEdit"))
    assert found(files) == [
        f"high/high {PATH}:4 Profile Help lets people who are not logged in delete Contact, and edit Account and Case."
    ]
    assert orgs.evidence(files, guest_reaches_privileged_write) == [
        f"{PATH}:4 Help grants allowDelete on Contact",
        f"{PATH}:5 Help grants allowEdit on Account",
        f"{PATH}:3 Help grants allowEdit on Case",
    ]
    result = orgs.one(files, guest_reaches_privileged_write)
    assert result.subject == "allowDelete Contact, allowEdit Account, allowEdit Case"


def test_the_profile_that_a_site_names() -> None:
    site = {"sites/Help.site-meta.xml": xml("CustomSite", tag("guestProfile", "Help"))}
    assert orgs.components(
        site | profile("Help", on("Case", "allowEdit")), guest_reaches_privileged_write
    ) == ["Profile:Help"]


@pytest.mark.parametrize(
    ("declared", "block", "line"),
    [
        (
            "{Case: [create]}",
            on("Lead", "allowCreate"),
            f"medium/high {PATH}:3 Profile Help lets people who are not logged in create Lead.",
        ),
        (
            "{Case: [create]}",
            on("Case", "allowCreate", "allowEdit"),
            f"high/high {PATH}:3 Profile Help lets people who are not logged in edit Case.",
        ),
        (
            "{Case: [edit, delete]}",
            on("Case", "modifyAllRecords"),
            f"high/high {PATH}:3 Profile Help lets people who are not logged in change and delete every record of Case.",
        ),
    ],
)
def test_what_the_policy_does_not_allow(declared: str, block: str, line: str) -> None:
    assert found(allowed(declared) | guests(block)) == [line]


def test_a_group_answers_for_sets_that_are_only_its_members() -> None:
    files = (
        policy("delete: {members_only: [Forms]}\n")
        | permission_set("Forms", tag("license", "Guest User License"), on("Case", "allowEdit"))
        | group("Open", "Forms")
        | group("Muted", "Forms", mute="M")
        | muting_set("M", on("Case", "allowEdit"))
    )
    # Whose a group is, only its own files could say; that of its sets is no proof.
    assert orgs.components(files, guest_reaches_privileged_write) == []


# -- what guests can run


def runs_flow(name: str, enabled: str = "true") -> str:
    return tag("flowAccesses", tag("enabled", enabled) + tag("flow", name))


def runs_class(name: str, enabled: str = "true") -> str:
    return tag("classAccesses", tag("apexClass", name) + tag("enabled", enabled))


def flow_file(
    name: str, *blocks: str, mode: str = "SystemModeWithoutSharing", status: str = "Active"
) -> Files:
    """An autolaunched flow that starts with `First`; its blocks begin on line 2."""
    start = tag("start", tag("connector", tag("targetReference", "First")))
    run = [tag("runInMode", mode)] if mode else []
    return {
        f"flows/{name}.flow-meta.xml": flow(
            *blocks, start, tag("processType", "AutoLaunchedFlow"), *run, tag("status", status)
        )
    }


def writes(kind: str, object_: str = "Contact", name: str = "First") -> str:
    return node(kind, name, tag("object", object_))


def controller(statement: str, annotation: str = "@AuraEnabled") -> str:
    """The statement is line 3."""
    return f"public class C {{\n  {annotation} public static void run(Contact c, Id i) {{\n{statement}\n  }}\n}}\n"


@pytest.mark.parametrize(
    ("element", "does"),
    [
        ("recordUpdates", "edits Contact"),
        ("recordCreates", "creates Contact"),
        ("recordDeletes", "deletes Contact"),
    ],
)
def test_a_flow_without_sharing(element: str, does: str) -> None:
    files = guests(runs_flow("F")) | flow_file("F", writes(element))
    assert found(files) == [
        f"critical/high {PATH}:3 Profile Help lets people who are not logged in run the flow F, which {does} in system "
        "context."
    ]


def test_the_way_through_a_subflow_is_evidence() -> None:
    files = (
        guests(runs_flow("F"))
        | flow_file("F", node("subflows", "First", tag("flowName", "G")))
        | flow_file("G", writes("recordUpdates"), mode="")
    )
    assert orgs.evidence(files, guest_reaches_privileged_write) == [
        f"{PATH}:3 Help grants F",
        "flows/F.flow-meta.xml:2 flow F calls G",
        "flows/G.flow-meta.xml:2 First updates Contact records in system context without sharing",
    ]


def test_a_class_in_system_mode() -> None:
    files = guests(runs_class("C")) | apex_class("C", controller("update c;"))
    assert found(files) == [
        f"critical/high {PATH}:3 Profile Help lets people who are not logged in run the Apex class C, which edits Contact "
        "in system mode."
    ]
    assert orgs.evidence(files, guest_reaches_privileged_write) == [
        f"{PATH}:3 Help grants C",
        "classes/C.cls:3 C.run updates Contact records in system mode",
    ]


def test_the_way_through_other_classes_is_evidence() -> None:
    service = "public without sharing class S {\n  public static void save(Contact c) { delete c; }\n}\n"
    files = (
        guests(runs_class("C"))
        | apex_class("C", controller("S.save(c);", "@HttpPost global"))
        | apex_class("S", service)
    )
    assert orgs.evidence(files, guest_reaches_privileged_write) == [
        f"{PATH}:3 Help grants C",
        "classes/C.cls:3 C.run calls S.save",
        "classes/S.cls:2 S.save deletes Contact records in system mode",
    ]


def test_apex_that_a_flow_calls() -> None:
    call = node("actionCalls", "First", tag("actionName", "C"), tag("actionType", "apex"))
    body = (
        "public class C {\n  @InvocableMethod public static void run(List<Contact> c) {\nupdate c;\n  }\n}\n"
    )
    files = guests(runs_flow("F")) | flow_file("F", call, mode="") | apex_class("C", body)
    [line] = found(files)
    assert line.startswith(f"critical/high {PATH}:3 ")
    assert "run the flow F, which edits Contact" in line


def test_several_flows_are_one_finding_at_the_gravest() -> None:
    files = (
        guests(runs_flow("A"), runs_flow("B"), runs_class("C"))
        | flow_file("A", writes("recordUpdates", "Lead"))
        | flow_file("B", writes("recordDeletes"))
        | apex_class("C", controller("update c;"))
    )
    first, second = found(files)
    assert first == (
        f"critical/high {PATH}:4 Profile Help lets people who are not logged in run the flow B, which deletes Contact in "
        "system context. So does A."
    )
    assert second.startswith(
        f"critical/high {PATH}:5 Profile Help lets people who are not logged in run the Apex class C"
    )


def test_code_of_which_the_api_version_is_not_known() -> None:
    files = guests(runs_class("C")) | apex_class("C", controller("update c;"), api_version="")
    [line] = found(files)
    assert line.startswith("critical/medium ")


def test_reading_a_classified_field() -> None:
    query = "Contact one = [SELECT Id, SSN__c FROM Contact WHERE Id = :i];"
    files = guests(runs_class("C")) | apex_class("C", controller(query)) | field("Contact.SSN__c", SECRET)
    [line] = found(files)
    assert line.startswith("critical/medium ")
    assert line.endswith("run the Apex class C, which reads Contact in system mode.")


@pytest.mark.parametrize(
    "files",
    [
        guests(runs_flow("F", "false")) | flow_file("F", writes("recordUpdates")),
        guests(runs_flow("F")) | flow_file("F", writes("recordUpdates"), mode="SystemModeWithSharing"),
        guests(runs_flow("F")) | flow_file("F", writes("recordUpdates"), mode=""),
        guests(runs_flow("F")) | flow_file("F", writes("recordUpdates"), status="Draft"),
        guests(runs_flow("F")) | flow_file("F", writes("recordLookups")),
        guests(runs_flow("F"), on("Contact", "allowCreate")) | flow_file("F", writes("recordCreates")),
        allowed("{Contact: [create]}") | guests(runs_flow("F")) | flow_file("F", writes("recordCreates")),
        guests(runs_flow("F"))
        | flow_file("F", node("subflows", "First", tag("flowName", "G")))
        | flow_file("G", writes("recordUpdates"), mode="UserMode"),
        guests(runs_flow("F"))  # what a save starts, no guest starts
        | {
            "flows/F.flow-meta.xml": flow(
                writes("recordUpdates"),
                tag(
                    "start",
                    tag("connector", tag("targetReference", "First"))
                    + tag("object", "Lead")
                    + tag("triggerType", "RecordAfterSave"),
                ),
                tag("processType", "AutoLaunchedFlow"),
                tag("status", "Active"),
            )
        },
        guests(runs_class("C", "false")) | apex_class("C", controller("update c;")),
        guests(runs_class("C")) | apex_class("C", controller("update as user c;")),
        guests(runs_class("C")) | apex_class("C", controller("Database.update(c, AccessLevel.USER_MODE);")),
        guests(runs_class("C")) | apex_class("C", controller("update c;"), api_version="67.0"),
        guests(runs_class("C")) | apex_class("C", controller("update c;", "")),
        guests(runs_class("C"))
        | apex_class("C", controller("if (Schema.sObjectType.Contact.isUpdateable()) update c;")),
        guests(runs_class("C"))
        | apex_class("C", controller("Contact one = [SELECT Id, Name FROM Contact WHERE SSN__c = null];"))
        | field("Contact.SSN__c", SECRET),
        guests(runs_class("C"), on("Contact", "allowRead"), reads("Contact.SSN__c"))
        | apex_class("C", controller("Contact one = [SELECT SSN__c FROM Contact LIMIT 1];"))
        | field("Contact.SSN__c", SECRET),
        guests(runs_class("C"))  # whoever gets there was asked for a permission
        | apex_class("C", controller("if (FeatureManagement.checkPermission('Help')) S.save(c);"))
        | apex_class("S", "public class S {\n  public static void save(Contact c) { update c; }\n}\n"),
        guests(runs_class("C"))  # only when something fails
        | apex_class("C", controller("try { run(c, i); } catch (Exception e) { update c; }")),
        guests(runs_flow("F"))
        | flow_file(
            "F",
            node(
                "decisions",
                "First",
                rule("Yes", condition("$Permission.Help", "EqualTo", "true"), to="Save"),
            ),
            writes("recordUpdates", name="Save"),
        ),
        profile("Sales", runs_class("C")) | guests() | apex_class("C", controller("update c;")),
        guests(runs_class("Gone"), runs_flow("Gone")),
    ],
)
def test_what_guests_may_run(files: Files) -> None:
    assert found(files) == []


# -- near misses


@pytest.mark.parametrize(
    "files",
    [
        guests(on("Case", "allowRead")),
        guests(on("Case", "allowRead", "allowCreate")),
        allowed("{case: [create]}") | guests(on("Case", "allowCreate")),
        allowed("{Case: [edit]}") | guests(on("CASE", "allowEdit")),
        guests("<objectPermissions><allowEdit>false</allowEdit><object>Case</object></objectPermissions>"),
        profile("Help", license_("Salesforce"), on("Case", "allowEdit", "allowDelete")),
        profile("Help", license_("Customer Community"), on("Case", "allowEdit")),
        profile("Guest License User", tag("custom", "false"), GUEST, on("Idea", "allowEdit")),
    ],
)
def test_what_is_fine(files: Files) -> None:
    assert found(files) == []


def test_without_a_guest_profile_nothing_is_checked() -> None:
    assert orgs.not_checked(profile("Sales"), guest_reaches_privileged_write) == [
        "no guest profile was retrieved"
    ]
