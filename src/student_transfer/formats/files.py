"""The files that are there: in folders, in zips, in several encodings.

Nothing is ever written: members of a zip are read into memory, each within a bound.
"""

import lzma
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterable, Iterator
from os.path import realpath
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISREG

import attrs

from student_transfer.characters import UNPRINTABLE
from student_transfer.formats.encoding import (
    ENCODED_TWICE,
    READ_AS_WINDOWS,
    UNKNOWN_ENCODING,
    decode,
    is_encoded_twice,
    no_text,
)
from student_transfer.formats.findings import UNREADABLE, Note, Problem

MAX_FILE_BYTES = 100 * 2**20
"""No file, in a zip or not, is read that is larger than this."""

MAX_MEMBERS = 1000
"""No zip is read that has more members than this."""

MAX_ZIP_BYTES = 500 * 2**20
"""No more than this is unpacked of one zip."""

MAX_PACKED_BYTES = 100 * 2**20
"""No zip is opened that is itself larger than this."""

MAX_ZIP_RATIO = 200
"""No more than this many times its own size is unpacked of one zip, beyond 10 MiB.

Tables are packed to a tenth or so; only what was made to do harm is packed to less than
a 200th. What a zip says of its members' sizes is not asked.
"""

_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(EOFError, OSError, ValueError, struct.error),
)
_NOT_SHOWN = re.compile(f"[{UNPRINTABLE}]")
_TABLES = {".csv", ".txt", ".tsv"}
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_TOO_LARGE = f"larger than {MAX_FILE_BYTES // 2**20} MiB, so not read: split it"
_ALWAYS_UNPACKED = 10 * 2**20
_ZIP_TOO_LARGE = (
    f"larger than {MAX_ZIP_BYTES // 2**20} MiB unpacked, or packed more than "
    f"{MAX_ZIP_RATIO} times, so the rest of it was not read: split it"
)
_NOT_UNPACKED = "encrypted or packed in a way that is not read"
_OUTSIDE = "a link that leaves the folder was not read"


@attrs.frozen
class TextFile:
    """A file's text.

    Attributes:
        name: The name, inside the folder or zip that was given.
        text: The text; bytes that do not fit the encoding are lone surrogates.
        asked_for: Whether the file itself was named, and not its folder or zip.
    """

    name: str
    text: str = attrs.field(repr=False)
    asked_for: bool = False


Found = TextFile | Problem | Note


def find(paths: Iterable[Path]) -> Iterator[Found]:
    """Yield the text of every file that may be a table, and what stands in the way.

    A folder is searched with the folders in it, and zips in it are opened; zips in
    zips are not. Hidden files are passed over; links that leave the folder are noted.
    A file that is named twice, or named along with its folder, is given once.
    """
    given = set[Path]()
    for place in _places(paths):
        if isinstance(place, Problem):
            yield place
            continue
        file, asked_for = Path(realpath(place.path)), place.folder is None
        if place.folder is not None and not file.is_relative_to(place.folder):
            yield Note(place.name, _OUTSIDE)
        elif file not in given and (asked_for or not _is_folder(file)):
            given.add(file)
            yield from _read(place.path, place.name, asked_for=asked_for)


@attrs.frozen
class _Place:
    """A file, its name for a person, and the folder that was searched, if one was."""

    path: Path
    name: str
    folder: Path | None = None


def _places(paths: Iterable[Path]) -> Iterator[_Place | Problem]:
    """Yield the place of each file; first those asked for, without a folder."""
    listed = list(paths)
    for path in listed:
        if not _is_folder(path):
            yield _Place(path, _in_one_line(path.name))
    for folder in filter(_is_folder, listed):
        yield from _places_in(folder)


def _places_in(folder: Path) -> Iterator[_Place | Problem]:
    """Yield the places of a folder, and a problem for each folder that is shut."""
    found, shut = list[Path](), list[OSError]()
    for at, folders, files in os.walk(folder, onerror=shut.append):
        folders[:] = [name for name in folders if not _hidden([name])]
        found += [Path(at, name) for name in files if not _hidden([name])]
        found += [link for name in folders if (link := Path(at, name)).is_symlink()]
    for error in shut:
        inside = Path(error.filename or folder).relative_to(folder)
        name = inside.as_posix() if inside.name else folder.name or str(folder)
        yield Problem(_in_one_line(name), 0, "", UNREADABLE)
    resolved = Path(realpath(folder))
    for path in filter(_may_be_read, sorted(found)):
        name = _in_one_line(path.relative_to(folder).as_posix())
        yield _Place(path, name, resolved)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # it may not be looked at, which is told once it is opened
        return False


def _may_be_read(path: Path) -> bool:
    """Return whether it is no pipe, socket or device, which nobody means to read."""
    try:
        mode = path.stat().st_mode
    except OSError:  # likewise
        return True
    return S_ISREG(mode) or S_ISDIR(mode)


def _in_one_line(name: str) -> str:
    """Return a file's name as a line of a log can hold it."""
    return _NOT_SHOWN.sub("\ufffd", name)


def _hidden(parts: Iterable[str]) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in parts)


def _read(path: Path, name: str, *, asked_for: bool) -> Iterator[Found]:
    if path.suffix.lower() == ".zip":
        yield from _read_zip(path, name)
    elif path.suffix.lower() in _TABLES or asked_for:
        try:
            with path.open("rb") as stream:
                data = stream.read(MAX_FILE_BYTES + 1)
        except OSError:
            yield Problem(name, 0, "", UNREADABLE)
        else:
            yield from _decode(name, data, asked_for=asked_for)
    else:
        yield _no_table(name)


def _read_zip(path: Path, name: str) -> Iterator[Found]:
    try:
        packed = path.stat().st_size
        if packed > MAX_PACKED_BYTES:
            yield Problem(name, 0, "", _TOO_LARGE)
            return
        left = min(MAX_ZIP_BYTES, max(_ALWAYS_UNPACKED, MAX_ZIP_RATIO * packed))
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > MAX_MEMBERS:
                message = f"has more than {MAX_MEMBERS} files, so not read"
                yield Problem(name, 0, "", message)
                return
            for member in members:
                left -= yield from _read_member(archive, member, name, left)
                if left < 0:
                    yield Problem(name, 0, "", _ZIP_TOO_LARGE)
                    return
    except OSError:
        yield Problem(name, 0, "", UNREADABLE)
    except (*_DAMAGED, NotImplementedError):
        yield Problem(name, 0, "", "not a zip file, or a damaged one: make it again")


def _read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, zip_name: str, left: int
) -> Generator[Found, None, int]:
    """Yield what one member is; return how many bytes were unpacked for it.

    One that has more bytes than are left is not given.
    """
    inside = PurePosixPath(_in_one_line(member.filename.replace("\\", "/")))
    name = f"{zip_name}/{inside}"
    if inside.is_absolute() or ".." in inside.parts or ":" in member.filename[:2]:
        yield Note(zip_name, "a member whose path leaves the zip was not read")
    elif _hidden(inside.parts):
        pass
    elif inside.suffix.lower() not in _TABLES:
        yield _no_table(name)
    elif member.compress_type == zipfile.ZIP_LZMA:
        # It may ask for any amount of memory before its first byte.
        yield Problem(name, 0, "", _NOT_UNPACKED)
    else:
        try:
            # The size that the zip declares may be a lie; what is read is bounded.
            with archive.open(member) as stream:
                data = stream.read(min(MAX_FILE_BYTES, left) + 1)
        except _DAMAGED:
            yield Problem(name, 0, "", "damaged inside the zip: make the zip again")
        except (RuntimeError, NotImplementedError):
            yield Problem(name, 0, "", _NOT_UNPACKED)
        else:
            if len(data) <= left:
                yield from _decode(name, data, asked_for=False)
            return len(data)
    return 0


def _no_table(name: str) -> Note:
    """Note a file that is not read, and what to do where it may have a table."""
    if name.lower().endswith(_WORKBOOKS):
        return Note(name, "an Excel workbook, so not read: save it as CSV UTF-8")
    return Note(name, "not a table, so not read")


def _decode(name: str, data: bytes, *, asked_for: bool) -> Iterator[Found]:
    if len(data) > MAX_FILE_BYTES:
        yield Problem(name, 0, "", _TOO_LARGE)
        return
    if other := no_text(data):
        yield Problem(name, 0, "", other)
        return
    try:
        text, encoding = decode(data)
    except UnicodeError:
        yield Problem(name, 0, "", UNKNOWN_ENCODING)
        return
    if encoding == "cp1252":
        yield Note(name, READ_AS_WINDOWS)
    elif encoding == "utf-8" and is_encoded_twice(data):
        yield Note(name, ENCODED_TWICE)
    yield TextFile(name, text, asked_for)
