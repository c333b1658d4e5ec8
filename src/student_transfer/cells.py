"""Cells of a CSV that no spreadsheet program runs as a formula (LOG-3).

A cell that a spreadsheet program might take for one gets an apostrophe before it.
"Might" is meant widely: blanks, quotation marks and invisible characters before the
sign do not count, nor does its width; and since a program may split the file at
semicolons or tabs where its country does, what follows one of these inside a cell is
treated like the beginning of a cell. An apostrophe that stands in such a place of its
own gets another one. So `original_cell` knows which to take away, and gives back what
was written.
"""

import re
import unicodedata

# What a program may split a line at, besides the comma: the semicolon where the comma
# is the decimal sign, tabs, line breaks.
_SEPARATORS = re.compile(r"([,;\t\r\n])")
_APOSTROPHE = "'"
_FORMULA_SIGNS = frozenset("=+-@\u2212")
_QUOTES = frozenset("\"'`\u00b4")
_USUAL = re.compile(r"\w[^,;\t\r\n]*")  # begins with a letter or digit, in one part


def harmless_cell(text: str) -> str:
    """Put an apostrophe wherever a spreadsheet program might begin a formula (LOG-3).

    >>> harmless_cell("=1"), harmless_cell("a;=1"), harmless_cell("'tis")
    ("'=1", "a;'=1", "''tis")
    >>> harmless_cell("O'Brien-Li")
    "O'Brien-Li"
    """
    if _USUAL.fullmatch(text):
        return text
    escaped = "".join(
        _APOSTROPHE + part if _risky(part) else part for part in _SEPARATORS.split(text)
    )
    # A tab or line break that begins a cell may be dropped, so it counts as a sign.
    return _APOSTROPHE + escaped if escaped[:1] in {"\t", "\r", "\n"} else escaped


def original_cell(cell: str) -> str:
    """Take away what `harmless_cell` put in.

    >>> original_cell("''tis") + original_cell("a;'=1")
    "'tisa;=1"
    """
    return "".join(part.removeprefix(_APOSTROPHE) for part in _SEPARATORS.split(cell))


def _risky(part: str) -> bool:
    """Return whether a text begins like a formula, or with the escape itself."""
    if part.startswith(_APOSTROPHE):
        return True
    first = next((sign for sign in part if not _passed_over(sign)), "")
    return unicodedata.normalize("NFKC", first)[:1] in _FORMULA_SIGNS


def _passed_over(character: str) -> bool:
    """Return whether a program may drop the character from the front of a cell.

    Those are blanks (Z*), control and format characters (C*), and quotation marks.
    """
    category = unicodedata.category(character)
    return category[0] in "ZC" or category in {"Pi", "Pf"} or character in _QUOTES
