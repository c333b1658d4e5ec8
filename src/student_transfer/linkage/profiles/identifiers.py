"""Identifiers in the form in which they are compared (MATCH-2)."""

import re
from collections.abc import Callable, Sequence
from itertools import count
from operator import mul
from typing import Generic, TypeVar

from student_transfer.names import (
    is_no_value,
    is_rounded,
    name_words,
    normal_words,
    without_fraction,
)
from student_transfer.names.normal import plain_text
from student_transfer.students import identifier_key

_T = TypeVar("_T")

_ID_LENGTH, _ID_DIGITS, _ID_SYMBOLS = 6, 4, 3


def national_id(text: str) -> str:
    """Return a national identifier in normal form; blank where it cannot be one.

    Real files hold the name of the state, or ``999999``, in that column for everyone, a
    remark with a date, and what a spreadsheet makes of a long number: twins numbered in
    a row have one.

    >>> national_id(" h801-2000-01001 "), national_id("WA"), national_id("0000000")
    ('H801200001001', '', '')
    >>> national_id("1.23457E+11"), national_id("1234567"), national_id("4711828.0")
    ('', '', '4711828')
    >>> national_id("283.045.671-90"), national_id("283.456.071-90")
    ('28304567190', '28345607190')
    >>> [*map(national_id, ("applied 09/2023", "TBC-2024", "987654321"))]
    ['', '', '']
    """
    if not text:
        return ""
    if "." in text or "+" in text:
        if is_rounded(text):
            return ""
        text = without_fraction(text)
    plain = text.isalnum() and text.isascii()
    symbols = (text if plain else "".join(normal_words(text))).upper()
    digits = sum(map(str.isdigit, symbols))
    enough = len(symbols) >= _ID_LENGTH and digits >= _ID_DIGITS
    if not enough or len(set(symbols)) < _ID_SYMBOLS:
        return ""
    return "" if symbols in _COUNTING or _REMARK.fullmatch(symbols) else symbols


_COUNTING = "01234567890 09876543210"
"""Of which a number that somebody has typed to fill the cell is a part."""


_DATE = r"(?:\d\d|[0-3]\d[0-3]\d)?(?:19|20)\d\d|(?:19|20)\d\d(?:\d\d|[01]\d[0-3]\d)"
_REMARK = re.compile(rf"(?:[A-Z]{{3,}}|NA|NK)(?:{_DATE})|(?:{_DATE})[A-Z]{{3,}}")
"""Words and a date, as of a claim for a number: "applied 09/2023", "TBC-2024"."""


_UPN = re.compile(r"[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z]", re.ASCII)
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_UPN_VALUES = {
    symbol: value
    for symbols in ("0123456789", _UPN_LETTERS)
    for value, symbol in enumerate(symbols)
}


def upn_letter(symbols: str) -> str:
    """Return the check letter of the 12 other symbols of a unique pupil number.

    The source is the Department for Education's guide to unique pupil numbers: they are
    weighted by 2 to 13, and the sum modulo 23 chooses the letter.

    >>> upn_letter("801200001001")
    'H'
    """
    total = sum(map(mul, map(_UPN_VALUES.__getitem__, symbols), count(2)))
    return _UPN_LETTERS[total % len(_UPN_LETTERS)]


def is_upn(symbols: str) -> bool:
    """Tell whether this is an English unique pupil number with the right check letter.

    >>> is_upn("H801200001001"), is_upn("A801200001001")
    (True, False)
    """
    if not _UPN.fullmatch(symbols):
        return False
    return upn_letter(symbols[1:]) == symbols[0]


_ULN = re.compile(r"[1-9]\d{9}")
_ULN_MODULUS, _ULN_LEAST = 11, 10


def is_uln(symbols: str) -> bool:
    """Return whether this is a unique learner number with the right check digit.

    The nine digits are weighted by 10 to 2; with the tenth the sum leaves 10 modulo 11,
    as the Learning Records Service describes it.

    >>> is_uln("1000000043"), is_uln("1000000042")
    (True, False)
    """
    if not _ULN.fullmatch(symbols):
        return False
    weighted = sum(
        int(digit) * (_ULN_LEAST - place) for place, digit in enumerate(symbols[:9])
    )
    remainder = weighted % _ULN_MODULUS
    return remainder != 0 and _ULN_LEAST - remainder == int(symbols[9])


def is_checked(symbols: str) -> bool:
    """Return whether an identifier carries a check symbol, and the right one."""
    return is_upn(symbols) or is_uln(symbols)


def are_checked_alike(left: str, right: str) -> bool:
    """Return whether both carry the right check symbol of one kind of identifier.

    >>> are_checked_alike("H801200001001", "M823299917045")
    True
    >>> are_checked_alike("H801200001001", "1000000043")
    False
    """
    kinds = (is_upn, is_uln)
    return any(is_kind(left) and is_kind(right) for is_kind in kinds)


def identifier_keys(column: Sequence[str]) -> list[str]:
    """Return `identifier_key` for many texts, sooner than for each.

    >>> identifier_keys(["A1", " b2", "\u00c9"]) == ["a1", "b2", "\u00e9"]
    True
    """
    together = "\n".join(column)
    found = together.lower().split("\n")
    if len(found) != len(column):
        return [*map(identifier_key, column)]
    if _BLANK.search(together):
        found = [*map(str.strip, found)]
    if not together.isascii():
        for place, text in enumerate(column):
            if not text.isascii():
                found[place] = identifier_key(text)
    return found


_BLANK = re.compile(r"[^\S\n]")
_DIGIT = re.compile(r"[1-9]")


def local_id(text: str) -> str:
    """Return an identifier of the site; blank for a placeholder such as ``N/A``.

    What a spreadsheet has rounded is blank, too.

    >>> local_id("007"), local_id("7.0"), local_id("n/a"), local_id("1.23457E+11")
    ('7', '7', '', '')
    """
    if not text or (not _DIGIT.search(text) and not name_words(text)):
        return ""
    if "+" in text and is_rounded(text):
        return ""
    return identifier_key(without_fraction(text)).lstrip("0")


_EMAIL, _SHORT = re.compile(r"\w@\w"), 3  # na@ may be a child's initials


def email(text: str) -> str:
    """Return an email address in normal form; blank for what is none.

    >>> email(" Zoe.Ng@Example.org "), email("none"), email("no.email@example.org")
    ('zoe.ng@example.org', '', '')
    """
    found = identifier_key(text) if _EMAIL.search(text) else ""
    local, _, _ = found.partition("@")
    for mark in "._-":
        local = local.replace(mark, "")
    return "" if len(local) > _SHORT and is_no_value(local) else found


_POSTCODE_LENGTH = 3
POSTCODE_DIGITS = 5
"""A code of digits alone has no fewer; see `postcode`."""


def postcode(text: str) -> str:
    """Return a postcode (a ZIP code) in normal form; blank for what is none.

    Programs that take ZIP codes for numbers leave out the noughts at the front, so
    codes of digits get them back, those too that have four digits everywhere.

    >>> postcode("b13 9qx"), postcode("90210-1234"), postcode("n/a")
    ('B139QX', '90210', '')
    >>> postcode("02134"), postcode("2134"), postcode("2134.0"), postcode("21340")
    ('02134', '02134', '02134', '21340')
    """
    symbols = without_fraction(text).replace(" ", "")
    if not symbols.isalnum():
        symbols = "".join(filter(str.isalnum, symbols))
    symbols = symbols.upper()
    if symbols.isdigit() and len(symbols) == 9:  # noqa: PLR2004 - ZIP+4
        symbols = symbols[:5]
    told = any(map(str.isdigit, symbols)) and len(set(symbols)) > 1
    if not told or len(symbols) < _POSTCODE_LENGTH:
        return ""
    return symbols.zfill(POSTCODE_DIGITS) if symbols.isdigit() else symbols


def area(code: str) -> str:
    """Return the part of a postcode that names the district: without its last three.

    A code that is no longer than that names none.

    >>> area("B139QX"), area("90210"), area("D02")
    ('B13', '902', '')
    """
    return code[:-2] if code.isdigit() else code[:-3]


def is_unit(code: str) -> bool:
    """Return whether a postcode names a few homes, as British ones do, and not an area.

    >>> is_unit("B139QX"), is_unit("90210")
    (True, False)
    """
    return not code.isdigit() and code[-2:].isalpha()


_STREET_WORDS = {
    "street": "st",
    "saint": "st",
    "road": "rd",
    "avenue": "av",
    "ave": "av",
    "lane": "ln",
    "close": "cl",
    "drive": "dr",
    "court": "ct",
    "crescent": "cr",
    "cres": "cr",
    "place": "pl",
    "square": "sq",
    "terrace": "ter",
    "gardens": "gdns",
    "grove": "gr",
    "boulevard": "blvd",
    "highway": "hwy",
    "mount": "mt",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
}
_NO_ADDRESS_WORDS = frozenset(
    {"flat", "apartment", "apt", "unit", "no", "number", "house"}
)
_NO_ADDRESS = frozenset(
    {
        *(
            "na",
            "nfa",
            "n f a",
            "no fixed abode",
            "no fixed address",
            "of no fixed abode",
        ),
        *("homeless", "general delivery", "temporary accommodation", "as above"),
        *("same as above", "same", "confidential", "withheld", "address withheld"),
        *("care of school", "c o school", "c o school office"),
    }
)
"""What is written where there is no address, or none is told: several have it."""


def address_words(text: str) -> tuple[str, ...]:
    """Return the words of an address as they are compared: short forms alike.

    >>> address_words("Flat 2, 14 Mill Street"), address_words("2/14 Mill St.")
    (('2', '14', 'mill', 'st'), ('2', '14', 'mill', 'st'))
    >>> address_words("Unknown"), address_words("No fixed abode")
    ((), ())
    """
    words = normal_words(text)
    if not any(any(map(str.isdigit, word)) for word in words) and (
        " ".join(words) in _NO_ADDRESS or not name_words(text)
    ):
        return ()
    return tuple(
        _STREET_WORDS.get(word, word) for word in words if word not in _NO_ADDRESS_WORDS
    )


_LONGEST_ADDRESS = 200  # characters among which a house is looked for
_NUMBER_AND_STREET = (
    r".*?(?<![^\W_])(\d+[a-z]?)"
    r"(?:[^\w\n]+(?:\d\w*|flat|apartment|apt|unit|no|house))*"
    r"[^\w\n]+([a-z]+)"
)
_CALLED_STREET = (
    r"(?:(?:aleja|av|avenida|avinguda|calle|carrer|corso|estrada|paseo|piazza|plac|plaza"
    r"|praca|rodovia|rua|travessa|ul|ulica|via|viale)[^\w\n]+|(?:al|c|os|pl|r)[./] *)"
    r"(?:(?:das?|de|del|dell|della|di|dos?|el|las?|los)[^\w\n]+)*"
)
_STREET_AND_NUMBER = (
    rf"[^\w\n]*{_CALLED_STREET}([a-z]+)(?:[^\w,\n]+[a-z]+)*?"
    r"[^\w\n]+(?:n[or]?[^\w\n]+)?(\d{1,4}[a-z]?)(?![^\W_])"
)
_PART_OF_HOUSE = (
    r"(?!(?:apartments?|apt|block|box|building|cottage|court|door|farm|flats?|floor|hall"
    r"|hno|hostel|house|level|lodge|lot|mansions?|no|number|phase|plot|room|sector|shop"
    r"|suite|towers?|unit|villa|ward|wing)\b)"
)
_NAME_AND_NUMBER = (  # which ends the line, or what belongs to the street
    rf"[^\w\n]*({_PART_OF_HOUSE}[a-z]{{2,}})(?:[ .-]+{_PART_OF_HOUSE}[a-z]+)*"
    r"(?:[ .-]+|, *(?=[^a-z\n]*[a-z]?[^a-z\n]*$))"
    r"(\d{1,3}[a-z]?)(?![^\W_]| *[a-z]{2})"
)
_HOUSE = re.compile(
    f"^(?:{_STREET_AND_NUMBER}|{_NAME_AND_NUMBER}|{_NUMBER_AND_STREET})?.*$",
    re.ASCII | re.MULTILINE,
)
_STREET_END = re.compile(r"(?<=[a-z]{2})str(?:asse)?$")
_DIGITS = re.compile(r"\d")


House = tuple[str, str]
"""House number and first word of the street; see `house`."""


def house(text: str) -> House | None:
    """Return house number and first word of the street, whichever comes first.

    Without a number the place stands for it, the third word; None with neither.

    >>> house("217 Rees Place"), house("Flat 2, 50 Mill Rd"), house("Mill Cottage")
    (('217', 'rees'), ('2', 'mill'), None)
    >>> house("14 O'Hara St"), house("Hoseason Street, Yarrambah")
    (('14', 'ohara'), ('yarrambah', 'hoseason'))
    >>> house("Hauptstr. 12, 10115 Berlin"), house("Rua das Flores, 100 - Centro")
    (('12', 'haupt'), ('100', 'flores'))
    """
    text = text[:_LONGEST_ADDRESS]
    plain = plain_text(text).replace("\n", ",")
    found = _HOUSE.findall(plain)[0]
    if found != _NO_HOUSE:
        return _told(found)
    street, _, place, *_ = (*normal_words(text), "", "", "")
    return None if not place or _DIGITS.search(plain) else (place, street)


_Found = tuple[str, ...]
"""Street and number, twice, or number and street: what `_HOUSE` finds."""

_NO_HOUSE = ("",) * 6


def _told(found: _Found) -> House:
    first, first_number, second, second_number, number, last = found
    street = first or second or last
    return first_number or second_number or number, _STREET_END.sub("", street)


class OfHouses(Generic[_T]):
    """Makes something of the houses that addresses tell, many at a time.

    Most tell a number and a street, which many have alike: of those it is made once.
    """

    def __init__(self, make: Callable[[str, House | None], _T]) -> None:
        """Take what makes it of an address and of the house that it tells.

        The address is left out where the house has a number.
        """
        self._make = make
        self._made: dict[_Found, _T] = {}

    def of_all(self, addresses: Sequence[str]) -> list[_T]:
        """Return what is made of each address."""
        lines = addresses
        text = "\n".join(lines)
        if (
            not text.isascii()
            or text.count("\n") >= len(lines)
            or not _are_short(lines)
        ):
            lines = [each if _is_line(each) else "" for each in addresses]
            text = "\n".join(lines)
        houses: list[_Found] = _HOUSE.findall(plain_text(text)) if lines else []
        for each in set(houses).difference(self._made, [_NO_HOUSE]):
            self._made[each] = self._make("", _told(each))
        known = self._made.get
        return [
            self._make(address, house(address)) if one is None else one
            for one, address in zip(map(known, houses), addresses, strict=True)
        ]


def _are_short(addresses: Sequence[str]) -> bool:
    return max(map(len, addresses)) <= _LONGEST_ADDRESS


def _is_line(address: str) -> bool:
    """Return whether a house can be looked for beside others, a line for each."""
    is_short = len(address) <= _LONGEST_ADDRESS
    return is_short and address.isascii() and "\n" not in address
