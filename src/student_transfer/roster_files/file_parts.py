"""Parts of a file: as a file of their own, as text, and in blocks of whole rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import RawIOBase, TextIOWrapper
from typing import BinaryIO


class FilePart(RawIOBase):
    """A part of a file as a file."""

    def __init__(self, file: BinaryIO, end: int) -> None:
        """Take the file where the part begins, and where it ends."""
        self._file, self._end = file, end

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # any buffer
        """Read on, to the end of the part at most."""
        wanted = min(len(buffer), self._end - self._file.tell())
        read = self._file.read(max(0, wanted))
        buffer[: len(read)] = read
        return len(read)


@contextmanager
def as_text(binary: BinaryIO, encoding: str) -> Iterator[TextIOWrapper]:
    """Read bytes as text; they stay open afterwards."""
    text = TextIOWrapper(binary, encoding, errors="replace", newline="")
    try:
        yield text
    finally:
        text.detach()


def blocks(binary: BinaryIO, end: int, at_once: int) -> Iterator[bytes]:
    """Read on to a place."""
    while (wanted := min(at_once, end - binary.tell())) > 0:
        block = binary.read(wanted)
        if not block:  # somebody has made the file shorter
            return
        yield block


def blocks_of_rows(binary: BinaryIO, end: int, at_once: int) -> Iterator[bytes]:
    """Read on to a place in blocks that end where a row does.

    Where quotation marks do not pair up a block may end anywhere; `csv` says then
    whether that is within a cell.
    """
    while (wanted := min(at_once, end - binary.tell())) > 0:
        pieces = [binary.read(wanted)]
        quotes, most = pieces[0].count(b'"'), binary.tell() + at_once
        while quotes % 2 or not pieces[-1].endswith(b"\n"):
            line = binary.readline() if binary.tell() < min(end, most) else b""
            if not line:  # it is the end, or goes on for too long
                break
            pieces.append(line)
            quotes += line.count(b'"')
        if not pieces[0]:  # somebody has made the file shorter
            return
        yield b"".join(pieces)
