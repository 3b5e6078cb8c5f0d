"""From addresses of all kinds to the files of the org."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from sfgov.imported.places import Places
from sfgov.imported.sarif import ArtifactLocation, Run
from sfgov.project import Project, open_project
from sfgov.testing import write_files

ORG = {
    "sfdx-project.json": '{"packageDirectories": [{"path": "force-app"}, {"path": "billing"}]}',
    "force-app/main/default/classes/A.cls": "public class A {}\n",
    "force-app/main/default/profiles/R%26D Team.profile-meta.xml": "<Profile/>\n",
    "force-app/main/default/lwc/tile/tile.js": "export default class {}\n",
    "force-app/main/default/lwc/tile/tile.js-meta.xml": "<LightningComponentBundle/>\n",
    "billing/main/default/classes/B.cls": "public class B {}\n",
    "billing/main/default/flows/A.cls/F.flow-meta.xml": "<Flow/>\n",
    ".env": "SECRET=1\n",
}
A = "force-app/main/default/classes/A.cls"
TEAM = "force-app/main/default/profiles/R%26D Team.profile-meta.xml"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    write_files(tmp_path / "repo", ORG)
    return open_project([tmp_path / "repo"])


def run(**more: Any) -> Run:
    return msgspec.convert({"tool": {"driver": {"name": "x"}}, **more}, Run)


def path_of(
    project: Project, uri: str, base: str = "", above: tuple[Path, ...] = (), **more: Any
) -> str | None:
    return Places(project, above).path_of(run(**more), ArtifactLocation(uri, base))


def test_relative_to_the_org(project: Project) -> None:
    for uri in (A, f"./{A}", A.replace("/", "\\"), f"x/../{A}"):
        assert path_of(project, uri) == A


def test_encoded_or_not(project: Project) -> None:
    for uri in (TEAM, TEAM.replace("%26", "%2526").replace(" ", "%20")):
        assert path_of(project, uri) == TEAM


def test_absolute_ones_of_this_machine(project: Project, tmp_path: Path) -> None:
    root = (tmp_path / "repo").resolve()
    for uri in (f"{root}/{A}", (root / A).as_uri(), f"file:{root}/{A}", f"FILE://localhost{root}/{A}"):
        assert path_of(project, uri) == A


def test_through_a_link(project: Project, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "repo")

    assert path_of(project, f"{tmp_path}/link/{A}") == A


@pytest.mark.parametrize(
    "uri",
    [
        f"file:///builds/acme/crm/{A}",
        f"C:\\agents\\work\\{A}".replace("/", "\\"),
        f"file:///C:/agents/work/{A}",
        f"../../somewhere/else/{A}",
        "main/default/classes/A.cls",
        "classes/A.cls",
    ],
)
def test_of_another_machine_or_folder_they_are_known_by_their_end(project: Project, uri: str) -> None:
    assert path_of(project, uri) == A


def test_an_end_that_several_files_have_is_nobodys(project: Project) -> None:
    write_files(project.root, {"billing/main/default/classes/A.cls": "public class A {}\n"})
    both = open_project([project.root])

    assert path_of(both, "classes/A.cls") is None
    assert (
        path_of(both, "file:///ci/billing/main/default/classes/A.cls") == "billing/main/default/classes/A.cls"
    )


def test_from_a_base_that_the_log_names(project: Project, tmp_path: Path) -> None:
    bases = {
        "SRC": {"uri": "default/", "uriBaseId": "MAIN"},
        "MAIN": {"uri": "force-app/main/", "uriBaseId": "ROOT"},
        "ROOT": {"uri": f"{(tmp_path / 'repo').as_uri()}/"},
        "ROUND": {"uri": "x/", "uriBaseId": "ROUND"},
    }

    assert path_of(project, "classes/A.cls", "SRC", originalUriBaseIds=bases) == A
    assert path_of(project, A, "%SRCROOT%", originalUriBaseIds=bases) == A
    assert path_of(project, A, "ROUND", originalUriBaseIds=bases) == A


def test_from_a_folder_where_the_name_of_a_base_should_stand(project: Project, tmp_path: Path) -> None:
    assert path_of(project, f"../repo/{A}", f"{tmp_path}/elsewhere/") == A


def test_from_where_the_tool_ran_or_the_repository_begins(tmp_path: Path) -> None:
    write_files(tmp_path / "repo", ORG)
    project = open_project([tmp_path / "repo" / "force-app"])
    inside = A.removeprefix("force-app/")
    working = [{"workingDirectory": {"uri": (tmp_path / "repo" / "force-app" / "main").as_uri()}}]

    assert path_of(project, A, above=(tmp_path / "repo",)) == inside
    assert path_of(project, "default/classes/A.cls", invocations=working) == inside


def test_as_one_of_the_runs_artifacts(project: Project) -> None:
    known = run(artifacts=[{"location": {"uri": "x"}}, {"location": {"uri": A}}])

    assert Places(project, ()).path_of(known, ArtifactLocation(index=1)) == A
    assert Places(project, ()).path_of(known, ArtifactLocation(index=7)) is None
    assert Places(project, ()).path_of(known, ArtifactLocation()) is None


def test_bodies_of_bundles_which_no_project_lists(project: Project) -> None:
    assert (
        path_of(project, "force-app/main/default/lwc/tile/tile.js")
        == "force-app/main/default/lwc/tile/tile.js"
    )


@pytest.mark.parametrize(
    "uri",
    ["/etc/passwd", "../../../../etc/passwd", ".env", "%2e%2e/%2e%2e/etc/passwd", "\0", "a\0b", "file://[", "x" * 5000,
     "force-app", "https://example.com/a.cls", "classes/Nowhere.cls", ".", "/", "//", "force-app/../../repo/.env"],
)  # fmt: skip
def test_what_is_no_file_of_the_org(project: Project, uri: str) -> None:
    assert path_of(project, uri, above=(Path("/"),)) is None
