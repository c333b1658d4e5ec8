"""How names sound, roughly: keys by which spellings that nobody listed are found."""

import re
from functools import lru_cache

from student_transfer.names.relations import search_spelling

# What is heard for letters that stand together; 8 is "sh", 9 is "ch".
_HEARD = {"sch": "8", "sh": "8", "sz": "8", "tch": "9", "ch": "9", "cz": "9"}
_HEARD |= {"ph": "f", "kh": "k", "ck": "k", "mps": "ms", "x": "ks"}
_HEARD |= {"oe": "u", "oo": "u", "ou": "u", "ue": "u", "ie": "i"}
_HEARD |= dict.fromkeys(("ae", "ai", "ay", "ei", "ey", "ea"), "e")
_HEARD |= {f"{letter}h": letter for letter in "bdgjrtz"} | {"qh": "k", "wh": "v"}
_HEARD |= {letter: letter for letter in "abdfghijklmnprstuvz0123456789"}
_HEARD |= {"e": "i", "y": "i", "o": "u", "w": "v", "q": "k", "c": "k"}
_SOUND = re.compile(
    r"sch|tch|mps|[bcdgjkpqrstwz]h|sz|cz|ck|o[eou]|ue|ie"
    r"|(?:a[eiy]|e[iya])(?![aeiouy])|."
)
_SOFT_C = re.compile(r"c(?=[eiy])")


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Give a rough key of how a word sounds; words of one key may be one name.

    Vowels are kept, roughly: without them Hassan would sound like Hussain, and those
    are often brothers.

    >>> sound("sara") == sound("sarah"), sound("husayn") == sound("hussein")
    (True, True)
    >>> sound("hassan") == sound("hussain")
    False
    """
    return _heard(word)


def _heard(word: str) -> str:
    if "c" in word:
        word = _SOFT_C.sub("s", word)
    heard = "".join(map(_HEARD.__getitem__, _SOUND.findall(word)))
    heard = _DOUBLES.sub(r"\1", heard)
    if heard[-1:] == "z":
        return heard[:-1] + "s"
    return heard.removesuffix("h")


_DOUBLES = re.compile(r"(.)\1+")


_UNVOICED = str.maketrans("", "", "aeiouyvw")


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """Give the consonants of a name, alike for its spellings; for finding only.

    A first vowel is kept as ``a``. Scripts that do not write vowels agree with it.

    >>> skeleton("mohamed") == skeleton("mhmd"), skeleton("eva"), skeleton("oo")
    (True, 'a', 'a')
    """
    heard = _heard(search_spelling(word))
    if not heard:
        return word
    first = "a" if heard[0] in "aiu" else heard[0]
    return _DOUBLES.sub(r"\1", first + heard[1:].translate(_UNVOICED))


_WITHOUT_VOWELS = re.compile(r"[^aeiou]+|a(?:[^aeiou]*[^aeiouy]){3}[^aeiou]*")


def has_no_vowels(word: str) -> bool:
    """Say whether a word has consonants alone, as Arabic and Hebrew are written.

    A vowel that begins the word is written, and does not count here.

    >>> has_no_vowels("mhmd"), has_no_vowels("ahmd"), has_no_vowels("ali")
    (True, True, False)
    """
    return _WITHOUT_VOWELS.fullmatch(word) is not None
