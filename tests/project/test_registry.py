"""The table of metadata types: every line means something."""

from collections import Counter

from sfgov.project.registry import MetadataType, registry

FORMS = {"xml", "content", "bundle", "resource", "folder", "child", "part"}


def all_types() -> set[MetadataType]:
    return {kind for kinds in registry().by_suffix.values() for kind in kinds} | set(
        registry().bundles.values()
    )


def test_every_line_is_well_formed() -> None:
    for kind in all_types():
        assert kind.form in FORMS
        assert kind.name[0].isalpha()
        assert kind.directory == kind.directory.lower() != ""
        assert bool(kind.parent) == (kind.form in ("child", "part"))
        assert not kind.parent or kind.parent_directory


def test_suffixes_that_serve_several_types_are_known() -> None:
    shared = Counter(suffix for suffix, kinds in registry().by_suffix.items() if len(kinds) > 1)
    assert set(shared) == {"customPermission", "dataSource", "policy", "rule", "settings", "site"}


def test_the_types_that_checks_read_are_there() -> None:
    names = {kind.name for kind in all_types()}
    expected = {
        "ApexClass",
        "ApexTrigger",
        "CustomField",
        "CustomMetadata",
        "CustomObject",
        "DataMaskPolicy",
        "Flow",
        "FlowDefinition",
        "InstalledPackage",
        "MutingPermissionSet",
        "PermissionSet",
        "PermissionSetGroup",
        "Profile",
        "RecordType",
        "Settings",
        "ValidationRule",
    }
    assert expected - names == set()


def test_case_counts_where_two_types_differ_by_it() -> None:
    assert [kind.name for kind in registry().with_suffix("webLink")] == ["WebLink"]
    assert [kind.name for kind in registry().with_suffix("weblink")] == ["CustomPageWebLink"]
    assert [kind.name for kind in registry().with_suffix("PermissionSet")] == ["PermissionSet"]
