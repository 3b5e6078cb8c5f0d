from __future__ import annotations

from textwrap import dedent

import pytest
from msgspec import msgpack

from sfgov.facts import (
    AnyFact,
    Component,
    MutingPermissionSet,
    PermissionSet,
    PermissionSetGroup,
    Problem,
    Profile,
)
from sfgov.facts.permissions import Access, FieldPermission, Member, ObjectPermission
from sfgov.parse import parse
from sfgov.project.source import SourceFile

NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'


def parsed(source: SourceFile, text: str | bytes) -> AnyFact:
    """The one fact of a file; first as it is parsed, then as it comes out of a worker."""
    data = text if isinstance(text, bytes) else dedent(text).lstrip().encode()
    result = parse(source, data)
    assert result.problems == ()
    [fact] = result.facts
    assert msgpack.decode(msgpack.encode(fact), type=AnyFact) == fact
    return fact


def profile(text: str | bytes, name: str = "Sales") -> Profile:
    fact = parsed(SourceFile(f"profiles/{name}.profile-meta.xml", "Profile", name), text)
    assert isinstance(fact, Profile)
    return fact


def piece(root: str, body: str, type_: str = "PermissionSet") -> AnyFact:
    source = SourceFile("permissionsets/Case_Delete/x-meta.xml", type_, "Case_Delete", role="part")
    return parsed(source, f"<{root} {NS}>\n{body}\n</{root}>\n")


def test_a_profile_carries_the_line_of_every_switch() -> None:
    fact = profile(f"""
        <?xml version="1.0" encoding="UTF-8"?>
        <Profile {NS}>
            <classAccesses>
                <apexClass>InvoiceService</apexClass>
                <enabled>true</enabled>
            </classAccesses>
            <custom>true</custom>
            <fieldPermissions>
                <editable>false</editable>
                <field>Invoice__c.Amount__c</field>
                <readable>true</readable>
            </fieldPermissions>
            <loginIpRanges>
                <endAddress>10.0.0.9</endAddress>
                <startAddress>10.0.0.1</startAddress>
            </loginIpRanges>
            <objectPermissions>
                <allowCreate>true</allowCreate>
                <allowDelete>false</allowDelete>
                <allowEdit>true</allowEdit>
                <allowRead>true</allowRead>
                <modifyAllRecords>false</modifyAllRecords>
                <object>Invoice__c</object>
                <viewAllRecords>true</viewAllRecords>
            </objectPermissions>
            <userLicense>Salesforce</userLicense>
            <userPermissions>
                <enabled>true</enabled>
                <name>ApiEnabled</name>
            </userPermissions>
        </Profile>
    """)
    assert (fact.name, fact.line, fact.user_license, fact.custom) == ("Sales", 2, "Salesforce", True)
    assert fact.lines == {"custom": 7, "userLicense": 26}
    assert list(fact.objects) == [
        ObjectPermission(
            "Invoice__c",
            17,
            allowCreate=18,
            allowDelete=-19,
            allowEdit=20,
            allowRead=21,
            modifyAllRecords=-22,
            viewAllRecords=24,
            viewAllFields=0,
        )
    ]
    assert list(fact.fields) == [FieldPermission("Invoice__c.Amount__c", 8, readable=11, editable=-9)]
    assert list(fact.accesses) == [
        Access("classAccesses", "InvoiceService", line=3, enabled=5),
        Access("userPermissions", "ApiEnabled", line=27, enabled=28),
    ]
    assert fact.login_ip_ranges == (("10.0.0.1", "10.0.0.9", 13),)


def test_a_switch_that_is_not_written_is_neither_true_nor_false() -> None:
    fact = profile(f"<Profile {NS}><objectPermissions><object>Case</object></objectPermissions></Profile>")
    assert list(fact.objects) == [ObjectPermission("Case", 1)]


def test_nil_numbers_and_other_spellings_of_truth() -> None:
    fact = profile(
        f'<Profile {NS} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        "<objectPermissions>\n<allowDelete>1</allowDelete>\n<allowEdit> TRUE </allowEdit>\n"
        '<allowRead xsi:nil="true"/>\n<allowCreate>0</allowCreate>\n<object>Case</object>\n</objectPermissions>\n'
        "</Profile>"
    )
    assert list(fact.objects) == [
        ObjectPermission("Case", 2, allowDelete=3, allowEdit=4, allowRead=0, allowCreate=-6)
    ]


def test_blocks_that_a_merge_left_twice_stay_apart() -> None:
    block = "<objectPermissions><allowDelete>{}</allowDelete><object>Case</object></objectPermissions>\n"
    fact = profile(f"<Profile {NS}>\n{block.format('true')}{block.format('false')}</Profile>")
    assert [(one.object, one.allowDelete) for one in fact.objects] == [("Case", 2), ("Case", -3)]


def test_a_block_without_a_name_says_nothing() -> None:
    fact = profile(
        f"<Profile {NS}><objectPermissions><allowDelete>true</allowDelete></objectPermissions>"
        "<userPermissions><enabled>true</enabled></userPermissions><fieldPermissions/></Profile>"
    )
    assert (len(fact.objects), len(fact.fields), len(fact.accesses)) == (0, 0, 0)
    assert (list(fact.objects), list(fact.fields), list(fact.accesses)) == ([], [], [])


@pytest.mark.parametrize(
    ("block", "access"),
    [
        (
            (
                "<applicationVisibilities><application>CRM</application><default>true</default>\n"
                "<visible>false</visible></applicationVisibilities>"
            ),
            Access("applicationVisibilities", "CRM", 1, -2),
        ),
        (
            "<recordTypeVisibilities><recordType>Case.VIP</recordType>\n<visible>true</visible></recordTypeVisibilities>",
            Access("recordTypeVisibilities", "Case.VIP", 1, 2),
        ),
        (
            "<agentAccesses><agentName>Help_Desk</agentName><enabled>true</enabled></agentAccesses>",
            Access("agentAccesses", "Help_Desk", 1, 1),
        ),
        (
            "<customPermissions><enabled>true</enabled><name>Approve</name></customPermissions>",
            Access("customPermissions", "Approve", 1, 1),
        ),
        (
            (
                "<externalCredentialPrincipalAccesses><enabled>true</enabled>"
                "<externalCredentialPrincipal>ERP-Main</externalCredentialPrincipal></externalCredentialPrincipalAccesses>"
            ),
            Access("externalCredentialPrincipalAccesses", "ERP-Main", 1, 1),
        ),
        (
            "<tabSettings><tab>standard-Case</tab>\n<visibility>Visible</visibility></tabSettings>",
            Access("tabSettings", "standard-Case", 1, 2),
        ),
        (
            "<tabSettings><tab>standard-Case</tab>\n<visibility>None</visibility></tabSettings>",
            Access("tabSettings", "standard-Case", 1, -2),
        ),
        (
            "<somethingNewAccesses><enabled>true</enabled><thing>X</thing></somethingNewAccesses>",
            Access("somethingNewAccesses", "X", 1, 1),
        ),
    ],
)
def test_every_named_switch_is_an_access_also_of_kinds_that_are_not_known(block: str, access: Access) -> None:
    assert list(profile(f"<Profile {NS}>{block}</Profile>").accesses) == [access]


def test_blocks_without_a_switch_are_not_accesses() -> None:
    fact = profile(
        f"<Profile {NS}><layoutAssignments><layout>Case-Case Layout</layout></layoutAssignments>"
        "<tabVisibilities><tab>standard-Case</tab><visibility>DefaultOn</visibility></tabVisibilities></Profile>"
    )
    assert list(fact.accesses) == []


def test_a_permission_set_with_its_license() -> None:
    source = SourceFile("permissionsets/Case_Delete.permissionset", "PermissionSet", "Case_Delete")
    fact = parsed(
        source,
        f"""
        <PermissionSet {NS}>
            <hasActivationRequired>true</hasActivationRequired>
            <label>Case Delete</label>
            <license>Salesforce</license>
        </PermissionSet>
        """,
    )
    assert fact == PermissionSet(
        name="Case_Delete",
        lines={"hasActivationRequired": 2, "label": 3, "license": 4},
        label="Case Delete",
        license="Salesforce",
        has_activation_required=True,
    )


def test_a_muting_set_is_read_as_written() -> None:
    source = SourceFile("mutingpermissionsets/M.mutingpermissionset-meta.xml", "MutingPermissionSet", "M")
    fact = parsed(
        source,
        f"""
        <MutingPermissionSet {NS}>
            <objectPermissions>
                <allowDelete>true</allowDelete>
                <allowEdit>false</allowEdit>
                <object>Case</object>
            </objectPermissions>
            <label>Mute</label>
        </MutingPermissionSet>
        """,
    )
    assert isinstance(fact, MutingPermissionSet)
    assert (fact.name, fact.label) == ("M", "Mute")
    assert list(fact.objects) == [ObjectPermission("Case", 2, allowDelete=3, allowEdit=-4)]


def test_a_group_lists_names_with_their_lines() -> None:
    source = SourceFile("permissionsetgroups/G.permissionsetgroup-meta.xml", "PermissionSetGroup", "G")
    fact = parsed(
        source,
        f"""
        <PermissionSetGroup {NS}>
            <label>Sales Core</label>
            <mutingPermissionSets>No_Delete</mutingPermissionSets>
            <permissionSets>Case_Delete</permissionSets>
            <permissionSets>SBQQ__CPQUser</permissionSets>
            <permissionSets></permissionSets>
            <status>Outdated</status>
        </PermissionSetGroup>
        """,
    )
    assert fact == PermissionSetGroup(
        name="G",
        lines={"label": 2, "status": 7},
        label="Sales Core",
        status="Outdated",
        permission_sets=(Member("Case_Delete", 4), Member("SBQQ__CPQUser", 5)),
        muting_permission_sets=(Member("No_Delete", 3),),
    )


def test_pieces_of_the_first_decomposing_preset_have_roots_of_their_own() -> None:
    fact = piece("ObjectPermission", "<allowDelete>true</allowDelete>\n<object>Case</object>")
    assert isinstance(fact, PermissionSet)
    assert fact.name == "Case_Delete"
    assert list(fact.objects) == [ObjectPermission("Case", 1, allowDelete=2)]

    fact = piece(
        "FieldPermission", "<editable>true</editable>\n<field>Case.Origin</field>\n<readable>true</readable>"
    )
    assert isinstance(fact, PermissionSet)
    assert list(fact.fields) == [FieldPermission("Case.Origin", 1, editable=2, readable=4)]


@pytest.mark.parametrize(
    ("root", "body", "access"),
    [
        (
            "UserPermission",
            "<enabled>true</enabled>\n<name>RunFlow</name>",
            Access("userPermissions", "RunFlow", 1, 2),
        ),
        (
            "ClassAccess",
            "<apexClass>Svc</apexClass>\n<enabled>true</enabled>",
            Access("classAccesses", "Svc", 1, 3),
        ),
        (
            "CustomPermission",
            "<enabled>true</enabled>\n<name>Skip</name>",
            Access("customPermissions", "Skip", 1, 2),
        ),
        (
            "FlowAccess",
            "<enabled>false</enabled>\n<flow>Intake</flow>",
            Access("flowAccesses", "Intake", 1, -2),
        ),
        (
            "TabSetting",
            "<tab>standard-Case</tab>\n<visibility>None</visibility>",
            Access("tabSettings", "standard-Case", 1, -3),
        ),
    ],
)
def test_pieces_that_are_named_switches(root: str, body: str, access: Access) -> None:
    fact = piece(root, body)
    assert isinstance(fact, PermissionSet)
    assert list(fact.accesses) == [access]


def test_the_root_CustomPermission_is_a_component_outside_a_permission_set() -> None:  # noqa: N802
    source = SourceFile("customPermissions/Skip.customPermission-meta.xml", "CustomPermission", "Skip")
    assert parsed(source, f"<CustomPermission {NS}><label>Skip</label></CustomPermission>") == Component(
        name="Skip", root="CustomPermission"
    )


def test_pieces_of_the_second_preset_are_permission_sets_without_a_namespace() -> None:
    source = SourceFile(
        "permissionsets/Case_Delete/objectSettings/Case.objectSettings-meta.xml",
        "PermissionSet",
        "Case_Delete",
        role="part",
    )
    fact = parsed(
        source,
        """
        <PermissionSet>
            <fieldPermissions>
                <editable>true</editable>
                <field>Case.Origin</field>
                <readable>true</readable>
            </fieldPermissions>
            <objectPermissions>
                <allowDelete>true</allowDelete>
                <object>Case</object>
            </objectPermissions>
        </PermissionSet>
        """,
    )
    assert isinstance(fact, PermissionSet)
    assert list(fact.objects) == [ObjectPermission("Case", 7, allowDelete=8)]
    assert list(fact.fields) == [FieldPermission("Case.Origin", 2, editable=3, readable=5)]


def test_lines_stay_exact_in_a_profile_of_150_000_lines() -> None:
    field = (
        "    <fieldPermissions>\r\n        <editable>true</editable>\r\n        <field>O{0}__c.F{1}__c</field>\r\n"
        "        <readable>true</readable>\r\n    </fieldPermissions>\r\n"
    )
    blocks = "".join(field.format(n % 500, n) for n in range(30_000))
    fact = profile(f"<Profile {NS}>\r\n{blocks}</Profile>\r\n".encode())
    fields = list(fact.fields)
    assert len(fields) == 30_000
    assert fields[-1] == FieldPermission("O499__c.F29999__c", 149_997, readable=150_000, editable=149_998)
    assert fact.fields.row(13_200) == ("O200__c.F13200__c", (66_002, 66_005, 66_003))


def test_a_broken_profile_is_a_problem_with_its_line() -> None:
    source = SourceFile("profiles/Sales.profile-meta.xml", "Profile", "Sales")
    result = parse(source, f"<Profile {NS}>\n<custom>true</profile>\n".encode())
    assert result.facts == ()
    [problem] = result.problems
    assert isinstance(problem, Problem)
    assert problem.line == 2
