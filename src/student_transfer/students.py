"""Students as a site knows them, and the identifiers that are theirs.

A student is one record of one child on one site. Two records of the same child, on
two sites or on one, are what matching looks for.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from operator import attrgetter
from typing import NewType

import attrs

from student_transfer.errors import wrong_type
from student_transfer.field_types import check_keys
from student_transfer.sites import SchoolId, SiteId, school_ids

StudentKey = NewType("StudentKey", str)
"""Names a student within its site, for software; a person sees ``student_id``."""


class Identifier(Enum):
    """The identifiers that are unique on a site (CONF-3); the value is the field."""

    STUDENT_ID = "student_id"
    USER_NAME = "user_name"
    EMAIL = "email"


LOCAL_FIELD = "local:"
"""How a further field is named that means something on its own site only."""


@attrs.frozen(order=True)
class StudentRef:
    """A student of any site: which site, and which of its students."""

    site_id: SiteId
    key: StudentKey


Extra = tuple[tuple[str, str], ...]


def extra_fields(
    fields: Mapping[str, str | None] | Iterable[tuple[str, str | None]] = (),
) -> Extra:
    """Keep fields that the model does not name, sorted by name, without blanks.

    None is a blank too.

    Raises:
        TypeError: A value is neither a text nor None, or a name is no text; NaN, which
            a data frame has for a blank, would agree with every other one.

    >>> extra_fields({"Zone": "1", "Phone": "", "Room": None})
    (('Zone', '1'),)
    >>> extra_fields({"Phone": float("nan")})
    Traceback (most recent call last):
    TypeError: 'Phone' in extra has to be a text, left out if not known, and is of ...
    """
    if not isinstance(fields, Iterable):
        raise wrong_type("extra has to be a mapping of names to texts", fields)
    pairs = fields.items() if isinstance(fields, Mapping) else fields
    found = []
    for name, value in pairs:
        if not isinstance(name, str):
            raise wrong_type("each name in extra has to be a text", name)
        if value is None:
            continue
        if not isinstance(value, str):
            told = f"{name!r} in extra has to be a text, left out if not known"
            raise wrong_type(told, value)
        if value:
            found.append((name, value))
    return tuple(sorted(found))


def travelling(extra: Extra) -> Extra:
    """Return the further fields that go along to another site (CONF-2).

    >>> travelling((("Zone", "1"), (LOCAL_FIELD + "Loaded", "yes")))
    (('Zone', '1'),)
    """
    return tuple(pair for pair in extra if not pair[0].startswith(LOCAL_FIELD))


def _refs(refs: Iterable[StudentRef]) -> frozenset[StudentRef]:
    found = frozenset(refs)
    for ref in found:
        if not isinstance(ref, StudentRef):
            told = "each record in the provenance has to be a StudentRef"
            raise wrong_type(told, ref)
    return found


@attrs.frozen(repr=False, kw_only=True)
class Student:
    """One record of one child on one site.

    What is not known is a blank text; for the date of birth it is None.

    Attributes:
        key: The student's key on the site.
        site_id: The site.
        given_name: First name.
        middle_name: Middle name or names.
        family_name: Last name.
        preferred_name: The name the child goes by, if another.
        date_of_birth: Date of birth.
        gender: As the site writes it.
        year: Year group (US: grade) as the site writes it, such as ``6`` or
            ``Year 6``.
        national_id: UPN, state ID or the like: the same on every site.
        student_id: The site's own ID for the student, unique within the site only.
        user_name: Unique within the site.
        email: Unique within the site.
        enrolments: The schools of the site where the student is enrolled now.
        provenance: The records on other sites that this one came from (IMP-5).
        extra: Further fields that a file had, as sorted pairs; give a mapping of texts,
            without what is not known. One whose name begins with `LOCAL_FIELD` is
            about this site and does not travel.

    Raises:
        TypeError: A field is of another type, or `key` or `site_id` is blank; it is
            named, and its value is not.
    """

    key: StudentKey
    site_id: SiteId
    given_name: str = ""
    middle_name: str = ""
    family_name: str = ""
    preferred_name: str = ""
    date_of_birth: date | None = None
    gender: str = ""
    year: str = ""
    national_id: str = ""
    student_id: str = ""
    user_name: str = ""
    email: str = ""
    enrolments: frozenset[SchoolId] = attrs.field(
        default=frozenset(), converter=school_ids
    )
    provenance: frozenset[StudentRef] = attrs.field(
        default=frozenset(), converter=_refs
    )
    extra: Extra = attrs.field(default=(), converter=extra_fields)

    def __attrs_post_init__(self) -> None:
        """Refuse what a database or a comparison would stumble over later."""
        if set(map(type, _texts(self))) != _ONLY_TEXTS:  # a subclass is a text too
            for name, value in zip(TEXT_FIELDS, _texts(self), strict=True):
                if not isinstance(value, str):
                    told = f"{name} of a student has to be a text"
                    known = "" if name in _NEVER_BLANK else ", blank if not known"
                    raise wrong_type(told + known, value)
        check_keys(self, "a student", *_NEVER_BLANK)
        born: object = self.date_of_birth
        is_day = isinstance(born, date) and not isinstance(born, datetime)
        if born is not None and not is_day:
            told = "date_of_birth of a student has to be a datetime.date or None"
            of_time = " (take the .date() of it)" if isinstance(born, datetime) else ""
            raise wrong_type(told + of_time, born)

    @property
    def ref(self) -> StudentRef:
        """The student's name across sites."""
        return StudentRef(self.site_id, self.key)

    @property
    def refs(self) -> frozenset[StudentRef]:
        """The record itself, and those that it came from (IMP-5)."""
        return self.provenance | {self.ref}

    @property
    def full_name(self) -> str:
        """Given and family name as a person writes them."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the record by any of which a child is found, blank ones too."""
        return (
            self.given_name,
            self.middle_name,
            self.family_name,
            self.preferred_name,
        )

    def identifier(self, kind: Identifier) -> str:
        """Return the identifier of that kind, blank where there is none."""
        return str(getattr(self, kind.value))

    def __repr__(self) -> str:
        """Name the student by key alone: a repr ends up in logs.

        >>> Student(key="1", site_id="a", given_name="Ada", family_name="Byron")
        <Student 1 of site a>
        """
        return f"<Student {self.key} of site {self.site_id}>"


def each_student(given: Iterable[Student], name: str) -> Iterator[Student]:
    """Yield the students of a roster one by one, and refuse what is none.

    Args:
        given: The roster; a stream of any length.
        name: What it is called, for the error.

    Raises:
        TypeError: It is nothing that has students, or has something else in it.

    >>> list(each_student(["Maya"], "incoming"))
    Traceback (most recent call last):
    TypeError: each of incoming has to be a Student, and is of type str
    """
    if not isinstance(given, Iterable):
        raise wrong_type(f"{name} has to be an iterable of students", given)
    for one in given:
        if not isinstance(one, Student):
            raise wrong_type(f"each of {name} has to be a Student", one)
        yield one


PERSONAL_FIELDS = (
    "given_name",
    "middle_name",
    "family_name",
    "preferred_name",
    "date_of_birth",
    "gender",
    "year",
    "national_id",
)
"""What a merge compares field by field, besides the identifiers."""

COMPARED_FIELDS = (*PERSONAL_FIELDS, *(kind.value for kind in Identifier))
"""What a merge compares field by field."""

TEXT_FIELDS = tuple(
    each.name
    for each in attrs.fields(Student)
    if each.type in {str, StudentKey, SiteId}
)
"""The fields of a student that are one text each."""

_texts = attrgetter(*TEXT_FIELDS)
_ONLY_TEXTS = {str}
_NEVER_BLANK = ("key", "site_id")


def identifier_key(value: str) -> str:
    r"""Return the form in which two identifiers are compared (CONF-3).

    Case, surrounding blanks and the way Unicode composes letters do not count.

    >>> identifier_key(" Zo\u00eb.Ng@Example.org") == identifier_key(
    ...     "zoe\u0308.ng@example.org")
    True
    """
    if value.isascii():  # most are, and then case is all that counts
        return value.lower().strip()
    form = unicodedata.normalize("NFD", value)
    for _ in range(2):  # as Unicode defines the caseless form that is stable
        form = unicodedata.normalize("NFKC", form.casefold())
    return form.strip()
