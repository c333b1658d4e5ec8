"""Words that stand for what must never be shown, and a check that they are not."""

from collections.abc import Iterable, Iterator

from student_transfer.errors import StudentTransferError

MARK = "qxzv"
"""Part of every name and value of a child in these tests; no word of the library."""

CATEGORIES = {
    "Lu": "A",
    "Ll": "\xe9",
    "Lt": "\u01c5",
    "Lm": "\u02b0",
    "Lo": "\u738b",
    "Mn": "\u0301",
    "Mc": "\u0903",
    "Me": "\u20dd",
    "Nd": "\u0667",
    "Nl": "\u2167",
    "No": "\u00bd",
    "Pc": "\u203f",
    "Pd": "\u2014",
    "Ps": "\uff08",
    "Pe": "\uff09",
    "Pi": "\u201c",
    "Pf": "\u201d",
    "Po": "\u061f",
    "Sm": "\u2212",
    "Sc": "\u20ac",
    "Sk": "\u02c6",
    "So": "\U0001f600",
    "Zs": "\u3000",
    "Zl": "\u2028",
    "Zp": "\u2029",
    "Cc": "\x1b",
    "Cf": "\u202e",
    "Cs": "\ud83d",
    "Co": "\ue000",
    "Cn": "\u0378",
}
"""A character of each category of Unicode."""

NOT_KEPT = {"nul": f"{MARK}\0", "half": f"{MARK}\ud800", "other half": f"\udfff{MARK}"}
"""Texts that no storage keeps as a name."""

NAMES = {
    **{
        f"category {name}": f"{MARK}{character}{character}n{character}"
        for name, character in CATEGORIES.items()
        if name != "Cs"
    },
    "bidi override": f"\u202e{MARK}\u202c",
    "bidi isolate": f"\u2066{MARK}\u2069",
    "zero width": "\u200b".join(MARK) + "\u200d\u2060",
    "only invisible": "\u200b\u2060\ufeff",
    "combining flood": MARK + "\u0301\u0489" * 500,
    "noncharacters": f"{MARK}\ufffe\uffff\U0010ffff",
    "tags": f"{MARK}\U000e0041\U000e007f",
    "expands": f"{MARK}\ufdfa\u1e9e\u0130\ufb03",
    "long": MARK * 2000,
    "many words": f"{MARK} " * 2000,
    "quotes": f"\"{MARK}\"''",
    "lines": f"{MARK}\r\n\t{MARK}",
    "only spaces": " \t ",
    "terminal": f"\x1b[31m{MARK}\x07",
    "formula": f'=HYPERLINK("http://x","{MARK}")',
    "sql": f"{MARK}'; DROP TABLE st_students; --",
    "like": f"%{MARK}_\\",
    "html": f"<script>{MARK}</script>&amp;",
    "format": f"{MARK}{{0}}%s%n",
}
"""Names that every storage keeps as they are."""


def told(error: BaseException) -> Iterator[str]:
    """Yield all that an error says: itself, its values, and what led to it.

    An error of a driver has the values of its statement; it must not say them.
    """
    yield str(error)
    yield repr(error)
    yield repr(error.args)
    if isinstance(error, StudentTransferError):
        yield repr(vars(error))
    if error.__cause__ is not None:
        yield from told(error.__cause__)
    elif error.__context__ is not None and not error.__suppress_context__:
        yield from told(error.__context__)


def check_silent(errors: Iterable[BaseException], secrets: Iterable[str]) -> None:
    """Fail where an error says something of a child, or a code."""
    for error in errors:
        said = " ".join(told(error)).casefold()
        for secret in secrets:
            assert secret.casefold() not in said, type(error).__name__
