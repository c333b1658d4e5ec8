"""A zip from an enemy is read within bounds, and nothing leaves its place."""

import io
import stat
import struct
import tracemalloc
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from student_transfer.formats import files, read
from student_transfer.formats.files import TextFile, find
from student_transfer.formats.findings import Note, Problem
from student_transfer.sites import SiteId
from tests.hostile.marks import MARK

CSV = b"a,b\n1,2\n"
MIB = 2**20


def make_zip(
    path: Path,
    members: Iterable[tuple[str | zipfile.ZipInfo, bytes]],
    packing: int = zipfile.ZIP_DEFLATED,
) -> Path:
    """Write a zip with these members, in this order, whatever their names."""
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, data in members:
            archive.writestr(name, data, packing)
    return path


def texts(*paths: Path) -> dict[str, str]:
    """Return what is read, by name."""
    return {one.name: one.text for one in find(paths) if isinstance(one, TextFile)}


def said(path: Path) -> list[str]:
    """Return the problems and notes of a zip."""
    return [one.message for one in find([path]) if isinstance(one, Problem | Note)]


# Bombs --------------------------------------------------------------------------------


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("size", [20 * MIB, 120 * MIB])
def test_a_member_packed_too_well_is_not_given(
    tmp_path: Path, size: int, packing: int
) -> None:
    """A table of one letter a million times is no table: it is not parsed."""
    path = make_zip(tmp_path / "b.zip", [("a.csv", b"0" * size)], packing)
    assert path.stat().st_size < size / files.MAX_ZIP_RATIO
    assert texts(path) == {}
    assert said(path) == [files._ZIP_TOO_LARGE]


def test_a_bomb_takes_no_more_memory_than_its_bound(tmp_path: Path) -> None:
    """Of 200 MiB in 200 KiB no more is held than may be unpacked of that zip."""
    bomb = make_zip(tmp_path / "b.zip", [("a.csv", b"0" * 200 * MIB)])
    tracemalloc.start()
    assert texts(bomb) == {}
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2.5 * max(10 * MIB, files.MAX_ZIP_RATIO * bomb.stat().st_size)


def test_many_members_do_not_add_up(tmp_path: Path) -> None:
    """The bound holds for the zip, not for each member."""
    members = [(f"{number:03}.csv", b"0" * MIB) for number in range(60)]
    path = make_zip(tmp_path / "m.zip", members)
    read_ = texts(path)
    assert len(read_) < 20
    assert said(path) == [files._ZIP_TOO_LARGE]


def test_what_is_packed_as_tables_are_is_read(tmp_path: Path) -> None:
    """A large roster is packed to a tenth, and is read whole."""
    lines = (f"{n},{n * 7919 % 104729},{n * n % 7},x,x,x,x\n" for n in range(800_000))
    data = "".join(lines).encode()
    assert len(data) > 12 * MIB
    path = make_zip(tmp_path / "r.zip", [("users.csv", data)])
    assert texts(path) == {"r.zip/users.csv": data.decode()}


def test_too_many_members(tmp_path: Path) -> None:
    """Ten thousand members are counted, and none is unpacked."""
    members = [(f"{number}.csv", b"") for number in range(10_000)]
    path = make_zip(tmp_path / "m.zip", members, zipfile.ZIP_STORED)
    assert texts(path) == {}
    assert said(path) == [f"has more than {files.MAX_MEMBERS} files, so not read"]


def test_a_zip_too_large_to_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of members of a huge zip is not even looked at."""
    path = make_zip(tmp_path / "m.zip", [("a.csv", CSV)])
    monkeypatch.setattr(files, "MAX_PACKED_BYTES", path.stat().st_size - 1)
    assert texts(path) == {}
    assert said(path) == [files._TOO_LARGE]


def test_zips_in_zips_are_not_opened(tmp_path: Path) -> None:
    """However deep they are nested: 16 levels or one that holds itself, it is one."""
    inner = b""
    for depth in range(16):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(f"{depth}.zip", inner)
            archive.writestr("a.csv.zip", inner)
        inner = stream.getvalue()
    path = tmp_path / "n.zip"
    path.write_bytes(inner)
    assert texts(path) == {}
    assert said(path) == ["not a table, so not read"] * 2


@pytest.mark.parametrize("told", [0, 1, 7, 2**31, 2**32 - 2])
@pytest.mark.parametrize("place", ["local", "central"])
@pytest.mark.parametrize("size", ["packed", "unpacked"])
def test_a_header_that_lies_about_a_size(
    tmp_path: Path, size: str, place: str, told: int
) -> None:
    """Nothing is raised, nothing is read beyond the bound, and no half table counts."""
    data = CSV * 2000
    path = make_zip(tmp_path / "l.zip", [("a.csv", data), ("b.csv", CSV)])
    raw = bytearray(path.read_bytes())
    start = 0 if place == "local" else raw.index(b"PK\x01\x02")
    at = {"packed": 18, "unpacked": 22}[size] + (2 if place == "central" else 0)
    struct.pack_into("<I", raw, start + at, told)
    path.write_bytes(bytes(raw))
    found = texts(path)
    assert found.get("l.zip/a.csv", data.decode()) == data.decode()
    assert found.get("l.zip/b.csv", CSV.decode()) == CSV.decode()
    assert found or said(path)


def test_members_that_lie_over_each_other_count_each_time(tmp_path: Path) -> None:
    """A zip of which every entry points at one member unpacks to no more (Fifield)."""
    path = make_zip(tmp_path / "o.zip", [("a.csv", b"0" * 5 * MIB)])
    raw = path.read_bytes()
    central, end = raw.index(b"PK\x01\x02"), raw.index(b"PK\x05\x06")
    entry, tail = raw[central:end], bytearray(raw[end:])
    copies = [entry.replace(b"a.csv", b"%c.csv" % (97 + n)) for n in range(20)]
    struct.pack_into("<HHII", tail, 8, 20, 20, len(entry) * 20, central)
    path.write_bytes(raw[:central] + b"".join(copies) + bytes(tail))
    assert sum(map(len, texts(path).values())) <= 10 * MIB
    assert said(path)


def test_a_packing_that_asks_for_memory_first(tmp_path: Path) -> None:
    """LZMA names the memory that it wants; nothing packed so is unpacked."""
    path = make_zip(tmp_path / "l.zip", [("a.csv", CSV)], zipfile.ZIP_LZMA)
    assert texts(path) == {}
    assert said(path) == [files._NOT_UNPACKED]


# Paths --------------------------------------------------------------------------------

LEAVING = [
    "../a.csv",
    "..\\a.csv",
    "x/../../a.csv",
    "x\\..\\..\\a.csv",
    "/etc/a.csv",
    "\\etc\\a.csv",
    "//server/share/a.csv",
    "\\\\server\\share\\a.csv",
    "C:\\a.csv",
    "C:a.csv",
    "c:/a.csv",
]


@pytest.mark.parametrize("name", LEAVING)
def test_a_path_that_leaves_the_zip(tmp_path: Path, name: str) -> None:
    """It is noted and not read, on any system; the others are."""
    path = make_zip(tmp_path / "p.zip", [(name, CSV), ("ok.csv", CSV)])
    assert texts(path) == {"p.zip/ok.csv": CSV.decode()}
    assert said(path) == ["a member whose path leaves the zip was not read"]
    assert [one.name for one in tmp_path.iterdir()] == ["p.zip"]


def test_a_link_in_a_zip_leads_nowhere(tmp_path: Path) -> None:
    """A symbolic link is the text of its target and not the file it names."""
    (tmp_path / "secret.csv").write_bytes(CSV)
    link = zipfile.ZipInfo("users.csv")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = make_zip(tmp_path / "s.zip", [(link, b"../secret.csv")])
    assert texts(path) == {"s.zip/users.csv": "../secret.csv"}


def test_a_link_that_leaves_a_folder_is_not_followed(tmp_path: Path) -> None:
    """An unpacked archive cannot fetch another site's files by a link."""
    folder, other = tmp_path / "upload", tmp_path / "other"
    for made in (folder, other):
        made.mkdir()
    (other / "users.csv").write_bytes(CSV)
    make_zip(other / "r.zip", [("users.csv", CSV)])
    (folder / "ok.csv").write_bytes(CSV)
    (folder / "inside.csv").symlink_to(folder / "ok.csv")
    (folder / "users.csv").symlink_to(other / "users.csv")
    (folder / "r.zip").symlink_to(other / "r.zip")
    (folder / "deep").symlink_to(other, target_is_directory=True)
    assert list(texts(folder).values()) == [CSV.decode()]
    assert set(said(folder)) == {files._OUTSIDE}


def test_two_members_of_one_name_are_both_read(tmp_path: Path) -> None:
    """The second does not hide the first: what differs between them is a problem."""
    head = b"SIS ID,School SIS ID,Username,First Name\n"
    schools = b"SIS ID,Name\noak,Oak\n"
    with pytest.warns(UserWarning, match="Duplicate"):
        path = make_zip(
            tmp_path / "d.zip",
            [
                ("School.csv", schools),
                ("Student.csv", head + b"1,oak,u1,Ada\n"),
                ("Student.csv", head + b"2,oak,u2,Bo\n"),
                ("STUDENT.CSV", head + b"3,oak,u3,Cy\n"),
            ],
        )
    found = read([path], SiteId("a"))
    assert {one.given_name for one in found.students} == {"Ada", "Bo", "Cy"}


@pytest.mark.parametrize("name", ["a.csv\0.exe", "a.exe\0.csv", "a\0b.csv"])
def test_a_name_with_nul(tmp_path: Path, name: str) -> None:
    """What comes after a NUL in a name does not count."""
    path = make_zip(tmp_path / "n.zip", [("PLACEHOLD.csv"[: len(name)], CSV)])
    made = "PLACEHOLD.csv"[: len(name)].encode()
    path.write_bytes(path.read_bytes().replace(made, name.encode()))
    is_table = name.partition("\0")[0].endswith(".csv")
    assert len(texts(path)) == is_table


@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b[2J", "\u202e", "\u2028"])
def test_a_name_cannot_forge_a_line_of_a_log(tmp_path: Path, sign: str) -> None:
    """In every message a file's name stays in its line and steers no terminal."""
    path = make_zip(tmp_path / "f.zip", [(f"a{sign}b.csv", b"x"), (f"{sign}.exe", b"")])
    found = read([path], SiteId("a"))
    told = [str(one) for one in (*found.problems, *found.notes)]
    assert len([one for one in told if "\ufffd" in one]) == 2
    assert not [one for one in told if sign[0] in one]


def test_no_message_shows_what_a_file_holds(tmp_path: Path) -> None:
    """A table without a header is not quoted in place of one."""
    rows = f"1,{MARK},{MARK}@x.org\n2,{MARK}2,\n".encode()
    path = make_zip(tmp_path / "h.zip", [("users.csv", rows), ("Student.csv", rows)])
    found = read([path], SiteId("a"))
    assert found.notes
    assert MARK not in f"{found.problems}{found.notes}"
