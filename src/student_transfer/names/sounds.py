"""How names sound, roughly: keys by which spellings that nobody listed are found."""

import re
from collections.abc import Sequence
from functools import lru_cache

from student_transfer.names.relations import search_spellings

# What is heard for letters that stand together; 8 is "sh", 9 is "ch". A capital is the
# sound itself, where its letter alone is heard otherwise.
_TOGETHER = {"sch": "8", "sh": "8", "sz": "8", "tch": "9", "ch": "9", "cz": "9"}
_TOGETHER |= {"ph": "f", "kh": "k", "ck": "k", "mps": "ms"}
_TOGETHER |= {"oe": "u", "oo": "u", "ou": "u", "ue": "u", "ie": "i"}
_TOGETHER |= dict.fromkeys(("ae", "ai", "ay", "ei", "ey", "ea"), "E")
_TOGETHER |= {f"{letter}h": letter for letter in "bdgjrtz"} | {"qh": "k", "wh": "v"}
_LETTERS = re.compile(
    r"sch|tch|mps|[bcdgjkpqrstwz]h|sz|cz|ck|o[eou]|ue|ie"
    r"|(?:a[eiy]|e[iya])(?![aeiouy])"
)
_ALONE = str.maketrans(
    {"e": "i", "y": "i", "o": "u", "w": "v", "q": "k", "c": "k", "E": "e"}
)
_SOFT_C = re.compile(r"c(?=[eiy])")


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Return a rough key of how a word sounds; words of one key may be one name.

    Vowels are kept, roughly: without them Hassan would sound like Hussain, and those
    are often brothers.

    >>> sound("sara") == sound("sarah"), sound("husayn") == sound("hussein")
    (True, True)
    >>> sound("hassan") == sound("hussain")
    False
    """
    return sounds([word])[0]


def sounds(words: Sequence[str]) -> list[str]:
    """Return `sound` for many words, in half the time.

    They are worked on as lines of one text: nothing that is heard goes beyond a line.
    """
    if not words:
        return []
    text = "\n".join(words)
    if "c" in text:
        text = _SOFT_C.sub("s", text)
    heard = _LETTERS.sub(_together, text).replace("x", "ks").translate(_ALONE)
    lines = _DOUBLES.sub(r"\1", heard) + "\n"
    return lines.replace("z\n", "s\n").replace("h\n", "\n")[:-1].split("\n")


def _together(found: re.Match[str]) -> str:
    return _TOGETHER[found[0]]


_DOUBLES = re.compile(r"(.)\1+")


_UNVOICED = str.maketrans("", "", "aeiouyvw")
_FIRST = {"i": "a", "u": "a"}


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """Return the consonants of a name, alike for its spellings; for finding only.

    A first vowel is kept as ``a``. Scripts that do not write vowels agree with it.

    >>> skeleton("mohamed") == skeleton("mhmd"), skeleton("eva"), skeleton("oo")
    (True, 'a', 'a')
    """
    return skeletons([word])[0]


def skeletons(words: Sequence[str]) -> list[str]:
    """Return `skeleton` for many words, in half the time; see `sounds`."""
    if not words:
        return []
    heard = sounds(search_spellings(words))
    rest = "\n".join([each[1:] for each in heard]).translate(_UNVOICED).split("\n")
    firsts = [_FIRST.get(each[:1], each[:1]) for each in heard]
    bones = "\n".join(map("".join, zip(firsts, rest, strict=True)))
    found = _DOUBLES.sub(r"\1", bones).split("\n")
    return [bone or word for bone, word in zip(found, words, strict=True)]


_WITHOUT_VOWELS = re.compile(r"[^aeiou]+|a(?:y*[^aeiouy]){3}[^aeiou]*")


def has_no_vowels(word: str) -> bool:
    """Return whether a word has consonants alone, as Arabic and Hebrew are written.

    A vowel that begins the word is written, and does not count here.

    >>> has_no_vowels("mhmd"), has_no_vowels("ahmd"), has_no_vowels("ali")
    (True, True, False)
    """
    return _WITHOUT_VOWELS.fullmatch(word) is not None
