"""Retrieved archives: read where they lie, and refused when they could do harm."""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from sfgov.project import BadArchive, NoMetadata, archive, open_project
from tests.project.folders import Write, read_elsewhere


def pack(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return path


@pytest.mark.parametrize("prefix", ["", "unpackaged/", "My Package/", "./"])
def test_retrieved_archive(tmp_path: Path, prefix: str) -> None:
    files = {
        "package.xml": "<Package><types><members>*</members><name>ApexClass</name></types></Package>",
        "classes/Ä.cls": "class Ä {}",
        "classes/Ä.cls-meta.xml": "",
        "reports/Sales/Open.report": "",
        "staticresources/R.resource": "",
    }
    project = open_project(
        [pack(tmp_path / "retrieve.zip", {prefix + name: text for name, text in files.items()})]
    )
    shown = prefix.removeprefix("./")
    assert [(file.path, file.name) for file in project.files] == [
        (f"{shown}classes/Ä.cls", "Ä"),
        (f"{shown}classes/Ä.cls-meta.xml", "Ä"),
        (f"{shown}reports/Sales/Open.report", "Sales/Open"),
    ]
    assert project.title == "retrieve.zip"
    assert project.root == (tmp_path / "retrieve.zip").resolve()
    assert [manifest.path for manifest in project.manifests] == [f"{shown}package.xml"]
    assert ("StaticResource", "R") in project.names
    assert project.reader.read(f"{shown}classes/Ä.cls").decode() == "class Ä {}"


def test_reader_opens_the_archive_again_in_another_process(tmp_path: Path) -> None:
    project = open_project([pack(tmp_path / "a.zip", {"classes/A.cls": "class A {}"})])
    assert read_elsewhere(project.reader, "classes/A.cls") == b"class A {}"
    with pytest.raises(FileNotFoundError, match=r"classes/B\.cls is not in the archive"):
        project.reader.read("classes/B.cls")


def test_archive_of_a_whole_project(tmp_path: Path) -> None:
    files = {
        "acme-main/sfdx-project.json": '{"packageDirectories": [{"path": "force-app"}]}',
        "acme-main/.forceignore": "*.profile-meta.xml\n",
        "acme-main/force-app/classes/A.cls": "",
        "acme-main/force-app/profiles/Admin.profile-meta.xml": "",
        "acme-main/docs/classes/B.cls": "",
        "__MACOSX/acme-main/force-app/classes/._A.cls": "",
    }
    project = open_project([pack(tmp_path / "download", files)])
    assert [(file.path, file.package) for file in project.files] == [
        ("acme-main/force-app/classes/A.cls", "acme-main/force-app")
    ]
    assert [(hidden.file, hidden.type) for hidden in project.ignored] == [
        ("acme-main/.forceignore", "Profile")
    ]


def test_entries_for_folders_and_files_known_by_their_first_bytes(tmp_path: Path) -> None:
    files = {
        "./": "",
        "lwc/": "",
        "lwc/empty/": "",
        "Admin.profile": '<?xml version="1.0"?><Profile/>',
        "notes.profile": "what Ann does",
    }
    project = open_project([pack(tmp_path / "a.zip", files)])
    assert [(file.path, file.name) for file in project.files] == [("Admin.profile", "Admin")]


def test_archive_from_windows(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.zip", {"unpackaged#classes#A.cls": "a"})
    path.write_bytes(path.read_bytes().replace(b"#", b"\\"))
    project = open_project([path])
    assert [file.path for file in project.files] == ["unpackaged/classes/A.cls"]
    assert project.reader.read("unpackaged/classes/A.cls") == b"a"


def test_archive_beside_a_folder(tmp_path: Path, write: Write) -> None:
    root = write({"classes/A.cls": ""})
    project = open_project([root, pack(tmp_path / "b.zip", {"classes/B.cls": "b"})])
    assert [file.path for file in project.files] == ["b.zip/classes/B.cls", "classes/A.cls"]
    assert project.reader.read("b.zip/classes/B.cls") == b"b"


@pytest.mark.parametrize(
    "name",
    [
        "../classes/A.cls",
        "classes/../../A.cls",
        "/etc/classes/A.cls",
        "C:/classes/A.cls",
        "..\\classes\\A.cls",
    ],
)
def test_entries_that_leave_the_archive(tmp_path: Path, name: str) -> None:
    path = pack(tmp_path / "slip.zip", {"classes/B.cls": "", name: ""})
    with pytest.raises(BadArchive) as caught:
        open_project([path])
    assert str(caught.value) == f"slip.zip is refused: its entry {name} leaves the archive's own folder"
    assert not (tmp_path / "A.cls").exists()


def test_entry_that_is_a_link(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("classes/A.cls")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as packed:
        packed.writestr(link, "/etc/passwd")
    with pytest.raises(
        BadArchive, match=r"^link\.zip is refused: its entry classes/A\.cls is a symbolic link$"
    ):
        open_project([tmp_path / "link.zip"])


def test_encrypted_entry(tmp_path: Path) -> None:
    path = pack(tmp_path / "secret.zip", {"classes/A.cls": ""})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(BadArchive, match=r"^secret\.zip is refused: its entry classes/A\.cls is encrypted$"):
        open_project([path])


def test_bomb(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("classes/A.cls", "w") as file,
    ):
        for _ in range(archive.RATIO_COUNTS_FROM // 2**20 + 1):
            file.write(b"\0" * 2**20)
    with pytest.raises(
        BadArchive, match=r"^bomb\.zip is refused: it would unpack to 68,157,440 bytes from \d\d,\d{3}"
    ):
        open_project([path])


def test_archive_that_says_it_is_huge(tmp_path: Path) -> None:
    path = pack(tmp_path / "huge.zip", {"classes/A.cls": ""})
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (3 * 1024**3).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(
        BadArchive, match=r"it would unpack to 3,221,225,472 bytes, and 2,147,483,648 is the most$"
    ):
        open_project([path])


def test_archive_with_too_many_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_ENTRIES", 2)
    path = pack(tmp_path / "many.zip", {f"classes/{letter}.cls": "" for letter in "ABC"})
    with pytest.raises(BadArchive, match=r"^many\.zip is refused: it has 3 entries, and 2 is the most$"):
        open_project([path])


def test_file_that_says_it_is_smaller_than_it_is(tmp_path: Path) -> None:
    path = pack(tmp_path / "liar.zip", {"classes/A.cls": "x" * 1000})
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    project = open_project([path])
    with pytest.raises(OSError, match=r"^it cannot be unpacked: Bad CRC-32"):
        project.reader.read("classes/A.cls")


def test_damaged_file(tmp_path: Path) -> None:
    path = pack(tmp_path / "broken.zip", {"classes/A.cls": "class A {}" * 50, "classes/B.cls": "class B {}"})
    data = bytearray(path.read_bytes())
    data[50] ^= 0xFF
    path.write_bytes(data)
    project = open_project([path])
    with pytest.raises(OSError, match=r"^it cannot be unpacked: "):
        project.reader.read("classes/A.cls")
    assert project.reader.read("classes/B.cls") == b"class B {}"


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04 cut off"])
def test_file_that_is_no_archive(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "retrieve.zip").write_bytes(data)
    with pytest.raises(
        BadArchive, match=r"^retrieve\.zip cannot be read as a zip archive: File is not a zip file$"
    ):
        open_project([tmp_path / "retrieve.zip"])


def test_archive_without_metadata(tmp_path: Path) -> None:
    with pytest.raises(NoMetadata, match=r"empty\.zip holds no Salesforce metadata\."):
        open_project([pack(tmp_path / "empty.zip", {"notes.txt": ""})])


def test_archive_that_is_cut_short(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as packed:
        packed.writestr("classes/A.cls", "class A {}" * 100)
        packed.writestr("classes/B.cls", "class B {}" * 100)
    (tmp_path / "cut.zip").write_bytes(whole.getvalue()[:-40])
    with pytest.raises(BadArchive, match=r"^cut\.zip cannot be read"):
        open_project([tmp_path / "cut.zip"])
