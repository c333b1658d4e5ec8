"""By what a student is found: what a storage keeps beside each student it keeps.

All of it follows from the student alone. So a storage writes it with the student, and
knows what to take back when the student changes or goes.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from hashlib import blake2b

import attrs

from student_transfer.linkage.blocking.keys import keys_of, keys_of_all
from student_transfer.linkage.comparing.frequencies import terms_of
from student_transfer.linkage.profiles.profile import Profile, profile
from student_transfer.matching import BlockingKey, Term
from student_transfer.storing.search_words import search_words
from student_transfer.students import Identifier, Student, identifier_key


@attrs.frozen(repr=False)
class Finding:
    """What finds one student.

    Attributes:
        blocking_keys: For `ports.Roster.blocked`: numbers of 64 bits with a sign.
        terms: For `ports.Roster.frequencies`: likewise, each made by `term_number`.
        words: For `ports.Roster.search`, each of at most 100 characters.
        identifiers: For `ports.Roster.holders`: those that are not blank, in the form
            in which each is unique on the site (CONF-3).
    """

    blocking_keys: frozenset[BlockingKey]
    terms: frozenset[int]
    words: frozenset[str]
    identifiers: Mapping[Identifier, str]


def finding_of(student: Student) -> Finding:
    """Return what finds a student.

    >>> ada = Student(key="1", site_id="a", given_name="Ada", email="Ada@X.org")
    >>> finding_of(ada).identifiers[Identifier.EMAIL], *finding_of(ada).words
    ('ada@x.org', 'ada')
    """
    normal = profile(student)
    return _finding(student, normal, keys_of(normal), term_number)


def findings_of(students: Iterable[Student]) -> list[Finding]:
    """Return what finds each of many students, in their order, each sooner than alone.

    >>> ada = Student(key="1", site_id="a", given_name="Ada", student_id="S7")
    >>> findings_of([ada]) == [finding_of(ada)]
    True
    """
    listed = list(students)
    profiles = [profile(student) for student in listed]
    number_of = cache(term_number)  # many have the same names; forgotten afterwards
    found = zip(listed, profiles, keys_of_all(profiles), strict=True)
    return [_finding(student, one, keys, number_of) for student, one, keys in found]


def _finding(
    student: Student,
    normal: Profile,
    keys: frozenset[BlockingKey],
    number_of: Callable[[Term], int],
) -> Finding:
    return Finding(
        blocking_keys=keys,
        terms=frozenset(map(number_of, terms_of(normal))),
        words=search_words(student),
        identifiers=identifiers_of(student),
    )


def identifiers_of(student: Student) -> Mapping[Identifier, str]:
    """Return the identifiers that are not blank, as they are compared (CONF-3)."""
    forms = {kind: identifier_key(student.identifier(kind)) for kind in Identifier}
    return {kind: form for kind, form in forms.items() if form}


def term_number(term: Term) -> int:
    """Make the number under which a term is counted: short, and no name in it.

    It has 64 bits and a sign, as a database keeps it.
    """
    text = "\0".join(term).encode(errors="surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)
