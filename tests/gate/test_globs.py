"""Patterns: what they mean, and that square brackets mean themselves."""

import pytest

from sfgov.gate.globs import name_matches, path_matches


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("PermissionSet:Sales_*", "PermissionSet:Sales_Admin", True),
        ("permissionset:sales_*", "PermissionSet:Sales_Admin", True),
        ("PermissionSet:Sales_*", "PermissionSetGroup:Sales_Core", False),
        ("*:Sales_?", "Profile:Sales_1", True),
        ("*:Sales_?", "Profile:Sales_12", False),
        ("*", "", True),
        ("objectPermissions[Case].allowDelete", "objectPermissions[Case].allowDelete", True),
        ("objectPermissions[Case].allowDelete", "objectPermissionsC.allowDelete", False),
        ("objectPermissions[*].allowDelete", "objectPermissions[Case].allowDelete", True),
        ("Profile:A.B", "Profile:AxB", False),
        ("Profile:A", "Profile:AB", False),
        ("Layout:A*", "Layout:A\nB", True),
    ],
)
def test_names(pattern: str, name: str, matches: bool) -> None:
    assert name_matches(pattern, name) is matches


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("force-app/legacy/**", "force-app/legacy/classes/A.cls", True),
        ("force-app/legacy/**", "force-app/main/A.cls", False),
        ("force-app/legacy", "force-app/legacy/classes/A.cls", True),
        ("force-app/legacy/", "force-app/legacy/classes/A.cls", True),
        ("force-app/legacy", "force-app/legacy2/A.cls", False),
        ("./force-app/**", "force-app/A.cls", True),
        ("**/*.cls", "A.cls", True),
        ("**/*.cls", "force-app/classes/A.cls", True),
        ("force-app/*.cls", "force-app/classes/A.cls", False),
        ("**/legacy/**", "legacy/A.cls", True),
        ("**/legacy/**", "a/b/legacy/c/A.cls", True),
        ("a[1]/**", "a[1]/A.cls", True),
        ("Force-App/**", "force-app/A.cls", False),
        ("**", "force-app/A.cls", True),
    ],
)
def test_paths(pattern: str, path: str, matches: bool) -> None:
    assert path_matches(pattern, path) is matches
