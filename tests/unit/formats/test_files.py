"""Finding files and decoding them: folders, zips and encodings."""

import os
import struct
import zipfile
from collections.abc import Mapping
from errno import EACCES
from pathlib import Path

import pytest

from student_transfer.formats import files
from student_transfer.formats.encoding import decode
from student_transfer.formats.files import TextFile, find
from student_transfer.formats.findings import UNREADABLE, Note, Problem

CSV = b"a,b\n1,2\n"


def write_zip(path: Path, members: Mapping[str, bytes]) -> Path:
    """Write a zip with these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def names(path: Path) -> list[str]:
    """Return the names of the text files that are found."""
    return [found.name for found in find([path]) if isinstance(found, TextFile)]


def problems(path: Path) -> list[str]:
    """Return what the problems say."""
    return [found.message for found in find([path]) if isinstance(found, Problem)]


def test_a_folder_is_searched_in_order(tmp_path: Path) -> None:
    """Tables of a folder, of folders in it and of zips in it are found by name."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "b.csv").write_bytes(CSV)
    (tmp_path / "inner" / "a.TXT").write_bytes(CSV)
    (tmp_path / ".hidden.csv").write_bytes(CSV)
    write_zip(tmp_path / "c.zip", {"x.csv": CSV, "folder/": b"", "folder/y.csv": CSV})
    assert names(tmp_path) == [
        "b.csv",
        "c.zip/x.csv",
        "c.zip/folder/y.csv",
        "inner/a.TXT",
    ]


def test_other_files_are_noted(tmp_path: Path) -> None:
    """A file that is no table is named in a note, in a folder and in a zip."""
    (tmp_path / "photo.jpg").write_bytes(b"x")
    write_zip(tmp_path / "c.zip", {"inner.zip": b"x", "__MACOSX/._a.csv": CSV})
    found = list(find([tmp_path]))
    assert found == [
        Note("c.zip/inner.zip", "not a table, so not read"),
        Note("photo.jpg", "not a table, so not read"),
    ]


def test_a_file_asked_for_is_read_whatever_its_name(tmp_path: Path) -> None:
    """Who names a file wants it read: the ending of its name does not count."""
    (tmp_path / "export").write_bytes(CSV)
    assert list(find([tmp_path / "export"])) == [
        TextFile("export", CSV.decode(), asked_for=True)
    ]


def test_a_workbook_is_named_as_one(tmp_path: Path) -> None:
    """Asked for or called a table, it is a problem, and else a note; old ones too."""
    write_zip(tmp_path / "roster.xlsx", {"xl/workbook.xml": b"<x/>"})
    said = "an Excel workbook or another zip, and no text: save it as CSV UTF-8"
    assert problems(tmp_path / "roster.xlsx") == [said]
    note = "an Excel workbook, so not read: save it as CSV UTF-8"
    assert list(find([tmp_path])) == [Note("roster.xlsx", note)]
    (tmp_path / "roster.xlsx").rename(tmp_path / "roster.csv")
    assert problems(tmp_path) == [said]
    old = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500)
    (tmp_path / "roster.csv").write_bytes(old)
    assert problems(tmp_path) == [
        "an Excel workbook, and no text: save it as CSV UTF-8"
    ]
    write_zip(tmp_path / "all.zip", {"a.csv": CSV, "roster.XLS": old})
    assert Note("all.zip/roster.XLS", note) in find([tmp_path / "all.zip"])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_one_problem(tmp_path: Path, encoding: str) -> None:
    """It says what to do once, and nothing of each row."""
    text = "sourcedId,givenName\n" + "1,Łucja\n" * 500
    (tmp_path / "users.csv").write_bytes(text.encode(encoding))
    said = "in UTF-16 without a byte order mark: save it as CSV UTF-8"
    assert problems(tmp_path) == [said]
    assert not names(tmp_path)


@pytest.mark.parametrize("name", ["gone.csv", "gone.zip"])
def test_a_missing_file_is_a_problem(tmp_path: Path, name: str) -> None:
    """A path that is not there is a problem that names it, and no exception."""
    assert problems(tmp_path / name) == [UNREADABLE]


def test_a_name_that_no_machine_takes_is_a_problem(tmp_path: Path) -> None:
    """Nor is a place an exception that cannot be looked at."""
    assert problems(tmp_path / ("x" * 300)) == [UNREADABLE]
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    assert problems(loop) == [UNREADABLE]


@pytest.mark.parametrize("shut", ["", "inner"])
def test_a_folder_that_is_shut_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shut: str
) -> None:
    """Half of a roster is not taken for all of it; what is hidden is not missed."""
    folder = tmp_path / "upload"
    for inside in ("inner", ".hidden"):
        (folder / inside).mkdir(parents=True)
        (folder / inside / "users.csv").write_bytes(CSV)
    scandir = os.scandir

    def refusing(path: str) -> object:
        if Path(path) in {folder / shut, folder / ".hidden"}:
            raise PermissionError(EACCES, os.strerror(EACCES), str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert list(find([folder])) == [Problem(shut or "upload", 0, "", UNREADABLE)]


@pytest.mark.skipif(os.name != "posix", reason="only there are such files")
def test_what_cannot_be_read_in_a_folder(tmp_path: Path) -> None:
    """A table that is gone is missed; what is no file at all is passed over."""
    (tmp_path / "gone.csv").symlink_to(tmp_path / "none.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    assert list(find([tmp_path])) == [Problem("gone.csv", 0, "", UNREADABLE)]


def test_members_that_leave_the_zip_are_not_read(tmp_path: Path) -> None:
    """No path in a zip reaches outside it, on any system (path traversal)."""
    tricks = ["../a.csv", "/etc/b.csv", "C:\\c.csv", "x/../../d.csv", "ok.csv"]
    path = write_zip(tmp_path / "t.zip", dict.fromkeys(tricks, CSV))
    assert names(path) == ["t.zip/ok.csv"]
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_not_a_zip(tmp_path: Path) -> None:
    """A file that only calls itself a zip is a problem."""
    (tmp_path / "fake.zip").write_bytes(b"no zip at all")
    assert problems(tmp_path) == ["not a zip file, or a damaged one: make it again"]


def test_a_damaged_member_does_not_hide_the_others(tmp_path: Path) -> None:
    """Of a zip with one damaged member the others are read."""
    path = write_zip(tmp_path / "d.zip", {"a.csv": CSV * 50, "b.csv": CSV})
    data = bytearray(path.read_bytes())
    data[37:41] = b"\xff\xff\xff\xff"
    path.write_bytes(bytes(data))
    assert problems(path) == ["damaged inside the zip: make the zip again"]
    assert names(path) == ["d.zip/b.csv"]


def test_an_encrypted_member(tmp_path: Path) -> None:
    """An encrypted member is a problem."""
    path = write_zip(tmp_path / "e.zip", {"a.csv": CSV})
    data = bytearray(path.read_bytes())
    central = data.index(b"PK\x01\x02")
    for flags in (6, central + 8):
        struct.pack_into("<H", data, flags, 1)
    path.write_bytes(bytes(data))
    assert problems(path) == ["encrypted or packed in a way that is not read"]


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is read beyond the bound, whatever size a zip declares."""
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 10)
    (tmp_path / "large.csv").write_bytes(b"x" * 11)
    write_zip(tmp_path / "bomb.zip", {"a.csv": b"0" * 5000, "b.csv": CSV})
    assert problems(tmp_path) == [files._TOO_LARGE] * 2
    assert names(tmp_path) == ["bomb.zip/b.csv"]


def test_a_zip_that_is_too_large_itself_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How large it is without being unpacked is bounded, too."""
    path = write_zip(tmp_path / "m.zip", {"a.csv": CSV})
    monkeypatch.setattr(files, "MAX_PACKED_BYTES", path.stat().st_size)
    assert names(path) == ["m.zip/a.csv"]
    monkeypatch.setattr(files, "MAX_PACKED_BYTES", path.stat().st_size - 1)
    assert problems(path) == [files._TOO_LARGE]
    assert names(path) == []


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A zip with too many members is not opened further."""
    monkeypatch.setattr(files, "MAX_MEMBERS", 1)
    path = write_zip(tmp_path / "m.zip", {"a.csv": CSV, "b.csv": CSV})
    assert problems(path) == ["has more than 1 files, so not read"]
    assert names(path) == []


def test_a_zip_is_bounded_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many members of the largest size do not add up to hours of unpacking."""
    monkeypatch.setattr(files, "MAX_ZIP_BYTES", 10)
    path = write_zip(tmp_path / "m.zip", {f"{n}.csv": CSV for n in "abc"})
    assert problems(path) == [files._ZIP_TOO_LARGE]
    assert names(path) == ["m.zip/a.csv"]


@pytest.mark.parametrize(
    "packing",
    [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA],
)
def test_a_damaged_zip_is_a_problem_wherever_it_is_damaged(
    tmp_path: Path, packing: int
) -> None:
    """Each byte of a zip can be wrong without anything being raised."""
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w", packing) as archive:
        archive.writestr("a.csv", CSV * 20)
    whole = path.read_bytes()
    for place, byte in enumerate(whole):
        path.write_bytes(whole[:place] + bytes([byte ^ 0xFF]) + whole[place + 1 :])
        read = [one for one in find([path]) if isinstance(one, TextFile)]
        assert all(one.text == (CSV * 20).decode() for one in read)


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    """A file that is named along with its folder is one file, and was asked for."""
    (tmp_path / "a.csv").write_bytes(CSV)
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    found = list(find([tmp_path, tmp_path / "a.csv", tmp_path]))
    assert found == [TextFile("a.csv", CSV.decode(), asked_for=True)]


def test_a_link_is_followed_inside_its_folder_only(tmp_path: Path) -> None:
    """What lies beside a folder does not come with it, unless it is asked for."""
    folder = tmp_path / "upload"
    folder.mkdir()
    (tmp_path / "other.csv").write_bytes(CSV)
    (folder / "inside.csv").write_bytes(CSV)
    (folder / "link.csv").symlink_to(tmp_path / "other.csv")
    assert list(find([folder])) == [
        TextFile("inside.csv", CSV.decode()),
        Note("link.csv", "a link that leaves the folder was not read"),
    ]
    assert names(folder / "link.csv") == ["link.csv"]


def test_a_link_to_a_folder_is_noted_where_it_leaves(tmp_path: Path) -> None:
    """What is linked from inside is read in its own place, and once."""
    folder = tmp_path / "upload"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "a.csv").write_bytes(CSV)
    (folder / "again").symlink_to(folder / "inner")
    (folder / "out").symlink_to(tmp_path)
    assert list(find([folder])) == [
        TextFile("inner/a.csv", CSV.decode()),
        Note("out", "a link that leaves the folder was not read"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str) -> None:
    """Names with accents survive every encoding that spreadsheets write."""
    assert decode("name\nSiân Ó Brien\n".encode(encoding))[0] == "name\nSiân Ó Brien\n"


def test_windows_1252_is_noted(tmp_path: Path) -> None:
    """Reading as Windows-1252 is a guess and is said."""
    (tmp_path / "w.csv").write_bytes("Siân\n".encode("cp1252"))
    note = next(found for found in find([tmp_path]) if isinstance(found, Note))
    assert "Windows-1252" in note.message


@pytest.mark.parametrize("name", ["José", "Müller", "Paweł", "Łukasz", "Šimon Zoë"])
def test_what_was_encoded_twice_is_noted(tmp_path: Path, name: str) -> None:
    """It is sound UTF-8, so it is read as it stands; what to do is said."""
    seen = "".join(_as_windows_shows(byte) for byte in name.encode())
    (tmp_path / "twice.csv").write_text(f"name\n{seen}\n", encoding="utf-8")
    told, file = find([tmp_path])
    assert isinstance(told, Note)
    assert "encoded twice" in told.message
    assert isinstance(file, TextFile)
    assert seen in file.text


def _as_windows_shows(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:  # five bytes stand for nothing there
        return chr(byte)


@pytest.mark.parametrize(
    "text", ["José SÃO MÄKI Åse", "“IRMÔ", "IRMÃ… IRMÃ — IRMÃ\u00a0", "Ä'", "©Ã"]
)
def test_capital_letters_with_accents_are_no_sign_of_it(
    tmp_path: Path, text: str
) -> None:
    """What may stand after a word may stand after such a letter."""
    (tmp_path / "once.csv").write_text(f"name\n{text}\n", encoding="utf-8")
    assert not any(isinstance(one, Note) for one in find([tmp_path]))


def test_damaged_utf_8_stays_utf_8() -> None:
    """One damaged byte does not turn every accent of a file into two letters."""
    text, encoding = decode("Siân,".encode() + b"\xff\nZo\xc3")
    assert (text, encoding) == ("Siân,\udcff\nZo\udcc3", "utf-8")
    assert decode(b"Zo\xc3") == ("Zo\udcc3", "utf-8")


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x81\x8d\n"])
def test_unknown_encodings(tmp_path: Path, data: bytes) -> None:
    """What no encoding fits is a problem."""
    (tmp_path / "u.csv").write_bytes(data)
    assert problems(tmp_path) == ["in an unknown encoding: save it as CSV UTF-8"]
