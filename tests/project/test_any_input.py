"""Whatever lies on disk: an answer or a reason, never a crash."""

import io
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sfgov.project import CannotOpen, Manifest, open_project
from sfgov.project.ignore import ForceIgnore
from sfgov.project.manifest import BadManifest, NotAManifest, read_manifest
from sfgov.project.naming import Folder, identify, identify_bundle, metadata_type_of_folder_name
from sfgov.project.packages import ProjectFile, read_project_file

NAMES = st.one_of(
    st.text(min_size=1),
    st.builds(
        "".join,
        st.tuples(
            st.text(max_size=4),
            st.sampled_from(
                ["", ".cls", ".field", ".md", ".site", ".customPermission", ".document", ".xml", ".js"]
            ),
            st.sampled_from(["", "-meta.xml"]),
        ),
    ),
)
FOLDERS = st.lists(
    st.sampled_from(
        ["objects", "fields", "documents", "lwc", "permissionsets", "customPermissions", "reports", "X"]
    )
)


@given(FOLDERS, NAMES, st.lists(NAMES))
@example([], "customPermissions", [])
def test_any_name_in_any_folder(segments: list[str], name: str, siblings: list[str]) -> None:
    folder = Folder()
    for segment in segments:
        folder = folder.child(segment)
    identity = identify(folder, name, siblings, lambda _: b"<?xml")
    assert identity is None or identity.role in ("whole", "body", "meta", "part")
    assert isinstance(metadata_type_of_folder_name(folder, name), str)
    assert all(what.name for _, what in identify_bundle(folder, siblings) or ())


@given(st.binary())
@example(b"<Package><types><name>Flow</name>")
@example(b'<?xml version="1.0" encoding="utf-7"?><Package/>')
def test_any_manifest(data: bytes) -> None:
    with suppress(BadManifest, NotAManifest):
        assert isinstance(read_manifest("package.xml", "package", data), Manifest)


@given(st.binary())
@example(b'{"packageDirectories": [{"path": ""}]}')
@example(b"NaN")
def test_any_project_file(data: bytes) -> None:
    assert isinstance(read_project_file(data), ProjectFile)


@example("[b-a]\n[[a]\n[a&&b]", "a")
@given(st.text(alphabet="ab*?[]!\\/# \n\r.-^"), st.text(alphabet="ab/."))
def test_any_forceignore(text: str, path: str) -> None:
    rules = ForceIgnore(".forceignore", text)
    for rule in (rules.hides_file(path), rules.hides_folder(path)):
        assert rule is None or text.split("\n")[rule.line - 1].strip() == rule.pattern


def _archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("package.xml", "<Package/>")
        archive.writestr("classes/A.cls", "class A {}" * 20)
    return packed.getvalue()


ARCHIVE = _archive()


@given(
    st.lists(st.tuples(st.integers(0, len(ARCHIVE) - 1), st.integers(0, 255)), max_size=4), st.integers(0, 30)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_damage_to_an_archive(tmp_path: Path, damage: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(ARCHIVE)
    for position, value in damage:
        data[position] = value
    path = tmp_path / "retrieve.zip"
    path.write_bytes(data[: len(data) - cut])
    with suppress(CannotOpen):
        project = open_project([path])
        for file in project.files:
            with suppress(OSError):
                project.reader.read(file.path)


def test_damage_is_told_as_damage(tmp_path: Path) -> None:
    (tmp_path / "retrieve.zip").write_bytes(ARCHIVE[:-30])
    with pytest.raises(
        CannotOpen, match=r"^retrieve\.zip cannot be read as a zip archive: File is not a zip file$"
    ):
        open_project([tmp_path / "retrieve.zip"])
