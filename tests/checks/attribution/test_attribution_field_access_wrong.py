from __future__ import annotations

import pytest

from sfgov.testing import lint_run
from sfgov_checks.attribution.attribution_field_access_wrong import attribution_field_access_wrong as check
from tests.attribution_orgs import Files, enrich, evidence, field, path, policy, said, sets, validation
from tests.delete_orgs import administrator, bundle, entry, switch
from tests.flow_xml import tag, xml

NAME = "Lead.First_Touch_Source__c"
FIRST = field(NAME)
AT = f"{path(NAME)}:1 {NAME}"


def fls(name: str = NAME, *, editable: bool = True) -> str:
    return (
        f"<fieldPermissions>{tag('editable', str(editable).lower())}{tag('field', name)}{tag('readable', 'true')}"
        "</fieldPermissions>"
    )


def people(
    name: str = "Sales", *, editable: bool = True, of: str = NAME, folder: str = "permissionsets"
) -> Files:
    """A bundle: its field entry is line 2, its object entry line 3."""
    owner = of.partition(".")[0]
    return bundle(folder, name, fls(of, editable=editable), entry(owner, "allowRead", "allowEdit"))


def layout(name: str, *fields: str) -> Files:
    items = "".join(f"<layoutItems>{tag('field', one)}</layoutItems>" for one in fields)
    section = f"<layoutSections><layoutColumns>{items}</layoutColumns></layoutSections>"
    return {f"layouts/{name}.layout-meta.xml": xml("Layout", section)}


def test_people_can_change_it() -> None:
    assert said(check, FIRST, people()) == [
        f"medium/high {AT} can be changed by hand by PermissionSet Sales."
    ]
    assert evidence(check, FIRST, people()) == [
        "permissionsets/Sales.permissionset-meta.xml:2 Sales grants editable on Lead.First_Touch_Source__c"
    ]


def test_more_than_the_options_allow() -> None:
    files = FIRST | people("A") | people("B", folder="profiles")
    assert said(check, files) == [
        f"medium/high {AT} can be changed by hand by Profile B and PermissionSet A."
    ]
    assert said(check, files, {"sfgov.yml": "checks: {ATT005: {max_editors: 2}}\n"}) == []


QUIET: dict[str, Files] = {
    "read-only": people(editable=False),
    "without edit on the object": bundle("permissionsets", "S", fls(), entry("Lead", "allowRead")),
    "administrators": administrator() | bundle("profiles", "Admin", fls(), entry("Lead", "allowRead", "allowEdit")),
    "an integration": people() | {"sfgov.yml": "principals: {integration: {permission_sets: [Sales]}}\n"},
    "an integration by its name": people("Marketo Sync"),
    "an administrator by the policy": people() | {"sfgov.yml": "principals: {admin: {permission_sets: [Sales]}}\n"},
    "the site's guest": bundle(
        "profiles", "Form Profile", fls(), entry("Lead", "allowRead", "allowEdit"), tag("userLicense", "Guest User License")
    ),
    "a validation rule refuses it": people()
    | validation("Lead.Keep", f"AND(NOT(ISNEW()), ISCHANGED({NAME.partition('.')[2]}))"),
    "a field of another kind": people(of="Lead.UTM_Source__c") | field("Lead.UTM_Source__c"),
}  # fmt: skip


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_fields_that_people_do_not_change(files: Files) -> None:
    assert said(check, FIRST, files) == []


def test_without_permissions_it_was_not_checked() -> None:
    run = lint_run(FIRST, check)
    assert run.results == ()
    assert [one.reason for one in run.not_checked] == [
        "neither profiles nor permission sets were retrieved: who may write is not known"
    ]


# What brings the leads in

LISTED = {"sfgov.yml": "principals: {integration: {permission_sets: [Web_Forms], profiles: [Marketing]}}\n"}
FORMS = bundle("permissionsets", "Web_Forms", entry("Lead", "allowRead", "allowCreate"))


def test_an_integration_that_cannot_write_it() -> None:
    files = FIRST | FORMS | LISTED
    assert said(check, files) == [
        f"medium/high {AT} cannot be written by PermissionSet Web_Forms, which may create leads: Salesforce drops what it "
        "sends."
    ]
    assert evidence(check, files) == [
        "permissionsets/Web_Forms.permissionset-meta.xml:2 Web_Forms grants allowCreate on Lead"
    ]


def test_a_profile_counts_where_it_came_with_fields_of_leads() -> None:
    plain = bundle("profiles", "Marketing", entry("Lead", "allowRead", "allowCreate"))
    assert said(check, FIRST, field("Lead.X__c"), plain, LISTED) == []
    told = bundle("profiles", "Marketing", fls("Lead.X__c"), entry("Lead", "allowRead", "allowCreate"))
    assert len(said(check, FIRST, field("Lead.X__c"), told, LISTED)) == 1


INBOUND_QUIET: dict[str, Files] = {
    "it may": bundle(
        "permissionsets", "Web_Forms", fls(), entry("Lead", "allowRead", "allowCreate", "allowEdit")
    ),
    "another one may": FORMS
    | bundle("profiles", "Marketing", fls(), entry("Lead", "allowRead", "allowCreate", "allowEdit")),
    "it creates no leads": bundle("permissionsets", "Web_Forms", entry("Lead", "allowRead")),
    "automation fills it": FORMS | enrich(sets("First_Touch_Source__c", "$Record.LeadSource"), on="Create"),
}


@pytest.mark.parametrize("files", INBOUND_QUIET.values(), ids=INBOUND_QUIET)
def test_integrations_that_can_or_need_not(files: Files) -> None:
    assert said(check, FIRST, files, LISTED) == []


# History and pages

UNTRACKED = field(NAME, trackHistory="false")


def test_history_and_pages_come_along() -> None:
    files = UNTRACKED | people() | layout("Lead-Lead Layout", "Company")
    assert said(check, files) == [
        f"medium/high {AT} can be changed by hand by PermissionSet Sales. It has no history tracking and is on no page "
        "layout."
    ]


def test_alone_they_count_for_fields_that_the_policy_names() -> None:
    files = UNTRACKED | people(editable=False) | layout("Lead-Lead Layout", "Company")
    assert said(check, files) == []
    assert said(check, files, policy("{first_touch: [First_Touch_Source__c]}")) == [
        f"low/high {AT} has no history tracking. It is on no page layout."
    ]


@pytest.mark.parametrize(
    "pages",
    [
        {},
        layout("Lead-Lead Layout", "first_touch_source__c"),
        layout("Lead-A", "Company") | layout("Lead-B", "First_Touch_Source__c"),
        layout("Lead-A", "Company")
        | {
            "flexipages/P.flexipage-meta.xml": xml(
                "FlexiPage",
                "<flexiPageRegions><itemInstances><fieldInstance><fieldItem>Record.First_Touch_Source__c</fieldItem>"
                "</fieldInstance></itemInstances></flexiPageRegions>",
                tag("sobjectType", "Lead"),
            )
        },
    ],
    ids=["no layouts here", "on the layout", "on another layout", "on a Lightning page"],
)
def test_fields_that_people_see(pages: Files) -> None:
    rules = policy("{first_touch: [First_Touch_Source__c]}")
    assert said(check, FIRST, people(editable=False), pages, rules) == []


def test_of_many_fields_one_finding_tells_all() -> None:
    names = [f"Lead.First_Touch_{name}__c" for name in ("A", "B", "C", "D", "E", "F")]
    files: Files = {}
    for name in names:
        files |= field(name)
    seller = bundle("permissionsets", "Sales", *map(fls, names), entry("Lead", "allowRead", "allowEdit"))
    assert said(check, files, seller) == [
        f"medium/high {path(names[0])}:1 6 first-touch fields of Lead are not kept as they should be: {names[0]}, {names[1]}, "
        f"{names[2]}, {names[3]}, {names[4]} and 1 more. {names[0]} can be changed by hand by PermissionSet Sales."
    ]


def test_an_api_only_user_is_an_integration() -> None:
    robot = bundle(
        "profiles",
        "Robot",
        fls(),
        entry("Lead", "allowRead", "allowEdit"),
        switch("userPermissions", "ApiUserOnly"),
    )
    assert said(check, FIRST, robot) == []
