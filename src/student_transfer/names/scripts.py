"""How names in other scripts are written in Latin letters (MATCH-3).

`anyascii` writes letter by letter. What it cannot see is added here, so that names come
out as their bearers write them: the vowels that Indic scripts leave to the reader, the
Arabic and Hebrew letters that carry a vowel, the Arabic article apart from its name,
Greek pairs of letters, and whole names that are not written as they are spelt
(`data/scripts.csv`: عمر is Omar, 田中 is Tanaka).
"""

import re
import unicodedata
from functools import cache, lru_cache

from anyascii import anyascii

from student_transfer.names.lexicon import data_lines

_GREEK, _SEMITIC = "\u0370-\u03ff\u1f00-\u1fff", "\u0590-\u06ff"
_INDIC, _EASTERN = "\u0900-\u0d7f", "\u2e80-\u9fff\uac00-\ud7af"
_SPELT_WORD = re.compile(f"[{_GREEK}{_SEMITIC}{_INDIC}{_EASTERN}]+")
_IS_GREEK, _IS_SEMITIC, _IS_INDIC = (
    re.compile(f"[{block}]") for block in (_GREEK, _SEMITIC, _INDIC)
)
_VOWEL_CARRIER = re.compile("^[اأإآعאע]")
_PAIRS = {"ου": "ou", "ευ": "ev", "αυ": "av", "γγ": "ng", "γχ": "nch"}  # noqa: RUF001 - Greek is meant
_GREEK_PAIR = re.compile("|".join(_PAIRS))


def latin(text: str) -> str:
    """Write a text in ASCII.

    >>> latin("Łukasz"), latin("محمد"), latin("शर्मा"), latin("Παπαδοπούλου")
    ('Lukasz', 'muhammad', 'sharma', 'papadopoulou')
    >>> latin("الغامدي")
    'al-ghamdy'
    """
    return anyascii(_SPELT_WORD.sub(_word, _in_one_way(text)))


def letters_of_arabic(text: str) -> str:
    """Write a text in ASCII letter by letter, if it has a name in Arabic script.

    Blank for any other, and where each name of it is known: what its letters leave open
    is known, too.

    >>> letters_of_arabic("عماد محمد"), letters_of_arabic("محمد")
    ('amad mhmd', '')
    """
    text = _in_one_way(text)
    words = _ARABIC_WORD.findall(text)
    if all(_without_article(word)[1] in _known_words() for word in words):
        return ""
    return anyascii(_ARABIC_WORD.sub(lambda found: _by_letter(found[0]), text))


def _in_one_way(text: str) -> str:
    """Write each letter in one way, and "servant of the" as one word."""
    return unicodedata.normalize("NFKC", text).replace("عبد ال", "عبدال")


def _word(found: re.Match[str]) -> str:
    word = found[0]
    known = _known_words().get(word)
    if known is not None:
        return known
    if _IS_INDIC.match(word):
        return _indic(word)
    if _IS_GREEK.match(word):
        spread = unicodedata.normalize("NFD", word.lower())
        bare = "".join(sign for sign in spread if not unicodedata.combining(sign))
        return _GREEK_PAIR.sub(lambda pair: _PAIRS[pair[0]], bare)
    return _semitic(word) if _IS_SEMITIC.match(word) else word


_ARABIC_WORD = re.compile("[\u0600-\u06ff]+")
_ARTICLES = (("عبدال", "abdul"), ("ال", "al-"))
_AFTER_ARTICLE = 3  # letters, at least: the article of no name is that of Allah
_LONG_VOWELS = str.maketrans("اةۃىی", "aaaei")
_BEFORE_H = re.compile("(?<=[بتجدرزسصضطقكپگک])(?=[حهہ])")


def _without_article(word: str) -> tuple[str, str]:
    """Part an article from a name of some length; there may be none."""
    for article, written in () if word in _known_words() else _ARTICLES:
        rest = word.removeprefix(article)
        if rest != word and (rest in _known_words() or len(rest) >= _AFTER_ARTICLE):
            return written, rest
    return "", word


def _semitic(word: str) -> str:
    """Write the article apart, and a known name after it as it is known."""
    article, rest = _without_article(word)
    name = _known_words().get(rest)
    return _by_letter(word) if name is None else article + name


def _by_letter(word: str) -> str:
    """Write the long vowels; and a short one, where two letters would be read as SH."""
    article, rest = _without_article(word)
    rest = _BEFORE_H.sub("e", _VOWEL_CARRIER.sub("a", rest))
    return article + rest[:1] + rest[1:].translate(_LONG_VOWELS)


# Arabic letters and romanised names ------------------------------------------------

_SHORT = "[aeiou]{0,3}"
_ROMANISED = {
    "th": "th|[ts]",
    "dh": "dh|th|[dz]",
    "kh": "kh|k",
    "gh": "gh|g",
    "sh": "s?ch|sh",
    "zh": "zh|[jz]",
    "ch": "t?ch",
    "j": "dj|[jg]",
    "q": "[qkgc]",
    "k": "[kcq]",
    "z": "[zs]",
    "s": "[sc]",
    "f": "f|ph",
    "d": "dh|d",
    "t": "th|t",
    "a": "[ae]",
    "w": "[wvuo]",
    "y": "[yij]|ee",
}
"""How the letters of an Arabic name are romanised, where not by that letter alone.

In Egypt J is G; a long A is heard as E in the west. General knowledge, as in the tables
of the United Nations and of ALA-LC.
"""
_AT_THE_END = {
    "a": "[ae]+h?",
    "e": "(?:[ae]+h?|[yij]+e?)",  # of the letter that is an A, and in Egypt an I
    "h": "h?",
    "i": "(?:[yij]+e?|e+)",  # of the letter that is I or E in Persian and Urdu
    "n": "nn?e?",
    "y": "(?:[yij]+e?|ee)",
}
_LETTER = re.compile(r"[tdkgsz]h|ch|([a-z])\1*")
_TELLING, _VOWELS_TOGETHER = 2, 4


def is_romanised(written: str, name: str) -> bool:
    """Return whether a name may be what one in Arabic letters is written as elsewhere.

    Short vowels and doubled letters are not written there. What is written has to be in
    the name, and in it no vowel at the end that is not written. Of one consonant it is
    not said.

    Args:
        written: The name as `letters_of_arabic` gives it.
        name: The other name, in normal form.

    >>> [is_romanised("hjazy", name) for name in ("hegazy", "hijazi", "hijaz")]
    [True, True, False]
    >>> is_romanised("smyr", "samir"), is_romanised("smyr", "samira")
    (True, False)
    """
    pattern = _romanised(written)
    return pattern is not None and pattern.fullmatch(name) is not None


@lru_cache(maxsize=4096)  # each takes 2 kB
def _romanised(written: str) -> re.Pattern[str] | None:
    """Return what matches the romanised forms of a name in Arabic letters.

    Nothing is tried again in what was matched: no name takes long, however odd.
    """
    letters = [found[1] or found[0] for found in _LETTER.finditer(written)]
    if sum(letter not in _SHORT_VOWELS for letter in letters) < _TELLING:
        return None
    parts = [_pattern(letter) for letter in letters]
    if letters[0] in _SHORT_VOWELS:
        parts[0] = "[aeiou]"
    parts[-1] = _AT_THE_END.get(letters[-1], parts[-1])
    found, vowels = "", list[str]()
    for letter, part in zip(letters, parts, strict=True):
        if letter in _VOWEL_LETTERS:
            vowels.append(part)
        else:
            found += _together(vowels) if found or vowels else ""
            found += f"(?>{part})"
            vowels = []
        if len(vowels) > _VOWELS_TOGETHER:
            return None
    return re.compile(found + _SHORT.join(("", *vowels)))


_SHORT_VOWELS = frozenset("aeiou")
_VOWEL_LETTERS = _SHORT_VOWELS | {"w", "y"}


def _together(vowels: list[str]) -> str:
    """Match vowels, written and not, as far as the next consonant."""
    return f"(?>{_SHORT.join(('', *vowels, ''))}(?![aeiou]))"


def _pattern(letter: str) -> str:
    if letter in _SHORT_VOWELS - {"a"}:
        return ""
    return f"(?:{_ROMANISED.get(letter, letter)}){{1,2}}"


@cache
def _known_words() -> dict[str, str]:
    """Read the names that are not written as they are spelt."""
    return {
        unicodedata.normalize("NFKC", spelt): name
        for name, *ways in data_lines("scripts.csv")
        for spelt in ways
    }


# Indic scripts --------------------------------------------------------------------

# Nine scripts have one order of letters in Unicode, each in a block of 128 places.
_BLOCK = 0x80
_BENGALI, _TAMIL, _SOUTHERN = 0x0980, 0x0B80, 0x0B00
_VOWEL_NAMES = "a a i i u u ri l e e ai o o o au"
_SIGN_NAMES = "a i i u u ri e e e ai o o o au"
_CONSONANT_NAMES = (
    "k kh g gh n ch chh j jh n t th d dh n t th d dh n n "
    "p ph b bh m y r r l l l v sh sh s h"
)
_VOWELS = dict(
    zip((*range(0x05, 0x0D), *range(0x0E, 0x15)), _VOWEL_NAMES.split(), strict=True)
)
_SIGNS = dict(
    zip((*range(0x3E, 0x44), *range(0x45, 0x4D)), _SIGN_NAMES.split(), strict=True)
)
_CONSONANTS = dict(enumerate(_CONSONANT_NAMES.split(), start=0x15))
_ENDS = {0x01: "n", 0x02: "n", 0x03: "h", 0x70: "n"}
_ENDS |= {0x7A: "n", 0x7B: "n", 0x7C: "r", 0x7D: "l", 0x7E: "l"}
_DOTTED = {0x15: "q", 0x16: "kh", 0x17: "g", 0x1C: "z", 0x21: "r", 0x22: "rh"}
_DOTTED |= {0x2B: "f", 0x2F: "y", 0x32: "l", 0x36: "sh", 0x38: "sh"}
_OF_SCRIPT = {(_BENGALI, 0x2F): "j", (_TAMIL, 0x1A): "s"}
_DOT, _SILENCER = 0x3C, 0x4D
_NOT_WRITTEN = "\0"  # the vowel that a consonant has unless another is written
_LAST = re.compile(r"(?<=[aeiou\0])([^aeiou\0]h?)\0$")
_BETWEEN = re.compile(r"([aeiou\0][^aeiou\0]h?)\0(?=[^aeiou\0]+[aeiou])")


def _indic(word: str) -> str:
    """Write a word with the vowels that are spoken and not written.

    A consonant has an "a" unless a sign says otherwise. In the north it is not spoken
    at the end, nor between two that are: Sharma, Gurpreet.
    """
    spoken = ""
    places = [ord(letter) for letter in word]
    for place, after in zip(places, (*places[1:], 0), strict=True):
        spoken += _letter(place - place % _BLOCK, place % _BLOCK, after % _BLOCK)
    if places[0] < _SOUTHERN:
        spoken = _BETWEEN.sub(r"\1", _LAST.sub(r"\1", spoken))
    return spoken.replace(_NOT_WRITTEN, "a")


def _letter(block: int, place: int, after: int) -> str:
    """Write one letter; a consonant with its vowel where no sign takes it away."""
    consonant = _OF_SCRIPT.get((block, place)) or _CONSONANTS.get(place)
    if consonant is None:
        return _VOWELS.get(place) or _SIGNS.get(place) or _ENDS.get(place, "")
    if after == _DOT:
        return _DOTTED.get(place, consonant)
    return consonant if after in _SIGNS or after == _SILENCER else consonant + "\0"
