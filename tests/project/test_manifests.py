"""`package.xml` and `destructiveChanges*.xml`: what they name, with lines."""

import pytest

from sfgov.project import Manifest, Member, MemberList
from sfgov.project.manifest import BadManifest, NotAManifest, manifest_kind, read_manifest
from tests.project.folders import Open

PACKAGE = """<?xml version="1.0" encoding="UTF-8"?>
<Package xmlns="http://soap.sforce.com/2006/04/metadata">
    <types>
        <members>Account.Tax__c</members>
        <!-- gone: <members>Old__c</members> -->
        <members>
            A &amp; B
        </members>
        <name>CustomField</name>
    </types>
    <types><members>*</members><name>Flow</name></types>
    <types><name>Profile</name></types>
    <version>62.0</version>
</Package>
"""


def test_members_types_and_lines() -> None:
    assert read_manifest("package.xml", "package", PACKAGE.encode()) == Manifest(
        path="package.xml",
        kind="package",
        types=(
            MemberList("CustomField", 3, (Member("Account.Tax__c", 4), Member("A & B", 6))),
            MemberList("Flow", 11, (Member("*", 11),)),
            MemberList("Profile", 12),
        ),
        api_version="62.0",
    )


def test_manifests_are_found_everywhere_in_a_project(opened: Open) -> None:
    project = opened(
        {
            "sfdx-project.json": '{"packageDirectories": [{"path": "force-app"}]}',
            "force-app/classes/A.cls": "",
            "manifest/package.xml": PACKAGE,
            "manifest/package-release.xml": "<Package/>",
            "deploy/7/destructiveChangesPost.xml": PACKAGE,
            "destructiveChanges.xml": "<Package/>",
            "deploy/7/DestructiveChangesPre.xml": "<Package/>",
            "packages.xml": "<packages/>",
            "node_modules/x/package.xml": PACKAGE,
        }
    )
    assert [(manifest.path, manifest.kind, len(manifest.types)) for manifest in project.manifests] == [
        ("deploy/7/DestructiveChangesPre.xml", "pre", 0),
        ("deploy/7/destructiveChangesPost.xml", "post", 3),
        ("destructiveChanges.xml", "destructive", 0),
        ("manifest/package-release.xml", "package", 0),
        ("manifest/package.xml", "package", 3),
    ]
    assert project.problems == ()


def test_broken_manifest_is_a_problem_with_its_line(opened: Open) -> None:
    project = opened(
        {"classes/A.cls": "", "package.xml": "<Package>\n<types>\n</Package>", "package-old.xml": "<a"}
    )
    assert [(p.path, p.reason, p.line) for p in project.problems] == [
        ("package.xml", "the XML is broken: mismatched tag", 3)
    ]


def test_doctype_is_refused() -> None:
    with pytest.raises(BadManifest) as caught:
        read_manifest(
            "p", "package", b'<?xml version="1.0"?>\n<!DOCTYPE Package [<!ENTITY a "b">]>\n<Package/>'
        )
    assert (caught.value.reason, caught.value.line) == ("a DOCTYPE is refused, as it can define entities", 2)


@pytest.mark.parametrize(
    "data",
    [
        PACKAGE.encode("utf-8-sig"),
        PACKAGE.replace("\n", "\r\n").encode(),
        PACKAGE.replace("UTF-8", "UTF-16").encode("utf-16"),
        PACKAGE.replace("<", "<md:")
        .replace("<md:/", "</md:")
        .replace("<md:?", "<?")
        .replace("<md:!", "<!")
        .encode(),
        PACKAGE.replace(' xmlns="http://soap.sforce.com/2006/04/metadata"', "").encode(),
    ],
    ids=["byte order mark", "carriage returns", "utf-16", "prefix", "no namespace"],
)
def test_shapes_of_the_same_manifest(data: bytes) -> None:
    assert read_manifest("package.xml", "package", data).types == (
        MemberList("CustomField", 3, (Member("Account.Tax__c", 4), Member("A & B", 6))),
        MemberList("Flow", 11, (Member("*", 11),)),
        MemberList("Profile", 12),
    )


def test_unknown_encoding() -> None:
    with pytest.raises(BadManifest, match=r"encoding"):
        read_manifest("p", "package", b'<?xml version="1.0" encoding="klingon"?><Package/>')


def test_other_xml_is_no_manifest() -> None:
    with pytest.raises(NotAManifest):
        read_manifest("package.xml", "package", b"<project/>")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("package.xml", "package"),
        ("Package.XML", "package"),
        ("destructiveChanges.xml", "destructive"),
        ("destructiveChangesPre.xml", "pre"),
        ("destructiveChangesPost-2024.xml", "post"),
        ("mypackage.xml", None),
        ("package.json", None),
        ("package.xml-meta.xml", None),
    ],
)
def test_kind_by_name(name: str, kind: str | None) -> None:
    assert manifest_kind(name) == kind
