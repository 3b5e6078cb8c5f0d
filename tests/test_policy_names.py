"""SFG002: names in the policy that are nothing in the org."""

from __future__ import annotations

import pytest

from sfgov.selfcheck import bad_configuration_reference, unreadable_file
from sfgov.testing import lint
from tests.access_orgs import (
    Files,
    custom,
    custom_object,
    field,
    group,
    on,
    permission_set,
    profile,
    reads,
    tag,
    user,
    xml,
)

ORG: Files = (
    profile("ERP", on("Account", "allowRead"))
    | profile("Admin", user("ModifyAllData"), user("ManageUsers"))
    | permission_set("HR_Core", tag("label", "Human resources"), custom("Approve_Payment"))
    | permission_set("Data_Steward")
    | group("Sales_Core", "HR_Core")
    | custom_object("Vendor__c")
    | custom_object("Payment__c")
    | field("Account.Credit_Limit__c")
    | field("Vendor__c.Bank__c")
    | {"customPermissions/Approve_Payment.customPermission-meta.xml": xml("CustomPermission")}
    | {"bots/Support_Agent/Support_Agent.bot-meta.xml": xml("Bot")}
)


def said(text: str, org: Files = ORG) -> list[str]:
    found = lint(org | {"sfgov.yml": text}, bad_configuration_reference)
    assert {result.path for result in found} <= {"sfgov.yml"}
    return [f"{result.line} {result.confidence}: {result.message}" for result in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "sod:\n  - name: pay\n    left:\n      - obj:Vendr__c:create\n    right: [obj:Payment__c:create]\n",
            [
                "4 high: sod.pay.left names the object Vendr__c, which is not in the org. Did you mean Vendor__c?"
            ],
            id="object of a term",
        ),
        pytest.param(
            "sod:\n  - {name: pay, left: [obj:Vendor__c:creat], right: [\n      objct:Payment__c:edit, nonsense]}\n",
            [
                '2 high: sod.pay.left: "obj:Vendor__c:creat" is none of obj:OBJECT:create|read|edit|delete, user:NAME, '
                'custom:NAME; did you mean "create"?.',
                '3 high: sod.pay.right: "nonsense" is none of obj:OBJECT:create|read|edit|delete, user:NAME, custom:NAME.',
                '3 high: sod.pay.right: "objct:Payment__c:edit" is none of obj:OBJECT:create|read|edit|delete, user:NAME, '
                'custom:NAME; did you mean "obj"?.',
            ],
            id="terms that are none",
        ),
        pytest.param(
            "sod:\n  - name: pay\n    left: [user:ManageUser]\n    right: [custom:Aprove_Payment]\n",
            [
                "3 low: sod.pay.left names the user permission ManageUser, of which no file speaks. Did you mean ManageUsers?",
                "4 high: sod.pay.right names the custom permission Aprove_Payment, which is not in the org. "
                "Did you mean Approve_Payment?",
            ],
            id="user and custom permissions",
        ),
        pytest.param(
            "systems:\n  - name: ERP\n    principal: ERPP\n    master_of: {Account: [Credit_Limits__c], Vndor__c: ['*']}\n",
            [
                "3 high: systems.ERP.principal names ERPP, and no profile, permission set or permission set group of that "
                "name is in the org. Did you mean ERP?",
                "4 high: systems.ERP.master_of names the object Vndor__c, which is not in the org. Did you mean Vendor__c?",
                "4 high: systems.ERP.master_of.Account names the field Credit_Limits__c of Account, which is not in the org. "
                "Did you mean Credit_Limit__c?",
            ],
            id="systems",
        ),
        pytest.param(
            "classification:\n  readers:\n    Contact:\n      - HR_Cor\n    Vendor__c: [Sales_Core, Nobody_At_All]\n",
            [
                "4 high: classification.readers.Contact names HR_Cor, and no profile, permission set or permission set group "
                "of that name is in the org. Did you mean HR_Core?",
                "5 high: classification.readers.Vendor__c names Nobody_At_All, and no profile, permission set or permission "
                "set group of that name is in the org.",
            ],
            id="readers",
        ),
        pytest.param(
            "classification:\n  ignore_fields:\n    - Logg__c.*\n    - Vendor__c.Bnk__c\n    - '*.Notes__c'\n",
            [
                "3 high: classification.ignore_fields names the object Logg__c, which is not in the org.",
                "4 high: classification.ignore_fields names the field Bnk__c of Vendor__c, which is not in the org. "
                "Did you mean Bank__c?",
            ],
            id="fields to be ignored",
        ),
        pytest.param(
            "delete:\n  conditional:\n    Vendor__c:\n      unless: Bnk__c = 'Closed__c' && Owner__r.Left__c\n",
            [
                "4 high: delete.conditional.Vendor__c.unless names the field Bnk__c of Vendor__c, which is not in the org. "
                "Did you mean Bank__c?"
            ],
            id="condition",
        ),
        pytest.param(
            "principals:\n  agent:\n    agents:\n      Suport_Agent: [HR_Core]\n      Support_Agent: [HR_Care]\n",
            [
                "4 high: principals.agent.agents names the agent Suport_Agent, which is not in the org.",
                "5 high: principals.agent.agents.Support_Agent names HR_Care, and no permission set or permission set group "
                "of that name is in the org. Did you mean HR_Core?",
            ],
            id="agents",
        ),
        pytest.param(
            "delete: {allow: {profiles: [Data_Steward], permission_sets: [Human resources, ERP]}}\n",
            [
                "1 high: delete.allow.permission_sets names the permission set ERP, which is not in the org. "
                "There is a profile of that name.",
                "1 high: delete.allow.permission_sets names the permission set Human resources, which is not in the org. "
                "The permission set with that label is HR_Core.",
                "1 high: delete.allow.profiles names the profile Data_Steward, which is not in the org. "
                "There is a permission set of that name.",
            ],
            id="labels and kinds",
        ),
        pytest.param(
            "delete: {allow: {profiles: [Marketing User]}}\n",
            [
                "1 high: delete.allow.profiles names the profile Marketing User, which is not in the org. "
                "The metadata name of that profile is MarketingProfile."
            ],
            id="label of a standard profile",
        ),
        pytest.param(
            "masking:\n  custom_metadata:\n    - {type: Mask__mdt, object: Object__c, field: Field__c}\n",
            ["3 high: masking.custom_metadata.type names the object Mask__mdt, which is not in the org."],
            id="type of custom metadata",
        ),
        pytest.param(
            "attribution:\n  fields: {Account: ['*utm*', Clck__c]}\n  first_touch: ['First_*', Frst__c]\n",
            [
                "2 high: attribution.fields.Account names the field Clck__c of Account, which is not in the org.",
                "3 high: attribution.first_touch names the field Frst__c of Account, which is not in the org.",
            ],
            id="attribution",
        ),
        pytest.param(
            "waivers:\n  - {check: DEL001, owner: a, reason: b, expires: 2026-12-31, component: 'PermissionSet:HR_Cor'}\n"
            "  - {check: DEL001, owner: a, reason: b, expires: 2026-12-31, component: 'PermissionSet:HR_*'}\n"
            "  - {check: DEL001, owner: a, reason: b, expires: 2026-12-31, component: 'CustomObject:Account'}\n",
            ["2 high: waivers.component names PermissionSet:HR_Cor, which is not in the org."],
            id="waivers",
        ),
        pytest.param(
            "retention: governance/retention.yml\nmasking: {templates: [masks/*.yml], exports: []}\n",
            [
                "1 high: retention names governance/retention.yml, where no file is found.",
                "2 high: masking.templates names masks/*.yml, where no file is found.",
            ],
            id="files",
        ),
    ],
)
def test_names_that_are_nothing(text: str, expected: list[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "sod:\n  - {name: a, left: ['obj:VENDOR__c:edit', 'obj:Account:read', 'obj:acme__Bill__c:delete'], "
            "right: ['user:manageusers', 'user:ViewEncryptedData', 'user:EditTask', 'custom:approve_payment', 'custom:acme__Pay']}\n",
            id="terms",
        ),
        pytest.param(
            "systems:\n  - {name: A, principal: erp, master_of: {Account: ['*', 'Credit_*', Name, acme__Own__c, CREDIT_LIMIT__C]}}\n"
            "  - {name: B, principal: sales_core}\n  - {name: C, principal: HR_Core}\n  - {name: D}\n",
            id="systems",
        ),
        pytest.param(
            "systems:\n  - {name: A, master_of: {Lead: [Score__c]}}\n", id="no fields of the object here"
        ),
        pytest.param(
            "classification: {readers: {Contact: [Admin, hr_core, acme__Set, MarketingProfile]}}\n",
            id="readers",
        ),
        pytest.param(
            'delete: {conditional: {Opportunity: {unless: "IsClosed = true && Paid__c"}}}\n', id="unless"
        ),
        pytest.param("attribution: {ai_sources: [Other]}\n", id="defaults of attribution"),
        pytest.param("masking: {max_objects_per_policy: 4}\n", id="default files"),
        pytest.param("principals: {agent: {agents: {support_agent: [Sales_Core]}}}\n", id="agents"),
    ],
)
def test_names_that_are_right_or_not_known(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("classification: {readers: {Contact: [HR_Core]}}\n", []),
        ("classification: {readers: {Contact: [Finance]}}\n", []),
        ("systems: [{name: A, principal: Mule}]\n", []),
        ("systems: [{name: A, principal: HR_Core_Payroll}]\n", []),
        (
            "classification: {readers: {Contact: [HR_Croe]}}\n",
            [
                "1 low: classification.readers.Contact names HR_Croe, and no profile, permission set or permission set group "
                "of that name is in the org. Did you mean HR_Core?"
            ],
        ),
        (
            "systems: [{name: A, principal: Standard User}]\n",
            [
                "1 low: systems.A.principal names Standard User, and no profile, permission set or permission set group "
                "of that name is in the org. The metadata name of that profile is Standard."
            ],
        ),
    ],
)
def test_a_bundle_of_a_type_that_is_not_here_may_have_any_name_but_a_misspelt_one(
    text: str, expected: list[str]
) -> None:
    assert said(text, permission_set("HR_Core")) == expected


def test_without_permissions_no_bundle_is_judged() -> None:
    text = "classification: {readers: {Contact: [HR_Core]}}\nsystems: [{name: A, principal: ERP}]\nsod: [{name: a, left: ['custom:X'], right: ['user:ManageUsers']}]\n"
    assert said(text, custom_object("Vendor__c")) == []


@pytest.mark.parametrize(
    "other",
    [
        permission_set("P", reads("Vendor__c.Late__c")),
        field("Vendor__c.Late__c"),
        custom_object("Vendor__c", "<fields>\n<fullName>Late__c</fullName><type>Text</type></fields>"),
    ],
)
def test_a_field_that_anything_speaks_of_exists(other: Files) -> None:
    text = "systems: [{name: A, master_of: {Vendor__c: [late__C]}}]\n"
    assert said(text) != []
    assert said(text, ORG | other) == []


def test_fields_of_person_accounts_are_those_of_contacts() -> None:
    text = "systems: [{name: A, master_of: {Account: [SSN__pc, Gone__pc]}}]\n"
    assert said(text, ORG | field("Contact.SSN__c")) == [
        "1 high: systems.A.master_of.Account names the field Gone__pc of Account, which is not in the org."
    ]


def test_columns_of_custom_metadata() -> None:
    record = {"customMetadata/Mask.One.md-meta.xml": xml("CustomMetadata", tag("label", "One"))}
    text = "masking:\n  custom_metadata:\n    - type: Mask__mdt\n      object: Object__c\n      field: Feild__c\n"
    assert said(text, ORG | record) == []
    assert said(text, ORG | record | field("Mask__mdt.Object__c") | field("Mask__mdt.Field__c")) == [
        "5 high: masking.custom_metadata.Mask__mdt.field names the field Feild__c of Mask__mdt, which is not in the org. "
        "Did you mean Field__c?"
    ]


def test_a_file_that_is_there_and_cannot_be_read_is_another_finding() -> None:
    files = ORG | {"sfgov.yml": "retention: keep.yml\n", "keep.yml": "objects: ["}
    assert [r.check for r in lint(files, bad_configuration_reference, unreadable_file)] == ["SFG001"]
    there = ORG | {"sfgov.yml": "retention: keep.yml\n", "keep.yml": "objects: {Case: {min_keep: 7y}}\n"}
    assert lint(there, bad_configuration_reference, unreadable_file) == []


def test_the_same_name_in_two_places_is_two_findings_that_stay_apart() -> None:
    text = "systems:\n  - {name: A, principal: Gone}\n  - {name: B, principal: Gone}\n"
    found = lint(ORG | {"sfgov.yml": text}, bad_configuration_reference)
    moved = lint(ORG | {"sfgov.yml": "# moved\n" + text}, bad_configuration_reference)
    assert len({result.fingerprint for result in found}) == 2
    assert [result.fingerprint for result in moved] == [result.fingerprint for result in found]
