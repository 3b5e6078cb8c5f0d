from __future__ import annotations

from collections.abc import Iterator

import pytest

from sfgov import Check, Finding, Severity, check
from sfgov.facts import ApexClass, Profile
from sfgov.model.org import Org
from sfgov.selfcheck import bad_configuration_reference, unreadable_file
from sfgov.testing import lint, lint_run
from tests.delete_orgs import administrator, deleter
from tests.flow_xml import tag, xml

CLASS: dict[str, str | bytes] = {"classes/A.cls": "public class A {}"}


def crashing(code: str = "HOU001") -> Check:
    @check(code, "always-crashes", Severity.LOW, reads=())
    def always_crashes(org: Org) -> Iterator[Finding]:
        """Nothing is ever well."""
        yield Finding("Found before the crash.", at=next(iter(org.all(ApexClass))).at())
        raise KeyError("what")

    return always_crashes


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        pytest.param(
            b"<Profile>\n<custom>", 2, "the file ends inside <custom>, which began at line 2.", id="cut off"
        ),
        pytest.param(
            b"<Profile>\n<custom>\n</Profile>\n",
            3,
            "</Profile> stands where the <custom> of line 2 is still open.",
            id="not closed",
        ),
        pytest.param(b"", 1, "the XML is not well-formed: ", id="empty"),
        pytest.param(
            b"<Profile>\n\n\xff\xfe\xfa</Profile>", 3, "the XML is not well-formed: ", id="wrong encoding"
        ),
        pytest.param(
            b'<?xml version="1.0"?>\n<!DOCTYPE Profile [<!ENTITY a "b">]>\n<Profile>&a;</Profile>',
            2,
            "the file has a DOCTYPE, which metadata never has; it was not read.",
            id="DOCTYPE",
        ),
        pytest.param(
            b'<?xml version="1.0" encoding="klingon"?><Profile/>',
            1,
            "the XML is not well-formed: ",
            id="encoding",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_a_finding_and_the_rest_is_checked(
    content: bytes, line: int, reason: str
) -> None:
    [result] = lint(CLASS | {"profiles/Bad.profile-meta.xml": content}, unreadable_file)
    assert (result.check, result.severity, result.path, result.line, result.component) == (
        "SFG001",
        "high",
        "profiles/Bad.profile-meta.xml",
        line,
        "Profile:Bad",
    )
    assert result.message.startswith(f"This file could not be read whole: {reason}")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>\r\n<Profile>\r\n</Profile>\r\n",
            id="BOM and CRLF",
        ),
        pytest.param("<Profile><description>größer 🎉</description></Profile>".encode(), id="no declaration"),
        pytest.param("<Profile><description>größer</description></Profile>".encode("utf-16"), id="UTF-16"),
        pytest.param(
            "<?xml version='1.0' encoding='ISO-8859-1'?><Profile><description>ö</description></Profile>".encode(
                "latin-1"
            ),
            id="Latin-1, declared",
        ),
        pytest.param(b"(hidden)", id="managed package"),
    ],
)
def test_unusual_files_that_can_be_read(content: bytes) -> None:
    assert lint(CLASS | {"profiles/Odd.profile-meta.xml": content}, unreadable_file) == []


def test_types_that_no_check_looks_into_are_read_too() -> None:
    [result] = lint(
        {"layouts/Account-Big Layout.layout-meta.xml": "<Layout>\n<a></b>\n</Layout>"} | CLASS,
        unreadable_file,
    )
    assert (result.path, result.line) == ("layouts/Account-Big Layout.layout-meta.xml", 2)
    assert result.component == "Layout:Account-Big Layout"


POLICY = """
delete:
  never: [Account, Invoise__c, ns__Bill__c]
  allow:
    profiles: [System Administrator]
    permission_sets: [Salse]
principals:
  personas:
    Clerk: {profile: Admin, permission_set_groups: [Office]}
"""


def policy_org(policy: str = POLICY) -> dict[str, str]:
    group = {
        "permissionsetgroups/Back.permissionsetgroup-meta.xml": xml(
            "PermissionSetGroup", tag("label", "Back")
        )
    }
    invoice = {"objects/Invoice__c/Invoice__c.object-meta.xml": xml("CustomObject", tag("label", "Invoice"))}
    return {"sfgov.yml": policy.lstrip("\n")} | administrator() | deleter("Account") | group | invoice


def test_names_that_the_org_does_not_have() -> None:
    found = [
        f"{r.severity} {r.path}:{r.line} {r.message}" for r in lint(policy_org(), bad_configuration_reference)
    ]
    assert found == [
        "medium sfgov.yml:2 delete.never names the object Invoise__c, which is not in the org. Did you mean Invoice__c?",
        "medium sfgov.yml:4 delete.allow.profiles names the profile System Administrator, which is not in the org. "
        "The metadata name of that profile is Admin.",
        "medium sfgov.yml:5 delete.allow.permission_sets names the permission set Salse, which is not in the org. "
        "Did you mean Sales?",
        "medium sfgov.yml:8 principals.personas.Clerk.permission_set_groups names the permission set group Office, "
        "which is not in the org.",
    ]


def test_names_compare_without_case() -> None:
    assert (
        lint(
            policy_org("delete: {never: [invoice__C], allow: {permission_sets: [SALES]}}\n"),
            bad_configuration_reference,
        )
        == []
    )


def test_what_was_not_retrieved_is_not_judged() -> None:
    files = {"sfgov.yml": "delete: {allow: {permission_sets: [Sales], profiles: [Ops]}, never: [Bill__c]}\n"}
    assert lint(files | CLASS, bad_configuration_reference) == []


def test_standard_profiles_always_exist() -> None:
    other = {"profiles/Ops.profile-meta.xml": xml("Profile")}
    assert (
        lint({"sfgov.yml": "delete: {allow: {profiles: [Admin]}}\n"} | other, bad_configuration_reference)
        == []
    )


def test_an_object_that_only_permissions_mention_exists() -> None:
    files = policy_org("delete: {never: [Bill__c]}\n") | deleter("Bill__c", "Other")
    assert lint(files, bad_configuration_reference) == []


def test_a_crash_is_a_finding_and_the_other_checks_still_run() -> None:
    run = lint_run(CLASS, crashing(), unreadable_file)
    assert run.crashed
    assert [(r.check, r.component, r.message) for r in run.results] == [
        ("HOU001", "ApexClass:A", "Found before the crash."),
        (
            "SFG003",
            "Check:HOU001",
            "Check HOU001 always-crashes crashed and may have missed findings: KeyError: 'what' (test_selfcheck.py:23).",
        ),
    ]


def test_a_check_whose_types_were_not_retrieved_is_not_checked() -> None:
    @check("HOU002", "reads-profiles", Severity.LOW, reads=(Profile,))
    def reads_profiles(org: Org) -> Iterator[Finding]:
        """Never."""
        raise AssertionError
        yield from ()

    run = lint_run(CLASS, reads_profiles)
    assert (run.results, run.crashed) == ((), False)
    assert [(n.check, n.reason) for n in run.not_checked] == [("HOU002", "Profile was not retrieved")]
