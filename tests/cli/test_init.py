"""`sfgov init`: a file that fits the org, loads, and says what must be decided."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import Result

from sfgov.config import load_config
from sfgov.policy import Bundles, Policy
from sfgov.testing import write_files

Sfgov = Callable[..., Result]


def bundle(kind: str, inner: str) -> str:
    return f'<{kind} xmlns="http://soap.sforce.com/2006/04/metadata">{inner}</{kind}>\n'


def permission(name: str) -> str:
    return f"<userPermissions><enabled>true</enabled><name>{name}</name></userPermissions>"


RICH = {
    "rich/profiles/Admin.profile-meta.xml": bundle("Profile", permission("ModifyAllData")),
    "rich/profiles/ERP%3A Sync.profile-meta.xml": bundle(
        "Profile", "<custom>true</custom>" + permission("ApiUserOnly")
    ),
    "rich/profiles/Service Agent.profile-meta.xml": bundle(
        "Profile", "<userLicense>Einstein Agent</userLicense>"
    ),
    "rich/profiles/Sales.profile-meta.xml": bundle("Profile", "<custom>true</custom>"),
    "rich/permissionsets/Everything.permissionset-meta.xml": bundle(
        "PermissionSet", permission("ModifyAllData")
    ),
    "rich/permissionsets/Mule_API.permissionset-meta.xml": bundle("PermissionSet", "<label>Mule</label>"),
    "rich/permissionsets/true.permissionset-meta.xml": bundle(
        "PermissionSet", "<license>Salesforce API Integration</license>"
    ),
    "rich/objects/Invoice__c/Invoice__c.object-meta.xml": bundle("CustomObject", "<label>Invoice</label>"),
    "rich/objects/Contact/fields/SSN__c.field-meta.xml": bundle(
        "CustomField",
        "<fullName>SSN__c</fullName><complianceGroup>PII;GDPR</complianceGroup><type>Text</type>",
    ),
    "rich/objects/Contact/fields/Salary__c.field-meta.xml": bundle(
        "CustomField",
        "<fullName>Salary__c</fullName><securityClassification>Restricted</securityClassification><type>Text</type>",
    ),
    "rich/objects/Lead/fields/Note__c.field-meta.xml": bundle(
        "CustomField",
        "<fullName>Note__c</fullName><securityClassification>Public</securityClassification><type>Text</type>",
    ),
    "rich/flows/Keep_Contract.flow-meta.xml": bundle(
        "Flow",
        "<start><object>Contract</object><triggerType>RecordBeforeDelete</triggerType></start><status>Active</status>",
    ),
}


def proposed(sfgov: Sfgov, files: Mapping[str, str]) -> str:
    write_files(Path(), files)
    top = next(iter(files)).partition("/")[0]
    assert sfgov("init", top).exit_code == 0
    return Path(top, "sfgov.yml").read_text("utf-8")


def test_the_file_is_beside_the_org_and_says_what_comes_next(sfgov: Sfgov) -> None:
    result = sfgov("init", "org")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "org/sfgov.yml written. Read its proposals, then run: sfgov check org\n"
    assert sfgov("check", "org", "--ignore", "ACC").exit_code == 0


def test_without_a_path_it_is_the_working_directory(sfgov: Sfgov, folder: Path) -> None:
    assert sfgov("init").stdout == "sfgov.yml written. Read its proposals, then run: sfgov check .\n"
    assert (folder / "sfgov.yml").is_file()


def test_what_is_certain_is_set(sfgov: Sfgov) -> None:
    proposed(sfgov, RICH)
    policy = load_config(Path("rich/sfgov.yml")).policy
    assert policy.principals.admin == Bundles(profiles=("Admin",))
    assert policy.principals.integration == Bundles(profiles=("ERP: Sync",), permission_sets=("true",))
    assert policy.principals.agent.profiles == ("Service Agent",)
    assert policy.delete.allow == Bundles(profiles=("Admin",))
    assert policy.delete.never == ()


@pytest.mark.parametrize(
    "line",
    [
        "  # These objects have a before-delete flow: Contract.",
        "  # never: [Invoice__c]",
        "  # These hold Modify All Data, too: permission set Everything. Are they administrators?",
        '      - "ERP: Sync"',
        '      - "true"',
        "  # By their names these may belong to integrations: permission set Mule_API.",
        "  #   Sales Rep: {profile: Sales, permission_sets: [Everything]}",
        "# 2 fields are classified as sensitive, on Contact.",
    ],
)
def test_what_people_must_decide_is_proposed(sfgov: Sfgov, line: str) -> None:
    assert line in proposed(sfgov, RICH).splitlines()


def test_what_the_org_does_not_hold_is_not_set(sfgov: Sfgov) -> None:
    text = proposed(sfgov, {"bare/flows/A.flow-meta.xml": bundle("Flow", "<status>Draft</status>")})
    assert load_config(Path("bare/sfgov.yml")).policy == Policy()
    assert "# No field that was read here has a sensitive data classification." in text.splitlines()


@pytest.mark.parametrize(
    "files", [RICH, {"bare/flows/A.flow-meta.xml": bundle("Flow", "<status>Draft</status>")}]
)
def test_every_proposal_holds_when_its_mark_is_removed(sfgov: Sfgov, files: Mapping[str, str]) -> None:
    text = re.sub(
        r"^( *)# (?= *(?:- )?\{?[\w ]+:(?: [\[{\"\w]|$)(?!.*\.$))",
        r"\1",
        proposed(sfgov, files),
        flags=re.MULTILINE,
    )
    Path("whole.yml").write_text(text, "utf-8")
    policy = load_config(Path("whole.yml")).policy
    assert policy.principals.personas["Sales Rep"].profile in {"Standard", "Sales"}
    assert policy.delete.never == ("Invoice__c",)
    assert policy.waivers[0].reason == "Needed until the migration is done"
    assert policy.sod[0].name == "file-and-approve"
    assert policy.systems[0].master_of == {"Account": ("Credit_Limit__c",)}
    assert policy.attribution.first_touch == ("Origin_First__c",)
    assert policy.overrides[0].paths == ("force-app/legacy/**",)


def test_an_existing_file_is_kept_unless_forced(sfgov: Sfgov, folder: Path) -> None:
    (folder / "org" / "sfgov.yml").write_text("ruleset: strict\n")
    result = sfgov("init", "org")
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: org/sfgov.yml is there already; --force replaces it\n",
    )
    assert (folder / "org" / "sfgov.yml").read_text() == "ruleset: strict\n"
    assert sfgov("init", "org", "--force").exit_code == 0
    assert (folder / "org" / "sfgov.yml").read_text().startswith("# The policy")


def test_a_folder_without_metadata_gets_no_file(sfgov: Sfgov, folder: Path) -> None:
    (folder / "empty").mkdir()
    result = sfgov("init", "empty")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: empty holds no Salesforce metadata.")
    assert list((folder / "empty").iterdir()) == []


def test_names_out_of_an_org_cannot_break_out_of_a_comment(sfgov: Sfgov) -> None:
    label = "API&#10;fail_on: never&#10;"
    files = {
        "odd/permissionsets/A%0Afail_on: never.permissionset-meta.xml": bundle(
            "PermissionSet", f"<label>{label}</label>"
        ),
        "odd/permissionsets/API\x1b[31m.permissionset-meta.xml": bundle("PermissionSet", ""),
        "odd/permissionsets/API\u202e.permissionset-meta.xml": bundle(
            "PermissionSet", permission("ApiUserOnly")
        ),
    }
    proposed(sfgov, files)
    assert load_config(Path("odd/sfgov.yml")).policy == Policy()
