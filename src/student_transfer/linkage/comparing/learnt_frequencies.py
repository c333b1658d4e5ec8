"""What a whole import teaches of how common values are (MATCH-5)."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Any

import attrs

from student_transfer.linkage.comparing.frequencies import (
    NEW_YEAR,
    Frequencies,
    Term,
    sought_terms_of,
)
from student_transfer.linkage.comparing.levels import COMMUNITY, DEFAULT_LEVELS, Level
from student_transfer.linkage.profiles.births import Birth, birth_text
from student_transfer.linkage.profiles.profile import Address, Profile, profile
from student_transfer.students import Student, each_student

_BORN = DEFAULT_LEVELS["date_of_birth"]


def learnt_from(
    frequencies: Frequencies, incoming: Collection[Profile], most_share: float
) -> Frequencies:
    """Return the frequencies by which the students of an import are compared.

    They have in them what only the whole import shows: of birthdays, years and
    names, and what several of it have. The same students get the same, whether all of
    the site was counted or only what the incoming ones have.

    Args:
        frequencies: How common values are on the site.
        incoming: All students of the import.
        most_share: The highest share of them to be believed to be on the site.
    """
    sought = with_sought_of(frequencies, incoming)
    learnt = with_births_of(with_defaults_of(sought, incoming), incoming, most_share)
    for learn in (with_names_of, with_years_of, with_shared_of):
        learnt = learn(learnt, incoming)
    return learnt


def learnt_from_students(
    frequencies: Frequencies, incoming: Iterable[Student], most_share: float
) -> Frequencies:
    """Return the frequencies by which the students of an import are compared.

    `suggest` and `link` make them themselves; `compare` and `why_not` need them to say
    of a pair what was said when it was decided (PREV-6). Counts of what no incoming
    student has are left aside, so they may be there or not.

    Args:
        frequencies: How common values are on the site.
        incoming: All students of the import.
        most_share: `Settings.most_share`.

    Raises:
        TypeError: One of them is no `Student`.

    >>> one = Student(key="1", site_id="a", given_name="Zoë", national_id="AB1234")
    >>> other = Student(key="2", site_id="a", given_name="Sam", national_id="AB1234")
    >>> found = learnt_from_students(Frequencies(800), [one, other], 0.9)
    >>> found.counts["national_id", "AB1234"]
    2
    """
    students = each_student(incoming, "incoming")
    return learnt_from(frequencies, [*map(profile, students)], most_share)


def with_sought_of(
    frequencies: Frequencies, incoming: Collection[Profile]
) -> Frequencies:
    """Leave aside the counts of what no incoming student has.

    A storage is never asked for them, and one who has counted all shall not weigh
    otherwise.
    """
    counts = frequencies.counts
    sought = frozenset[Term]().union(*map(sought_terms_of, incoming))
    return attrs.evolve(
        frequencies,
        counts={term: counts[term] for term in sought if term in counts},
        names_counted_from=len(incoming),
    )


def with_shared_of(
    frequencies: Frequencies, incoming: Collection[Profile]
) -> Frequencies:
    """Count what several incoming students have of what should be a child's own.

    That is national identifiers, emails and addresses.
    """
    counts = dict(frequencies.counts)
    for identifier, count in Counter(one.national_id for one in incoming).items():
        if identifier and count > 1:
            term = "national_id", identifier
            counts[term] = max(count, counts.get(term, 0))
    for email, count in Counter(student.email for student in incoming).items():
        counts["email", email] = max(count, counts.get(("email", email), 0))
    homes = Counter[str]()
    for written, count in Counter(one.address.written for one in incoming).items():
        homes[Address(written).text] += count  # read once, however many live there
    for home, count in homes.items():
        if count > 1:
            counts["address", home] = count
    return attrs.evolve(frequencies, counts=counts)


def with_births_of(
    frequencies: Frequencies, incoming: Iterable[Profile], most_share: float
) -> Frequencies:
    """Learn from the incoming students' birthdays how far births are spread.

    The incoming students may be on the site themselves: as many as can be there are
    taken off the number of those who have their birthdays. Births are spread over a
    hundred years at most. Dates that a program has filled in tell nothing of it.
    """
    known = frequencies.known_birth
    births = [one.born for one in incoming if one.born and known(one.born) == one.born]
    days = [("born", birth_text(born)) for born in births]
    others: float = sum(frequencies.counts.get(day, 0) for day in days)
    others = max(0.0, others - most_share * len(days))
    size = max(1, frequencies.size)
    assumed, usual = _BIRTHS_ASSUMED * size, _BORN[Level.EXACT].u
    share = (others + assumed * usual) / (size * len(days) + assumed)
    return attrs.evolve(frequencies, birth_share=max(share, _CENTURY))


def with_defaults_of(
    frequencies: Frequencies, incoming: Collection[Profile]
) -> Frequencies:
    """Learn which dates of birth a program has filled in (MATCH-5).

    A date that a whole file has is taken for none: as a date of birth it would
    speak against every true match. The firsts of January of several years say the year:
    they are what is written where no more is known, by a program or in a refugee's
    papers.
    """
    births = Counter(one.born for one in incoming if one.born and one.born[2])
    counts = frequencies.counts
    there = {born: counts.get(("born", birth_text(born)), 0) for born in births}
    defaults, years_there = _filled_in(there, frequencies.size)
    others, years = _filled_in(births, len(incoming))
    return attrs.evolve(
        frequencies,
        default_births=defaults | others,
        january_is_year=bool(years or years_there),
        january_is_common=bool(years_there),
    )


def _filled_in(
    births: Mapping[Birth, int], size: int
) -> tuple[frozenset[Birth], frozenset[Birth]]:
    """Return the dates that are filled in, and those that stand for their years.

    One first of January that more have than all others says no year.
    """
    found = {born for born, count in births.items() if _is_default(count, size)}
    january = {born: n for born, n in births.items() if n and born[1:] == NEW_YEAR}
    most = sum(january.values()) / 2
    years = {born for born in january if born not in found or january[born] <= most}
    enough = sum(january[born] for born in years) > _DEFAULT_SHARE * size
    if len(years) < _SEVERAL or not enough:
        years = set()
    return frozenset(found - years), frozenset(years)


def with_years_of(
    frequencies: Frequencies, incoming: Collection[Profile]
) -> Frequencies:
    """Learn from the incoming students how far their years are spread.

    In an import of one year group the year tells no student from another.
    """
    school = Counter(one.year for one in incoming if one.year is not None)
    births = Counter(one.born[0] for one in incoming if one.born)
    next_to = sum(count * school[year + 1] for year, count in [*school.items()])
    years = DEFAULT_LEVELS["year"]
    return attrs.evolve(
        frequencies,
        same_year=_pair_share(_of_one(school), school, years[Level.EXACT].u),
        next_year=_pair_share(next_to, school, years[Level.NEXT].u),
        same_birth_year=_pair_share(_of_one(births), births, _BORN[Level.SAME_YEAR].u),
    )


def with_names_of(frequencies: Frequencies, incoming: Iterable[Profile]) -> Frequencies:
    """Learn from the incoming students how much their names go together.

    By chance, the share of pairs who have both names alike would be the product of
    the shares who have the given and who have the family name alike. How many times
    that are seen is learnt, but never more than usual: namesakes on the site are
    counted there.
    """
    full = [
        (one.given.joined, one.family.joined)
        for one in incoming
        if one.given and one.family
    ]
    by_chance = _alike(given for given, _ in full)
    by_chance *= _alike(family for _, family in full)
    by_chance /= max(1, len(full) * (len(full) - 1) // 2)
    assumed = _PAIRS_ASSUMED * COMMUNITY
    community = (_alike(full) + assumed) / (by_chance + _PAIRS_ASSUMED)
    return attrs.evolve(frequencies, community=min(COMMUNITY, max(1.0, community)))


def _alike(values: Iterable[Hashable]) -> float:
    """Count the pairs that are alike."""
    return float(_of_one(Counter(values)))


def _of_one(counts: Mapping[Any, int]) -> int:
    """Count the pairs of students who have one value."""
    return sum(n * (n - 1) // 2 for n in counts.values())


def _pair_share(pairs: int, counts: Mapping[int, int], usual: float) -> float:
    """Return the share that some pairs are of all, drawn to the usual one."""
    students = sum(counts.values())
    of_all = students * (students - 1) // 2
    return (pairs + _YEAR_PAIRS_ASSUMED * usual) / (of_all + _YEAR_PAIRS_ASSUMED)


def _is_default(count: int, size: int) -> bool:
    """Return whether more students have one date of birth than are born on a day."""
    return count > _BORN_ON_A_DAY and count > _DEFAULT_SHARE * size


_BORN_ON_A_DAY, _DEFAULT_SHARE = 30, 0.05
"""Nowhere more students are born on one day: 30 of 600 are six times as many as in a
single year group whose births crowd in one season."""

_SEVERAL = 3
"""So many years of which students have the first of January: where those are one
student in twenty, of 365 one is born on it, and this is no chance."""

_CENTURY = 1 / (100 * 365)

_PAIRS_ASSUMED = 5
"""So many pairs of incoming students are taken to have met by chance, and as usual."""

_YEAR_PAIRS_ASSUMED = 50
"""So many pairs of incoming students are taken to be of years as far apart as usual."""

_BIRTHS_ASSUMED = 50
"""So many incoming students are taken to have shown the usual spread."""
