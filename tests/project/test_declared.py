"""sfgov's own files, which a configuration names by glob."""

import pytest

from sfgov.project import NoMetadata, open_project
from tests.project.folders import Write

FILES = {
    "sfdx-project.json": '{"packageDirectories": [{"path": "force-app"}]}',
    "force-app/classes/A.cls": "",
    "governance/masking/Contact.yml": "object: Contact",
    "governance/masking/eu/Lead.v2.yml": "",
    "governance/masking/notes.md": "",
    "governance/exports/DataMaskPolicy.json": "{}",
    "DataMask1.json": "{}",
}


@pytest.mark.parametrize(
    ("glob", "paths"),
    [
        ("governance/masking/*.yml", ["governance/masking/Contact.yml"]),
        ("./governance/masking/*.yml", ["governance/masking/Contact.yml"]),
        ("governance\\masking\\*.yml", ["governance/masking/Contact.yml"]),
        (
            "governance/masking/**/*.yml",
            ["governance/masking/Contact.yml", "governance/masking/eu/Lead.v2.yml"],
        ),
        ("**/Contact.yml", ["governance/masking/Contact.yml"]),
        ("governance/**", [path for path in FILES if path.startswith("governance")]),
        ("governance/masking/Contact.yml", ["governance/masking/Contact.yml"]),
        ("*.json", ["DataMask1.json", "sfdx-project.json"]),
        ("DataMask?.json", ["DataMask1.json"]),
        ("DataMask[0-9].json", ["DataMask1.json"]),
        ("DataMask[!0-9].json", []),
        ("DataMask[z-a].json", []),
        ("DataMask[.json", []),
        ("no/such/*.yml", []),
        ("../*.yml", []),
        ("/etc/*", []),
    ],
)
def test_globs(write: Write, glob: str, paths: list[str]) -> None:
    project = open_project([write(FILES)], declared={"MaskingTemplate": [glob]})
    found = [file.path for file in project.files if file.type == "MaskingTemplate"]
    assert found == sorted(paths)


def test_types_and_names(write: Write) -> None:
    project = open_project(
        [write(FILES)],
        declared={
            "MaskingTemplate": ["governance/masking/**/*.yml"],
            "DataMaskExport": ["governance/exports/*"],
        },
    )
    assert [(file.path, file.type, file.name, file.role) for file in project.files] == [
        ("force-app/classes/A.cls", "ApexClass", "A", "body"),
        ("governance/exports/DataMaskPolicy.json", "DataMaskExport", "DataMaskPolicy", "whole"),
        ("governance/masking/Contact.yml", "MaskingTemplate", "Contact", "whole"),
        ("governance/masking/eu/Lead.v2.yml", "MaskingTemplate", "Lead.v2", "whole"),
    ]
    assert project.reader.read("governance/masking/Contact.yml") == b"object: Contact"


def test_base_above_the_path(write: Write) -> None:
    root = write(FILES)
    declared = {"MaskingTemplate": ["governance/masking/*.yml", "force-app/*.yml"]}
    (root / "force-app/Case.yml").write_text("object: Case")
    project = open_project([root / "force-app"], declared=declared, base=root)
    assert [file.path for file in project.files] == [
        "Case.yml",
        "acme/governance/masking/Contact.yml",
        "classes/A.cls",
    ]
    assert project.reader.read("acme/governance/masking/Contact.yml") == b"object: Contact"
    assert project.reader.read("Case.yml") == b"object: Case"


def test_declared_files_alone_are_no_org(write: Write) -> None:
    root = write({"governance/masking/Contact.yml": ""})
    with pytest.raises(NoMetadata):
        open_project([root], declared={"MaskingTemplate": ["governance/masking/*.yml"]})
