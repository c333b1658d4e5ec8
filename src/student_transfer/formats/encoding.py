"""How the bytes of a file are read as text, and what is no text."""

import re
from codecs import getincrementaldecoder

from student_transfer.characters import SURROGATES

_ACCENTED = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")
_SURROGATE = re.compile(f"[{SURROGATES}]")
_BEGINNINGS = {
    b"PK\x03\x04": "an Excel workbook or another zip, and no text",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an Excel workbook, and no text",
}
_BINARY = {
    b"%PDF-": "a PDF, and no text",
    b"\x89PNG\r\n\x1a\n": "a picture, and no text",
    b"\xff\xd8\xff": "a picture, and no text",
    b"\x1f\x8b": "packed by gzip, and no text",
}
_NUL_AT_TOP = re.compile(rb"[^\r\n\0]{,1000}\0")
_LEADS = "ÃÄÅ"
_SIGNS = "€‚ƒ„†‡ˆ‰Š‹ŒŽ•˜™š›œžŸ" + "".join(  # noqa: RUF001 - as they are seen
    map(chr, (*range(0x80, 0xA0), *range(0xA1, 0xC0)))
)
"""What stands after a lead where a letter was encoded twice, and after a word never."""

_LONGEST_PAIR = 5  # bytes of a letter that was encoded twice
_MAY_BE_TWICE = re.compile(rb"\xc3[\x83-\x85][\xc2\xc5\xc6\xcb\xe2]")  # is quick
_TWICE = re.compile(f"[{_LEADS}][{_SIGNS}]")
ENCODED_TWICE = (
    "some letters look as if they were encoded twice (Ã© for é): they are read as they "
    "stand; export the file again as UTF-8, and save it from no program in between"
)
"""What is noted of a file that `is_encoded_twice`."""

READ_AS_WINDOWS = "read as Windows-1252, since it is not UTF-8: check accented letters"
"""What is noted of a file that `decode` reads so."""

UNKNOWN_ENCODING = "in an unknown encoding: save it as CSV UTF-8"
"""What is wrong with a file that `decode` cannot read."""

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""The marks with which text in UTF-16 begins."""

_LOOKED_AT = 200  # bytes by which UTF-16 without a mark is told


def no_text(beginning: bytes) -> str:
    r"""Return what a file is that cannot be read as text; blank where it may be one.

    >>> no_text(b"PK\x03\x04...")
    'an Excel workbook or another zip, and no text: save it as CSV UTF-8'
    >>> no_text("id,name".encode("utf-16-le"))
    'in UTF-16 without a byte order mark: save it as CSV UTF-8'
    """
    kinds = (kind for start, kind in _BEGINNINGS.items() if beginning.startswith(start))
    kind = next(kinds, "")
    if not kind and _is_unmarked_utf_16(beginning[:_LOOKED_AT]):
        kind = "in UTF-16 without a byte order mark"
    return f"{kind}: save it as CSV UTF-8" if kind else ""


def binary_kind(beginning: bytes) -> str:
    r"""Return what a file is that `no_text` does not tell of, and that is no table.

    In the first line of a table there is no NUL.

    >>> binary_kind(b"%PDF-1.7...")
    'a PDF, and no text: export the table in it as CSV UTF-8'
    >>> binary_kind(b"SQLite format 3\x00...")
    'no text, whatever it is called: export the table in it as CSV UTF-8'
    """
    kinds = (kind for start, kind in _BINARY.items() if beginning.startswith(start))
    kind = next(kinds, "")
    if not kind and _NUL_AT_TOP.match(beginning) and not beginning.startswith(UTF_16):
        kind = "no text, whatever it is called"
    return f"{kind}: export the table in it as CSV UTF-8" if kind else ""


def _is_unmarked_utf_16(beginning: bytes) -> bool:
    """Return whether every other byte is NUL, as it is in a header of plain letters."""
    halves = beginning[::2], beginning[1::2]
    few, many = sorted(half.count(0) for half in halves)
    is_marked = beginning.startswith(UTF_16)
    return few == 0 and many > len(beginning) // 4 and not is_marked


def decode(data: bytes) -> tuple[str, str]:
    r"""Return the text and the encoding: UTF-8, UTF-16 with a mark, or Windows-1252.

    A file that is UTF-8 but for some damaged bytes stays UTF-8, and those bytes become
    lone surrogates: read otherwise, every accented letter in it would be wrong.

    >>> decode("Zo\u00eb Ng".encode("cp1252"))
    ('Zoë Ng', 'cp1252')
    >>> decode(b"Zo\xc3\xab, Ann\xe9e") == ("Zo\xeb, Ann\udce9e", "utf-8")
    True

    Raises:
        UnicodeError: It is none of these.
    """
    if data.startswith(UTF_16):
        return data.decode("utf-16"), "utf-16"
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        cut_off = error.reason == "unexpected end of data"
    text = data.decode("utf-8", "surrogateescape")
    if cut_off or _ACCENTED.search(text):
        return text, "utf-8"
    return data.decode("cp1252"), "cp1252"


def is_encoded_twice(data: bytes) -> bool:
    """Return whether letters of a text in UTF-8 look as if they were encoded twice.

    That is so where a program read UTF-8 as Windows-1252 or Latin-1 and saved what it
    saw as UTF-8: a letter became a capital one and a sign, and no name has such a sign.
    What may follow a word, such as a dash or a quotation mark, tells nothing.

    >>> is_encoded_twice("Jos\u00c3\u00a9".encode()), is_encoded_twice("José".encode())
    (True, False)
    """
    if not _MAY_BE_TWICE.search(data):
        return False
    return bool(_TWICE.search(data.decode("utf-8", "replace")))


class Utf8Blocks:
    """Looks at text in UTF-8 that comes in blocks, which may end within a letter.

    Attributes:
        is_twice: Whether a letter looks as if it was encoded twice.
    """

    def __init__(self) -> None:
        """Begin without any text."""
        self.is_twice = False
        self._decoder = getincrementaldecoder("utf-8")()
        self._last = b""

    def take(self, block: bytes) -> None:
        """Look at the next block.

        Raises:
            UnicodeDecodeError: It is no UTF-8.
        """
        self._decoder.decode(block)
        seen = self._last + block
        self.is_twice = self.is_twice or is_encoded_twice(seen)
        self._last = seen[-_LONGEST_PAIR:]

    def end(self) -> None:
        """Say that this was all.

        Raises:
            UnicodeDecodeError: The last letter is not whole.
        """
        self._decoder.decode(b"", final=True)


def damaged(text: str) -> bool:
    r"""Return whether some bytes of the text did not fit the encoding.

    >>> damaged("Ann\udce9e")
    True
    """
    return bool(_SURROGATE.search(text))
