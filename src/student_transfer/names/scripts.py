"""How names in other scripts are written in Latin letters (MATCH-3).

`anyascii` writes letter by letter. What it cannot see is added here, so that names come
out as their bearers write them: the vowels that Indic scripts leave to the reader, the
Arabic and Hebrew letters that carry a vowel at the beginning, Greek pairs of letters,
and whole names that are not written as they are spelt (`data/scripts.csv`: عمر is Omar,
田中 is Tanaka).
"""

import re
import unicodedata
from functools import cache

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
    """
    text = unicodedata.normalize("NFKC", text)
    return anyascii(_SPELT_WORD.sub(_word, text))


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


_ARTICLES = (("عبدال", "abdul"), ("ال", "al"))


def _semitic(word: str) -> str:
    """Write the vowel at the beginning; after an article look for a known name."""
    for article, written in _ARTICLES:
        name = _known_words().get(word.removeprefix(article))
        if name is not None:
            return written + name
    return _VOWEL_CARRIER.sub("a", word)


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
