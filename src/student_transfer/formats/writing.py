"""Files that are written whole or not at all, whatever happens meanwhile."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from errno import EISDIR, ENOENT
from pathlib import Path
from stat import S_IMODE
from typing import BinaryIO


def check_place(path: Path) -> None:
    """Check before long work that there is a folder to write its outcome into.

    Raises:
        OSError: There is none, or the path itself is a folder.
    """
    if not path.parent.is_dir():
        said = "No such folder to write to, so make it first"
        raise FileNotFoundError(ENOENT, said, str(path.parent))
    if path.is_dir():
        said = "A folder is no file to write to, so name a file in it"
        raise IsADirectoryError(EISDIR, said, str(path))


def would_replace(path: Path, files: Iterable[Path]) -> bool:
    """Return whether writing to a path would replace one of these files.

    That is so by whatever name or link they are reached; files that are not there are
    replaced by nothing.
    """
    for file in files:
        with suppress(OSError):
            if path.samefile(file):
                return True
    return False


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a stream that becomes the file at its end: the whole file or none.

    What was there stays as it is until then, and who may read it may read the new one.
    What is no file, such as a pipe, is written to as it is.

    Raises:
        OSError: The file cannot be written; see `check_place`, too.
    """
    check_place(path)
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            yield stream
        return
    place = path.resolve()  # a link goes on leading there
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as stream:
            if place.exists():
                part.chmod(S_IMODE(place.stat().st_mode))
            yield stream
        part.replace(place)
    except BaseException as error:
        with suppress(OSError):
            part.unlink()
        if isinstance(error, OSError):  # about a file that nobody has named
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


def write_whole(path: Path, data: bytes) -> None:
    """Write a file; see `whole_file`."""
    with whole_file(path) as stream:
        stream.write(data)
