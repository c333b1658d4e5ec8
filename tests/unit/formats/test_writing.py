"""Unit tests of files that are written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from student_transfer.formats.writing import whole_file, would_replace, write_whole

POSIX = pytest.mark.skipif(os.name != "posix", reason="only there files are such")


def test_what_is_written_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    """Nothing else is left in the folder."""
    path = tmp_path / "log.csv"
    path.write_bytes(b"before")
    write_whole(path, b"after\r\n")
    assert path.read_bytes() == b"after\r\n"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interruption_leaves_what_was_there(tmp_path: Path) -> None:
    """Half of a log would be taken for all of it (LOG-1)."""
    path = tmp_path / "log.csv"
    path.write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt):
        _write_half(path)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def _write_half(path: Path) -> None:
    with whole_file(path) as stream:
        stream.write(b"half")
        raise KeyboardInterrupt


@POSIX
def test_who_may_read_the_file_is_as_before(tmp_path: Path) -> None:
    """Names of children that only one could read are not everybody's (LOG-3)."""
    path = tmp_path / "log.csv"
    path.write_bytes(b"before")
    path.chmod(0o600)
    write_whole(path, b"after")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@POSIX
def test_a_link_stays_one(tmp_path: Path) -> None:
    """What it leads to is written."""
    (tmp_path / "share").mkdir()
    path, link = tmp_path / "share" / "log.csv", tmp_path / "log.csv"
    path.write_bytes(b"before")
    link.symlink_to(path)
    write_whole(link, b"after")
    assert link.is_symlink()
    assert path.read_bytes() == b"after"


@POSIX
def test_what_is_no_file_is_written_as_it_is() -> None:
    """A pipe or a device has no name that could be given to another."""
    write_whole(Path(os.devnull), b"after")
    assert not Path(os.devnull).is_file()


def test_a_folder_is_no_file_to_write_to(tmp_path: Path) -> None:
    """It is told before anything is written, and what to do instead."""
    with pytest.raises(IsADirectoryError, match="name a file in it"):
        write_whole(tmp_path, b"after")
    with pytest.raises(FileNotFoundError, match="make it first"):
        write_whole(tmp_path / "nowhere" / "log.csv", b"after")
    assert not list(tmp_path.iterdir())


@POSIX
def test_a_file_is_known_by_any_of_its_names(tmp_path: Path) -> None:
    """A link to it, and a path that goes round, would replace it all the same."""
    path, other, link = (tmp_path / name for name in ("a.csv", "b.csv", "c.csv"))
    path.touch()
    other.touch()
    link.symlink_to(path)
    missing = tmp_path / "none.csv"
    for name in (path, link, tmp_path / ".." / tmp_path.name / "a.csv"):
        assert would_replace(name, [missing, other, path])
    assert not would_replace(other, [missing, path, link])
    assert not would_replace(missing, [missing, path])
