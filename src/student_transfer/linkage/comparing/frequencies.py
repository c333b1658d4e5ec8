"""How common values are: the rarer a value, the more it tells (MATCH-5)."""

from collections import Counter
from collections.abc import Iterable, Mapping

import attrs

from student_transfer.linkage.comparing.levels import COMMUNITY, DEFAULT_LEVELS, Level
from student_transfer.linkage.profiles.births import Birth, birth_text
from student_transfer.linkage.profiles.profile import Name, Profile, profile
from student_transfer.names import usual_shares
from student_transfer.names.lexicon import Field
from student_transfer.students import Student, each_student

NEW_YEAR = (1, 1)
"""Month and day of the date that programs write where they know the year alone."""

Term = tuple[str, str]
"""A field and a normal form; how many students have it says how rare it is."""


def terms(student: Student) -> frozenset[Term]:
    """Return the values of a student whose rarity counts (MATCH-5).

    >>> student = Student(key="1", site_id="a", given_name="Zoë", family_name="Khan")
    >>> sorted(terms(student))
    [('family', 'khan'), ('full', 'zoe khan'), ('given', 'zoe')]
    """
    return terms_of(profile(student))


def terms_of(one: Profile) -> frozenset[Term]:
    """Return the terms of a student in normal form."""
    return _known(_terms(one))


def sought_terms(student: Student) -> frozenset[Term]:
    """Return the terms whose counts it takes to compare an incoming student (MATCH-5).

    Those of `terms`, and the names where another site may have them, since a name is as
    rare as it is in that column: given and family name swapped (MATCH-3), and given
    and middle name in one column or two. Besides, the email: a site keeps it unique
    (CONF-3), and so counts none; in a file many may have one.

    >>> student = Student(key="1", site_id="a", given_name="Zoë", family_name="Khan")
    >>> sorted(sought_terms(student) - terms(student))
    [('family', 'zoe'), ('full', 'khan zoe'), ('given', 'khan')]
    """
    return sought_terms_of(profile(student))


def sought_terms_of(one: Profile) -> frozenset[Term]:
    """Return the sought terms of a student in normal form."""
    return _known([*_terms(one), *_besides(one)])


def _known(terms: Iterable[Term]) -> frozenset[Term]:
    return frozenset([term for term in terms if term[1]])


def _terms(one: Profile) -> list[Term]:
    found = [
        ("given", one.given.joined),
        ("given", one.preferred.joined),
        ("middle", one.middle.joined),
        ("family", one.family.joined),
        ("national_id", one.national_id),
        ("postcode", one.postcode),
    ]
    if one.given and one.family:
        found.append(full_name_term(one.given, one.family))
    if one.born and one.born[2]:
        found.append(("born", birth_text(one.born)))
    return found


def _besides(one: Profile) -> list[Term]:
    """Return what is sought besides a student's own terms."""
    found = [
        ("family", one.given.joined),
        ("given", one.family.joined),
        ("email", one.email),
    ]
    if one.given and one.family:
        found.append(full_name_term(one.family, one.given))
    if one.given and one.middle:
        found += _given_terms(one.given.joined + one.middle.joined, one.family)
    elif one.given.is_many:
        words = one.given.words
        for count in range(1, len(words)):
            found += _given_terms("".join(words[:count]), one.family)
            found.append(("middle", "".join(words[count:])))
    return found


def _given_terms(given: str, family: Name) -> list[Term]:
    """Return the terms of a given name, and of it with the family name."""
    alone = "given", given
    return [alone, ("full", f"{given} {family.joined}")] if family else [alone]


def full_name_term(given: Name, family: Name) -> Term:
    """Return the term of both names together: names of one community go together."""
    return "full", f"{given.joined} {family.joined}"


_USUAL = {
    "born": DEFAULT_LEVELS["date_of_birth"][Level.EXACT].u,
    "postcode": DEFAULT_LEVELS["postcode"][Level.EXACT].u,
}
_UNKNOWN = 0.005
_NAMES: Mapping[str, Field] = {"given": "given", "middle": "middle", "family": "family"}


_SMOOTHING, _BIRTHS_SMOOTHING = 500, 2000


@attrs.frozen
class Frequencies:
    """How common values are on the destination site (MATCH-5).

    Made of a roster by `of`. With a size alone every name counts as one that nobody on
    the site has, and agreements come out likelier than in an import.

    Attributes:
        size: How many students the site has.
        counts: How many of them have each term; a term left out counts 0.
        birth_share: The usual share of students who are born on one day; by default
            one day of 13 years.
        community: How much likelier a given and a family name meet than by chance, as
            they do where several communities live.
        same_year: The share of pairs of incoming students who are of one school year;
            0 where it is not known, and the usual one holds.
        next_year: Likewise of those who are one school year apart.
        same_birth_year: Likewise of those who are born in one year.
        default_births: Dates of birth that stand for "not known", since more students
            of the import, or of the site, have one than can be born on a day.
        january_is_year: Whether any other first of January stands for its year, as
            programs write it that know no more.
        january_is_common: Whether the site has so many, too: then two that are the same
            weigh by how many have them, as other dates do.
        names_counted_from: The number of students whose names were counted: in an
            import, the incoming ones. The larger it is, the rarer a name without a
            count is taken to be, where names are merely alike.
    """

    size: int = attrs.field(validator=attrs.validators.ge(0))
    counts: Mapping[Term, int] = attrs.field(factory=dict, repr=False)
    birth_share: float = _USUAL["born"]
    community: float = COMMUNITY
    same_year: float = 0.0
    next_year: float = 0.0
    same_birth_year: float = 0.0
    default_births: frozenset[Birth] = frozenset()
    january_is_year: bool = False
    january_is_common: bool = False
    names_counted_from: int = attrs.field(default=0, validator=attrs.validators.ge(0))

    @classmethod
    def of(cls, students: Iterable[Student]) -> "Frequencies":
        """Count the terms of all students of a roster.

        With these `suggest` weighs as `link` does, which counts no more than the
        incoming students have. Emails are counted too: in a file many may have one.
        What a whole import teaches is not in it (`learnt_from_students`).

        Args:
            students: Everyone on the site, once each; they are not kept.

        Raises:
            TypeError: One of them is no `Student`.

        >>> zoe = Student(key="1", site_id="a", given_name="Zoë", family_name="Khan")
        >>> sam = Student(key="2", site_id="a", given_name="Sam", family_name="Khan")
        >>> found = Frequencies.of([zoe, sam])
        >>> found.size, found.counts["family", "khan"], found.counts["given", "zoe"]
        (2, 2, 1)
        """
        size, counts = 0, Counter[Term]()
        for student in each_student(students, "students"):
            size += 1
            one = profile(student)
            counts.update(_known([*_terms(one), ("email", one.email)]))
        return cls(size, counts, names_counted_from=size)

    def known_birth(self, born: Birth | None) -> Birth | None:
        """Return what is known of a date of birth, which a program may have filled in.

        >>> site = Frequencies(800, january_is_year=True)
        >>> site.known_birth((2014, 1, 1)), site.known_birth((2014, 3, 5))
        ((2014, 0, 0), (2014, 3, 5))
        """
        if born in self.default_births:
            return None
        if self.january_is_year and born and born[1:] == NEW_YEAR:
            return (born[0], 0, 0)
        return born

    def share(self, term: Term) -> float:
        """Estimate the share of students who have the term, in (0, 1].

        A share counted on few students is drawn towards the usual one, as if some
        hundred students more had been counted: on a small site nothing looks rare.
        """
        field, value = term
        listed, other = self.usual_shares(field)
        usual = listed.get(value, other)
        return self.share_of(field, self.counts.get(term, 0), usual)

    def share_of(self, field: str, count: int, usual: float) -> float:
        """Return the share of students who have a term, drawn towards the usual one.

        Args:
            field: The field.
            count: How many students of the site have the term.
            usual: The share that it usually has.
        """
        extra = _BIRTHS_SMOOTHING if field == "born" else _SMOOTHING
        return min(1.0, (count + extra * usual) / (self.size + extra))

    def share_uncounted(self, usual: float) -> float:
        """Estimate the share of a name that nobody has, of those who were counted.

        Args:
            usual: The share that it usually has.
        """
        return _SMOOTHING * usual / (self.names_counted_from + _SMOOTHING)

    def usual_shares(self, field: str) -> tuple[Mapping[str, float], float]:
        """Return the usual shares of a field's listed values, and that of any other."""
        name = _NAMES.get(field)
        if name is not None:
            return usual_shares(name)
        return {}, self.birth_share if field == "born" else _USUAL.get(field, _UNKNOWN)

    def namesakes(self, given: Name, family: Name, by_chance: float) -> float:
        """Estimate how many others on the site have both names, above 0.

        Combines what is expected (`community` times what chance brings, since names of
        one community go together) with the number that is observed on the site, one
        left out: that one may be the student.

        Args:
            given: The given name.
            family: The family name.
            by_chance: How many would have both if names met by chance.
        """
        expected = self.community * by_chance
        others = max(0, self.counts.get(full_name_term(given, family), 0) - 1)
        return (_NAMESAKES_ASSUMED + others) / (_NAMESAKES_ASSUMED / expected + 1)

    def only_of(self, students: Iterable[Student]) -> "Frequencies":
        """Return the same, with the counts alone that it takes to compare these.

        >>> site = Frequencies(800, {("given", "zoe"): 2, ("given", "sam"): 7})
        >>> site.only_of([Student(key="1", site_id="a", given_name="Zoë")]).counts
        {('given', 'zoe'): 2}
        """
        wanted = set[Term]()
        for one in map(profile, students):
            wanted |= sought_terms_of(one)
            if one.address.text:
                wanted.add(("address", one.address.text))
        counts = {term: self.counts[term] for term in wanted if term in self.counts}
        return attrs.evolve(self, counts=counts)


_NAMESAKES_ASSUMED = 0.5
"""How firmly the expectation of namesakes is held against what is counted."""

NOT_COUNTED = Frequencies(0)
"""Of a site whose names nobody has counted: none is taken for rare there."""
