"""How two normal words are related: another spelling, a short form, two names.

A relation is a claim that two records may be of one child, so none is made lightly:
names of brothers and sisters are two names (MATCH-3, MATCH-4). All relations are
symmetric.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from student_transfer.names.lexicon import lexicon

_NONE = frozenset[str]()

# Spellings ------------------------------------------------------------------------


@lru_cache(maxsize=65536)
def spelling(word: str) -> str:
    """Return the spelling that stands for all spellings of a name.

    Beside the spellings of the data files: the endings that Slavic family names have
    for women, ``Mac`` and ``Mc``, and the ways to write ``Abdul`` with what follows.

    >>> spelling("mohamed"), spelling("muhammad"), spelling("tove")
    ('muhammad', 'muhammad', 'tove')
    >>> spelling("kowalska"), spelling("macdonald"), spelling("abdurrehman")
    ('kowalski', 'mcdonald', 'abdulrahman')
    """
    return lexicon().spellings.get(word) or _ruled(word)


def _ruled(word: str) -> str:
    """Return the spelling of a word that is not listed."""
    if len(word) < _RULED_FROM:
        return word
    ruled = _by_rule(word)
    return word if ruled == word else lexicon().spellings.get(ruled, ruled)


_RULED_FROM = 6
_ENDINGS = frozenset(
    {"ska", "cka", "zka", "sky", "cky", "zky", "kiy", "kii", "kyi", "kyy", "kij"}
    | {"aya", "aia", "aja", "ova", "eva"}
)
_POLISH = re.compile(r"(?<=[a-z]{2})(s|c|dz)k(?:a|y|iy|ii|yi|yy|ij|aya|aia|aja)$")
_RUSSIAN = re.compile(r"(?<=[a-z]{3}[oe]v)a$")
_MAC = re.compile(r"mac(?=[a-z]{4})(?!h|ie|ia|ed)")
_ABDUL = re.compile(r"^abd(?:ul|[aeiou]{0,2}l?)(?=.{3})")


def _by_rule(word: str) -> str:
    start = word[:3]
    if start == "abd":
        return _servant(word)
    if start == "mac":
        word = _MAC.sub("mc", word)
    if word[-3:] in _ENDINGS:
        return _RUSSIAN.sub("", _POLISH.sub(r"\1ki", word))
    return word


_SHORTEST = 3


def _servant(word: str) -> str:
    """Write "servant of" in one way: Abdul, Abdel, Abdur before an R, Somali Abdi."""
    rest = _ABDUL.sub("", word)
    heard = rest[0] + rest.lstrip(rest[0])  # the article as it is heard: Abdurrahman
    if rest[0] not in "aeiou" and len(heard) >= _SHORTEST:
        rest = heard
    known = lexicon().spellings
    if "l" + rest in known:
        rest = "l" + rest  # one L for two: Abdulatif
    return "abdul" + known.get(rest, rest)


def search_spellings(words: Iterable[str]) -> list[str]:
    """Return the spellings under which words are searched: coarser, for finding only.

    >>> search_spellings(["abdurrehman", "cheung"])
    ['rahman', 'zhang']
    """
    names, found = lexicon(), []
    listed, group_of = names.spellings.get, names.family_groups.get
    for word in words:
        spelt = listed(word) or _ruled(word)
        if group := group_of(spelt):
            spelt = group[0]
        elif spelt[:5] == _SERVANT and len(spelt) > _SERVANT_OF:
            spelt = spelt.removeprefix(_SERVANT)
        elif spelt[-2:] == "ou":
            spelt = _as_mans(spelt)
        found.append(spelt)
    return found


_SERVANT, _SERVANT_OF = "abdul", len("abdullah")


# Family names ---------------------------------------------------------------------


@lru_cache(maxsize=65536)
def family_forms(word: str) -> frozenset[str]:
    """Return what a family name may be: two that share a form may be one name.

    Beside the spelling: the names that romanise as it does, which is no equivalence
    (Wong is Wang or Huang); and, each marked by a sign, the name without an ending for
    women that changes more than a letter, and without the ``e`` of an umlaut.

    >>> sorted(family_forms("wong"))
    ['-wong', '=huang', '=wang', 'wong']
    """
    names = lexicon()
    found = {spelling(word), "-" + word, *map("-".__add__, _mens(word))}
    found.update("=" + one for one in names.family_groups.get(word, ()))
    rest = word[2:] if word[:2] in _ARTICLES else ""
    if len(rest) >= _ARTICLE_BEFORE:
        found.add(after_article(rest))
        if rest in names.spellings:
            found.add(spelling(rest))
    if len(word) >= _UMLAUT_FROM:
        found.add("^" + _without_umlauts(word))
    if word[-2:] in _SLAVIC:
        found.add(_as_cyrillic(word))
    return frozenset(found)


def after_article(rest: str) -> str:
    """Return the form of a family name that has the Arabic article before it.

    It is that of the joined and of the parted writing: Almasri, El Masri.

    >>> after_article("masri") in family_forms("almasri")
    True
    """
    return "al-" + spelling(rest)


_IRISH = frozenset({"o", "mac", "ni", "nic", "ui", "mhic"})
_CHANGED = re.compile("^(?:h(?=[aeiou])|([bcdfgmpst])h)")


def irish_root(words: Sequence[str]) -> str:
    """Return an Irish family name without what says whose son or daughter one is.

    What that changes in the first letter is taken back. Blank for any other name.

    >>> [irish_root(name.split()) for name in ("ni mhurchu", "o murchu", "o heili")]
    ['murchu', 'murchu', 'eili']
    >>> irish_root(["murphy"]), irish_root(["mary", "murphy"])
    ('', '')
    """
    if len(words) <= 1 or words[0] not in _IRISH:
        return ""
    return _CHANGED.sub(r"\1", "".join(words[1:]))


def irish_forms(words: Sequence[str]) -> frozenset[str]:
    """Return what an Irish family name may be, as `family_forms`; else nothing.

    It is one for sons, daughters and wives, and has an English form.

    >>> sorted(irish_forms(["ni", "chinneide"]))
    ['=kennedy', 'o-cinneide']
    """
    root = irish_root(words)
    if not root:
        return _NONE
    groups = lexicon().family_groups.get(root, ())
    return frozenset({"o-" + root, *map("=".__add__, groups)})


_ARTICLES, _ARTICLE_BEFORE = frozenset({"al", "el"}), 5
_UMLAUT_FROM = 5
_CZECH = re.compile(r"([a-z]{2,})([a-z])ova")
_LITHUANIAN = re.compile(r"([a-z]{4,}?)(?:aite|yte|ute|iene)")


def _mens(word: str) -> tuple[str, ...]:
    """Return the names of the men in whose family a woman bears this name.

    Novakova: Novak, Novaka; Hajkova: Hajek. Kazlauskaite: Kazlauskas. Papadopoulou.
    """
    if word[-3:] not in _WOMENS:
        return ()
    found = _CZECH.fullmatch(word)
    if found is not None:
        stem = found[1] + found[2]
        return (stem, stem + "a", f"{found[1]}e{found[2]}")
    found = _LITHUANIAN.fullmatch(word)
    if found is not None:
        return tuple(found[1] + ending for ending in ("as", "is", "us", "ys"))
    return (_as_mans(word),) if word.endswith("ou") else ()


_WOMENS = frozenset({"ova", "ite", "yte", "ute", "ene", "lou", "dou"})
_GREEK = (("poulou", "poulos"), ("idou", "idis"), ("adou", "adis"))


def _as_mans(word: str) -> str:
    for womans, mans in _GREEK:
        if word.endswith(womans):
            return word.removesuffix(womans) + mans
    return word


# How Cyrillic letters are written: as in passports, and as in catalogues (ISO 9), of
# which rosters leave out the accents. Й is Y, I or J, Ц is TS or C, Ё is YO, O or E.
_SLAVIC = frozenset({"ov", "ev", "in", "yn", "va", "na", "ko", "uk", "ky", "iy", "ij"})
_CYRILLIC = {"shch": "s", "sc": "s", "sh": "s", "ch": "c", "ts": "c", "zh": "z"}
_CYRILLIC |= {"kh": "h", "y": "i", "j": "i", "w": "v"}
_CYRILLIC_LETTER = re.compile("shch|[sckz]h|sc|ts|[yjw]")
_YO = re.compile("(?:(?<!i)i+|(?<=[csz]))o|(?<!i)i+e")
_IS = re.compile("(?<=i)i+|(?<=[eo]v)a$")


def _as_cyrillic(word: str) -> str:
    """Write a Slavic family name in one way of those that Cyrillic letters have."""
    as_one = _CYRILLIC_LETTER.sub(lambda found: _CYRILLIC[found[0]], word)
    return "%" + _IS.sub("", _YO.sub("e", as_one))


def _without_umlauts(word: str) -> str:
    for written, plain in (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a")):
        word = word.replace(written, plain)
    return word


def kin(word: str) -> set[str]:
    """Return all by which another word may be this one, as a given or a family name.

    Two words that share nothing here are related by no function of this module; that
    they share something says nothing yet. It costs a third of asking them all.
    """
    if _stands_alone(word):
        return {word}
    names = lexicon()
    spelt = spelling(word)
    found = {word, spelt, *_mens(word)}
    if forms := names.full_names.get(word) or names.full_names.get(spelt):
        found.update(forms)
    if groups := names.family_groups.get(word):
        found.update("=" + one for one in groups)
    if word[:2] in _ARTICLES and len(word) >= len("al") + _ARTICLE_BEFORE:
        found.add(spelling(word[2:]))
    if len(word) >= _UMLAUT_FROM:
        found.add(_without_umlauts(word))
    if word[-2:] in _SLAVIC:
        found.add(_as_cyrillic(word))
    return found


def _stands_alone(word: str) -> bool:
    """Say at a glance of most words that no list and no rule has anything for them.

    Then they are their only `kin`.

    >>> _stands_alone("bandura"), _stands_alone("mohamed"), _stands_alone("macdonald")
    (True, False, False)
    """
    names = lexicon()
    if word in names.spellings or word in names.full_names:
        return False
    if word in names.family_groups or word[-3:] in _RULED_ENDINGS:
        return False
    if word[-2:] in _SLAVIC or word[:3] in _RULED_STARTS or word[:2] in _ARTICLES:
        return False
    return not ("e" in word or "aa" in word) or _without_umlauts(word) == word


_RULED_ENDINGS = _ENDINGS | _WOMENS
_RULED_STARTS = frozenset({"abd", "mac"})

# Short forms ----------------------------------------------------------------------


def full_names(word: str) -> frozenset[str]:
    """Return the names that a word is a short form of, in the spelling for all.

    Where it is not known as one, what another spelling of it is a short form of.

    >>> sorted(full_names("kasia")), full_names("katee") == full_names("katie")
    (['catherine'], True)
    """
    forms = lexicon().full_names
    return forms.get(word) or forms.get(spelling(word), _NONE)


def listed_full_names(word: str) -> tuple[str, ...]:
    """Return those of our own files alone, likeliest first.

    They depend on this version of the library and on nothing else that is installed,
    so stored keys can be made of them.

    >>> listed_full_names("bill"), listed_full_names("william")
    (('william', 'billy'), ())
    """
    forms = lexicon().listed_full_names
    return forms.get(word) or forms.get(spelling(word), ())


def is_short_form(left: str, right: str) -> bool:
    """Return whether one word is a short or pet form of the other.

    >>> is_short_form("bill", "william"), is_short_form("mohamed", "mo")
    (True, True)
    >>> is_short_form("liz", "beth"), is_short_form("sarah", "sadie")
    (False, False)
    """
    return spelling(left) in full_names(right) or spelling(right) in full_names(left)


def is_shared_given(word: str) -> bool:
    """Return whether a word is a given name that several children of a family have.

    Each has another one after it, by which the child is called.

    >>> is_shared_given("mohd"), is_shared_given("siti"), is_shared_given("amelia")
    (True, True, False)
    """
    return spelling(word) in lexicon().shared


def is_lead(word: str) -> bool:
    """Return whether a word is hardly all that a child is called: more follows it.

    Beside the names that a family shares those are titles, particles, and what custom
    gives to many.

    >>> is_lead("siti"), is_lead("mst"), is_lead("thi"), is_lead("jack")
    (True, True, True, False)
    """
    names = lexicon()
    if word in names.titles or word in names.particles or word in names.customary:
        return True
    return is_shared_given(word)


def is_generation_syllable(word: str) -> bool:
    """Return whether a word may be the syllable that children of one family share.

    It is listed as one, or of one syllable and no known given name.

    >>> is_generation_syllable("jia"), is_generation_syllable("ji")
    (True, True)
    >>> is_generation_syllable("jack"), is_generation_syllable("shuyi")
    (False, False)
    """
    names = lexicon()
    return word in names.syllables or (
        word not in names.known and is_one_syllable(word)
    )


@lru_cache(maxsize=65536)
def is_one_syllable(word: str) -> bool:
    """Return whether a word is one short syllable, by how it is written.

    >>> is_one_syllable("hui"), is_one_syllable("yeon"), is_one_syllable("wael")
    (True, True, True)
    >>> is_one_syllable("kayan"), is_one_syllable("jayesh"), is_one_syllable("stellq")
    (False, False, False)
    """
    return len(word) <= _SYLLABLE and len(_VOWELS.findall(word)) <= 1


_SYLLABLE = 5
"""Letters of a syllable at most, as in Kyung and Chang."""
_VOWELS = re.compile(r"[aeiou]+y?|y(?![aeiou])")


def is_vietnamese_syllable(word: str) -> bool:
    """Return whether a word may be a Vietnamese name, by how it is spelt.

    Its tones are left out of its normal form; it tells names apart that have no other.

    >>> [is_vietnamese_syllable(word) for word in ("anh", "nguyen", "huong")]
    [True, True, True]
    >>> [is_vietnamese_syllable(word) for word in ("sean", "zoe", "chloe", "ines")]
    [False, False, False, False]
    """
    return _VIETNAMESE.fullmatch(word) is not None


_VIETNAMESE = re.compile(
    "(?:[bdhlmrsvx]|ch?|g[hi]?|kh?|n(?:gh?|h)?|ph|qu|t[hr]?)?"
    "(?:a[iouy]?|eo?|eu|i(?:eu?|[au])?|o(?:a[iouy]?|eo?|i)?"
    "|u(?:a[iy]?|o[iu]?|y[aeu]?|[eiu])?|y(?:eu?)?)"
    "(?:ch?|m|n[gh]?|p|t)?"
)


def share_full_name(left: str, right: str) -> bool:
    """Return whether both words are short forms of one name.

    >>> share_full_name("liz", "beth"), share_full_name("liz", "bob")
    (True, False)
    """
    return not full_names(left).isdisjoint(full_names(right))


def are_two_names(left: str, right: str) -> bool:
    """Return whether both words are given names of their own, however alike they look.

    >>> are_two_names("jayden", "kayden"), are_two_names("amelia", "amelai")
    (True, False)
    """
    known = lexicon().known
    if left not in known or right not in known:
        return False
    return spelling(left) != spelling(right) and not is_short_form(left, right)
