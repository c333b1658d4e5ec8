"""The normal form of names: how they are searched and compared (MATCH-3).

Case, accents, apostrophes, punctuation and scripts do not count, nor do titles,
particles and suffixes that rosters write or leave out; a placeholder is no name.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from student_transfer.names.lexicon import Lexicon, lexicon
from student_transfer.names.scripts import latin

_APOSTROPHES = str.maketrans("", "", "'`´‘’‛′‵＇ʹʻʼʽʾʿˈˊˋ՚׳ꞌ")  # noqa: RUF001 - as rosters have them
_WORD = re.compile(r"[a-z0-9]+")

NO_VALUE = r"\N"
"""What MySQL writes in a file where there is no value; no name and nothing else."""


@lru_cache(maxsize=65536)
def normal_words(text: str) -> tuple[str, ...]:
    r"""Return the words of a name in the form in which names are searched and compared.

    Case, accents, apostrophes, hyphens and other punctuation do not count, and every
    script is written in ASCII letters (MATCH-3). The form of the form is itself. A
    database's blank, ``\N``, has none.

    >>> normal_words("Zoë O'Brien-DUBOIS")
    ('zoe', 'obrien', 'dubois')
    >>> normal_words("Łukasz"), normal_words("Дмитро"), normal_words("--")
    (('lukasz',), ('dmitro',), ())
    """
    text = _ascii(text)
    if text.strip() == NO_VALUE:
        return ()
    text = text.lower()
    return (text,) if text.isalnum() else tuple(_WORD.findall(text))


def plain_text(text: str) -> str:
    """Write a text in small ASCII letters, without apostrophes.

    >>> plain_text("Rua d'Ouro, N\u00ba 5")
    'rua douro, no 5'
    """
    return _ascii(text).lower()


def _ascii(text: str) -> str:
    if not text.isascii():
        return _latin(text)
    return text.translate(_APOSTROPHES) if "'" in text or "`" in text else text


@lru_cache(maxsize=65536)  # of an address words are taken, and the house
def _latin(text: str) -> str:
    return latin(text.translate(_APOSTROPHES)).translate(_APOSTROPHES)


def name_order(
    family_name: str, given_name: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what every list of students is sorted by: as a person looks for a name.

    >>> sorted(["Zeta", "de Boer", "Élodie", "Adams"], key=lambda n: name_order(n, ""))
    ['Adams', 'de Boer', 'Élodie', 'Zeta']
    """
    return normal_words(family_name), normal_words(given_name)


def name_words(text: str) -> tuple[str, ...]:
    """Return the words of a name that tell people apart; none for a placeholder.

    What begins as the name of a child who has none yet is one: ``Baby Khan``.
    Particles, suffixes and titles are left out wherever another word remains, because
    rosters write them or not: ``de la``, ``van``, ``bin``, ``al-``, ``Jr``, ``Miss``.
    A prefix is one word with what follows it: ``Mc Donald``, ``St. John``, ``Abdul
    Rahman``.

    >>> name_words("de la Cruz"), name_words("Al"), name_words("Unknown")
    (('cruz',), ('al',), ())
    >>> name_words("Abdul Rahman"), name_words("Mr. John Mc Donald Jr")
    (('abdulrahman',), ('john', 'mcdonald'))
    """
    if text.isalpha() and text.isascii():  # one word, the usual case
        word = plain_word(text)
        return (word,) if word else ()
    return _name_words(text)


def plain_word(text: str) -> str:
    """Return the word of a name of one word in plain letters; else nothing.

    >>> plain_word("Khan"), plain_word("Unknown"), plain_word("O'Hara")
    ('khan', '', '')
    """
    return plain_word_of_each([text]).get(text, "")


def plain_word_of_each(texts: Iterable[str]) -> dict[str, str]:
    """Return `plain_word` of each text that is one, in half the time.

    >>> plain_word_of_each(["Khan", "Unknown", "O'Hara"])
    {'Khan': 'khan'}
    """
    placeholders, found = lexicon().placeholders, dict[str, str]()
    for text in texts:
        word = _lower_word(text)
        if word and word not in placeholders and not _is_one_letter(word):
            found[text] = word
    return found


def _lower_word(text: str) -> str:
    """Return one word in plain letters, be it a name or a placeholder; else nothing.

    >>> _lower_word("Unknown"), _lower_word("Zo\u00eb")
    ('unknown', '')
    """
    return text.lower() if text.isascii() and text.isalpha() else ""


def plain_words(text: str) -> tuple[str, ...]:
    """Return the words of a name in plain letters, read as they stand; else none.

    No particle, title or prefix is among them, and nothing of a placeholder; see
    `name_words`, which gives the same.

    >>> plain_words("Mary-Jane Khan"), plain_words("de la Cruz"), plain_words("Al")
    (('mary', 'jane', 'khan'), (), ())
    """
    words = text.lower().replace("-", " ").split()
    joined = "".join(words)
    if not (text.isascii() and joined.isalpha()):
        return ()
    if joined in lexicon().placeholders or _is_one_letter(joined):
        return ()
    return tuple(words) if _read_otherwise().isdisjoint(words) else ()


@cache
def _read_otherwise() -> frozenset[str]:
    """Return the words that are read in another way than as they stand."""
    names = lexicon()
    return (
        names.particles
        | names.titles
        | names.placeholders
        | _ALWAYS
        | _WHERE_KNOWN
        | _CHILD_OR_WHICH
    )


@lru_cache(maxsize=65536)
def _name_words(text: str) -> tuple[str, ...]:
    if _NO_NAME.match(text):
        return ()
    words, names = normal_words(text), lexicon()
    if len(words) > 1:
        if _is_placeholder(words, names):
            return ()
        words = tuple(word for word in words if word not in names.particles) or words
        while words != (joined := _joined(words, names)):
            words = joined
        while len(words) > 1 and words[0] in names.titles:
            words = words[1:]
    return () if _is_placeholder(words, names) else words


# Prefixes -------------------------------------------------------------------------

_SERVANTS = frozenset({"abd", "abdal", "abdel", "abdul", "abdur", "abdus", "abdu"})
_ALWAYS = _SERVANTS | {"mc", "st", "saint"}
_WHERE_KNOWN = frozenset({"o", "mac", "abu"})
_OFTEN_AFTER_ABD = frozenset(
    {"al", "ar", "as", "az", "el", "er", "ul", "ur", "us", "uz"}
)


def _joined(words: tuple[str, ...], names: Lexicon) -> tuple[str, ...]:
    """Join prefixes with the word after them, as most rosters do."""
    found = list[str]()
    for word in words:
        before = found[-1] if found else ""
        if before in _SERVANTS and word in _OFTEN_AFTER_ABD:
            found[-1] = "abdul"
        elif before and _belong_together(before, word, names):
            found[-1] = ("st" if before == "saint" else before) + word
        else:
            found.append(word)
    return tuple(found)


def _belong_together(before: str, word: str, names: Lexicon) -> bool:
    if before in _ALWAYS:
        return len(word) > 1  # not with an initial
    return before in _WHERE_KNOWN and before + word in names.spellings


# Placeholders ---------------------------------------------------------------------

_NO_NAME = re.compile(
    r"\s*(?:#\S+[!?]\s*$"  # what a spreadsheet writes for an error: #NAME?, #REF!
    r"|(?:#\s*)?n\s*/\s*[adk]\s*$|#nv\s*$"
    r"|b\s*/\s*o\b)",  # baby of: nobody writes the initials B and O with a stroke
    re.IGNORECASE,
)
_CHILD = frozenset({"baby", "bby", "boy", "child", "girl", "infant", "newborn", "twin"})
_CHILD_OR_WHICH = _CHILD | frozenset(
    {"a", "b", "c", "1", "2", "3", "one", "two", "of", "male", "female", "i", "ii"}
)
_ANY_CHILD = frozenset({"baby", "bby", "newborn"})
_SOMEBODYS = _CHILD | frozenset({"male", "female", "son", "daughter"})


def _is_placeholder(words: tuple[str, ...], names: Lexicon) -> bool:
    """Return whether someone wrote that they do not know: no evidence (MATCH-5)."""
    joined = "".join(words)
    if words == ("n", "a") or joined in names.placeholders or joined.isdigit():
        return True
    if _is_one_letter(joined):
        return True
    if len(words) <= 1:
        return False
    if names.placeholders.issuperset(words) or _is_somebodys_child(*words[:2]):
        return True
    if words[0] not in _CHILD_OR_WHICH:
        return False
    return not _CHILD.isdisjoint(words) and _CHILD_OR_WHICH.issuperset(words)


def _is_somebodys_child(first: str, second: str) -> bool:
    """Return whether a name begins as that of a child who has none yet.

    As in Baby Khan, Baby Girl of Priya, Newborn Smith, Infant of Priya: what follows is
    the parents' name. The role of the name is not known here. As a family name it is
    rare, and one that is not known sends a pair to a person, and joins nobody. Infant,
    Boy and Twin begin names too, so that more is asked of them: Infant Raj is a name.
    """
    if first in _ANY_CHILD:
        return True
    if first not in _SOMEBODYS:
        return False
    is_child = first in _CHILD or second in _CHILD
    return second == "of" or (is_child and second in _CHILD_OR_WHICH)


def _is_one_letter(word: str) -> bool:
    """Return whether a word is one letter again and again."""
    return len(word) > 1 and word == word[0] * len(word)
