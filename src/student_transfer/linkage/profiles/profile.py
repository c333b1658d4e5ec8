"""A student in normal form: made once, compared many times.

Placeholders for "not known" are gone here: a value that is left is evidence (MATCH-5).
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import attrs

from student_transfer.linkage.profiles.births import Birth, birth
from student_transfer.linkage.profiles.cached_once import cached_once
from student_transfer.linkage.profiles.identifiers import (
    address_words,
    email,
    house,
    local_id,
    national_id,
    postcode,
)
from student_transfer.names import (
    after_article,
    class_year,
    family_forms,
    full_names,
    gender_letter,
    has_no_vowels,
    irish_forms,
    kin,
    letters_of_arabic,
    name_words,
    normal_words,
    sound,
    spelling,
)
from student_transfer.names.normal import plain_words
from student_transfer.students import Student, StudentRef


class Name:
    """A name in its telling words; false when there is none.

    What comparing needs of it is worked out when it is first asked for.

    Attributes:
        words: The words.
        joined: The words without blanks between them.
        whole: All words joined, those too that rosters write or leave out.
        written: The name as a roster writes it, where that is more than the words.
        in_letters: A name in Arabic script letter by letter, where it is not known.
    """

    def __init__(
        self,
        words: tuple[str, ...],
        whole: str,
        written: str = "",
        in_letters: "Name | None" = None,
    ) -> None:
        """Take the telling words, all words joined, and how they are written."""
        self.words = words
        self.joined = words[0] if len(words) == 1 else "".join(words)
        self.whole = whole
        self.written = written
        self.in_letters = in_letters

    @classmethod
    def of(cls, text: str) -> "Name":
        """Read a name as a roster writes it."""
        return _name(text) if text else _NO_NAME

    def __bool__(self) -> bool:
        """Return whether there is a name."""
        return self.joined != ""

    def __eq__(self, other: object) -> bool:
        """Return whether the other compares in the same way to any name."""
        return isinstance(other, Name) and self.key == other.key

    def __hash__(self) -> int:
        """Hash what tells how it compares."""
        return hash(self.key)

    @cached_once
    def text(self) -> str:
        """The words with blanks between them."""
        return " ".join(self.words)

    @cached_once
    def key(self) -> str:
        """A cache key: names of equal keys compare in the same way to any other."""
        if self.in_letters:
            return f"{self.text}|{self.whole}|{self.in_letters.text}"
        if self.whole != self.joined:
            return f"{self.text}|{self.whole}"
        return self.text if self.is_many else self.joined  # hashed already

    @cached_once
    def is_many(self) -> bool:
        """Whether it has several words."""
        return len(self.words) > 1

    @cached_once
    def marks(self) -> tuple[str, ...]:
        """The accents of each word, as of a tone; nothing where they are not told."""
        if not self.written:
            return ("",) * len(self.words)
        found = tuple(map(_accents, self.written.split()))
        return found if len(found) == len(self.words) else ()

    @cached_once
    def spelling(self) -> str:
        """The spelling that stands for all spellings of the name."""
        return spelling(self.joined)

    @cached_once
    def full_names(self) -> frozenset[str]:
        """What the name may be short for."""
        return full_names(self.joined)

    @cached_once
    def sound(self) -> str:
        """A rough key of how the name sounds."""
        return sound(self.joined)

    @cached_once
    def family_forms(self) -> frozenset[str]:
        """What it may be as a family name."""
        forms = family_forms(self.joined)
        if self.is_many:
            forms |= irish_forms(self.words)
        if self.whole in ("al" + self.joined, "el" + self.joined):
            return forms | {after_article(self.joined)}
        return forms

    @cached_once
    def relations(self) -> frozenset[str]:
        """The forms that it shares with every name that may be this one.

        Two names, both of them `is_plain` and not alike in their letters, are different
        names if they share none of these.
        """
        return self.relations_of(self.sound)

    def relations_of(self, heard: str) -> frozenset[str]:
        """Return `relations` where it is known how the name sounds."""
        found = kin(self.joined)
        found.update((self.whole, f"~{heard}"))
        if self.whole != self.joined:
            found.add(f"~{sound(self.whole)}")
        if self.is_many:
            for part in self.words:
                found.update((spelling(part), f"~{sound(part)}"))
                found.update(full_names(part))
            found.update(irish_forms(self.words))
        return frozenset(found)

    @cached_once
    def is_plain(self) -> bool:
        """Whether there is a name, in whole words, and with vowels."""
        if self.is_unvoiced or self.in_letters or not self.joined:
            return False
        return min(map(len, self.words)) > 1

    @cached_once
    def is_unvoiced(self) -> bool:
        """Whether it is written without vowels."""
        return has_no_vowels(self.joined)


_MOST_WORDS = 40  # of a name; each is compared with each of the other


@lru_cache(maxsize=16384)  # a name with all that is known of it takes 3 kB
def _name(text: str) -> Name:
    plain = plain_words(text)
    if plain:
        return Name(plain[:_MOST_WORDS], "".join(plain))
    words = name_words(text)[:_MOST_WORDS]
    if not words:
        return _NO_NAME
    letters = "" if text.isascii() else letters_of_arabic(text)
    in_letters = _name(letters) if letters else None
    return Name(words, "".join(normal_words(text)), text, in_letters)


_NO_NAME = Name((), "")


def _accents(word: str) -> str:
    return "".join(filter(unicodedata.combining, unicodedata.normalize("NFD", word)))


class Address:
    """An address in its words.

    What comparing needs of it is worked out when it is first asked for.

    Attributes:
        written: The address as a roster writes it.
    """

    def __init__(self, text: str = "") -> None:
        """Take an address as a roster writes it."""
        self.written = text

    @cached_once
    def words(self) -> tuple[str, ...]:
        """The words; none where there is no address."""
        return address_words(self.written) if self.written else ()

    @cached_once
    def house(self) -> tuple[str, str] | None:
        """House number and first word of the street, where it tells one."""
        found = house(self.written) if self.written else None
        if found is None or found[0][0].isdigit():
            return found
        return found if self.words else None

    @cached_once
    def text(self) -> str:
        """The words with blanks between them."""
        return " ".join(self.words)

    @cached_once
    def numbers(self) -> frozenset[str]:
        """The words that are numbers."""
        return frozenset(word for word in self.words if word[0].isdigit())


_NO_ADDRESS = Address()


@attrs.frozen(repr=False, kw_only=True)
class Profile:
    """A student in the form in which students are compared.

    Where nothing is known a text is blank, a name false, and an address has no words.

    Attributes:
        ref: The student's name across sites.
        links: The record itself, and those that it came from (IMP-5).
        given: The given names.
        middle: The middle names.
        family: The family name.
        preferred: The name that the student goes by.
        born: The date of birth, as far as it is known.
        gender: ``f`` or ``m``.
        year: The number of the year (grade) at school.
        national_id: The national identifier.
        student_id: The school's own number for the student.
        user_name: The name that the student signs in with.
        email: The email address.
        postcode: The postcode.
        address: The address.
        extra: The further fields as they are, by names in lower case without blanks.
        has_other_names: Whether there is a middle or a preferred name.
        is_linked: Whether the record came from another one.
    """

    ref: StudentRef
    links: frozenset[StudentRef]
    given: Name
    middle: Name
    family: Name
    preferred: Name
    born: Birth | None
    gender: str
    year: int | None
    national_id: str
    student_id: str
    user_name: str
    email: str
    postcode: str
    address: Address
    extra: Mapping[str, str]
    has_other_names: bool
    is_linked: bool


POSTCODES = ("postcode", "postalcode", "zipcode", "zip")
ADDRESSES = ("address", "street", "streetaddress")
"""The names of the further fields that are postcode and address, without blanks."""

_NOTHING: Mapping[str, str] = MappingProxyType({})


def _extra(student: Student) -> Mapping[str, str]:
    """Return the further fields by a name without case, blanks and the like."""
    if not student.extra:
        return _NOTHING
    found = dict[str, str]()
    for name, value in student.extra:
        found.setdefault("".join(normal_words(name)), value)
    return found


def _first(
    extra: Mapping[str, str], names: tuple[str, ...], read: Callable[[str], object]
) -> str:
    """Return the first of some fields that tells something."""
    given = [extra[name] for name in names if name in extra] if extra else ()
    if not given:
        return ""
    return next(filter(read, given), "") if len(given) > 1 else given[0]


def profile(student: Student) -> Profile:
    """Bring a student into the form in which students are compared."""
    extra = _extra(student)
    return _profile(
        student.ref,
        student.refs,
        birth(student.date_of_birth, extra.get("dateofbirth", "")),
        values_of(student, extra),
        extra,
    )


FIELDS = (
    "given_name",
    "middle_name",
    "family_name",
    "preferred_name",
    "date_of_birth",
    "gender",
    "year",
    "national_id",
    "student_id",
    "user_name",
    "email",
    "postcode",
    "address",
)
"""What is compared, in the order of `Values`."""

_DATE_OF_BIRTH = FIELDS.index("date_of_birth")

Values = tuple[str, ...]
"""A student as texts, one for each of `FIELDS`; a date of birth as `birth` reads it."""


Columns = Sequence[Sequence[str]]
"""Students as texts: for each of `FIELDS` its column, or nothing."""

TextColumns = tuple[Sequence[int], Columns]
"""Of some students the places of those whom texts tell wholly, and these as texts."""


def as_columns(values: Iterable[Values | None]) -> TextColumns:
    """Return students as columns; one is None of whom texts would not tell all."""
    known = {place: each for place, each in enumerate(values) if each is not None}
    return [*known], [*zip(*known.values(), strict=True)] or [()] * len(FIELDS)


def values_of(student: Student, extra: Mapping[str, str] | None = None) -> Values:
    """Return a student as texts."""
    known = _extra(student) if extra is None else extra
    born = student.date_of_birth
    return (
        student.given_name,
        student.middle_name,
        student.family_name,
        student.preferred_name,
        born.isoformat() if born else known.get("dateofbirth", ""),
        student.gender,
        student.year,
        student.national_id,
        student.student_id,
        student.user_name,
        student.email,
        _first(known, POSTCODES, postcode),
        _first(known, ADDRESSES, address_words),
    )


def profile_of(ref: StudentRef, values: Values) -> Profile:
    """Bring a student who is given as texts into the form for comparing."""
    born = birth(None, values[_DATE_OF_BIRTH])
    return _profile(ref, frozenset({ref}), born, values, _NOTHING)


def _profile(
    ref: StudentRef,
    links: frozenset[StudentRef],
    born: Birth | None,
    values: Values,
    extra: Mapping[str, str],
) -> Profile:
    given, middle, family, preferred, _, sex, *rest = values
    year, identifier, number, user_name, mail, code, home = rest
    return Profile(
        ref=ref,
        links=links,
        given=Name.of(given),
        middle=Name.of(middle),
        family=Name.of(family),
        preferred=Name.of(preferred),
        born=born,
        gender=gender(sex),
        year=year_of(year),
        national_id=national_id(identifier),
        student_id=local_id(number),
        user_name=local_id(user_name),
        email=email(mail),
        postcode=postcode(code),
        address=Address(home) if home else _NO_ADDRESS,
        extra=extra,
        has_other_names=bool(middle or preferred),
        is_linked=len(links) > 1,
    )


year_of: Callable[[str], int | None] = lru_cache(maxsize=1024)(class_year)
"""Gives the number of a year as a roster writes it; None where it tells none."""

gender: Callable[[str], str] = lru_cache(maxsize=1024)(gender_letter)
"""Gives ``f`` or ``m``; anything else speaks neither for nor against (MATCH-5)."""
