"""Which incoming student is which student of the destination site (MATCH, PREV).

The facade of the matching: `blocking_keys` find candidates, `compare` weighs one,
`suggest` decides about a whole import. All pure functions of what they are given.

A false match merges two children's records (MATCH-1). So a probability alone never
makes a match: some agreements are barred from an automatic match however high they
score (MATCH-4), and a match must also beat every other way to pair the students.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from functools import cached_property
from math import exp2, fsum, log2

import attrs

from student_transfer.assignment import Assigned, assign
from student_transfer.blocking import (
    BLOCKING_VERSION,
    BlockingKey,
    Frequencies,
    Profile,
    Term,
    blocking_keys,
    profile,
    terms,
)
from student_transfer.comparisons import (
    AGREEING,
    FieldComparison,
    Level,
    compare_fields,
)
from student_transfer.students import Student, StudentKey

__all__ = [
    "BLOCKING_VERSION",
    "DEFAULT_SETTINGS",
    "BlockingKey",
    "Candidate",
    "Comparison",
    "FieldComparison",
    "Frequencies",
    "ImportAs",
    "Level",
    "Settings",
    "Suggestion",
    "Term",
    "blocking_keys",
    "compare",
    "suggest",
    "terms",
]


class ImportAs(Enum):
    """How a student is imported (PREV-3)."""

    MATCHED = "matched"
    NEW = "new"


@attrs.frozen
class Candidate:
    """A student of the destination who may be the incoming one.

    Attributes:
        key: The student's key on the destination site.
        probability: That the two records are of one child (MATCH-6).
        why: What agrees and what differs, in a few words without personal data.
    """

    key: StudentKey
    probability: float
    why: str


@attrs.frozen(kw_only=True)
class Suggestion:
    """What the matching proposes for one incoming student.

    Attributes:
        import_as: Matched or new.
        match: The matched student's key, when matched.
        candidates: The possible matches, best first, the match included.
        needs_review: Whether a person should look at it (PREV-3).
        why: The reason for the proposal, without personal data.
    """

    import_as: ImportAs
    match: StudentKey | None = None
    candidates: tuple[Candidate, ...] = ()
    needs_review: bool = False
    why: str = ""


_share = attrs.validators.and_(attrs.validators.gt(0.0), attrs.validators.lt(1.0))


@attrs.frozen(kw_only=True)
class Settings:
    """What a host can set about the matching (MATCH-6). Probabilities are in (0, 1).

    Attributes:
        match_threshold: From this probability on a match is automatic: of the matches
            just above it at most 1 - threshold are expected to be false.
        possible_threshold: From this probability on a student is a possible match: of
            the students just below it this share is expected to be missed.
        sure_threshold: An automatic match below it is flagged for review.
        expected_share: The share of incoming students that one expects to find on the
            destination site; with the site's size it makes the prior probability.
        smallest_size: A smaller site counts as having so many students: a child who
            comes may have any name, however few are there.
        candidates_kept: How many possible matches are kept for each student.
        per_key_limit: How many students are looked at for each blocking key.

    Raises:
        ValueError: A number is out of its range, or the thresholds out of order.
    """

    match_threshold: float = attrs.field(default=0.98, validator=_share)
    possible_threshold: float = attrs.field(default=0.01, validator=_share)
    sure_threshold: float = attrs.field(default=0.999, validator=_share)
    expected_share: float = attrs.field(default=0.5, validator=_share)
    smallest_size: int = attrs.field(default=200, validator=attrs.validators.ge(1))
    candidates_kept: int = attrs.field(default=10, validator=attrs.validators.ge(1))
    per_key_limit: int = attrs.field(default=500, validator=attrs.validators.ge(1))

    def __attrs_post_init__(self) -> None:
        """Refuse thresholds that are out of order."""
        order = (self.possible_threshold, self.match_threshold, self.sure_threshold)
        if list(order) != sorted(order):
            raise ValueError(
                "The thresholds are out of order. "
                "Let possible_threshold <= match_threshold <= sure_threshold."
            )


DEFAULT_SETTINGS = Settings()
"""Careful settings: a doubtful match is left to a person (MATCH-1)."""


# Comparing two students -------------------------------------------------------------


@attrs.frozen(slots=False)
class Comparison:
    """How two students were compared, field by field (PREV-6).

    Attributes:
        fields: Every field's level of agreement and its weight, in bits.
        prior: What is known before comparing, in bits; below 0.
    """

    fields: tuple[FieldComparison, ...]
    prior: float

    @cached_property
    def weight(self) -> float:
        """The sum of the fields' weights, in bits."""
        return fsum(field.weight for field in self.fields)

    @property
    def probability(self) -> float:
        """The probability in [0, 1] that both records are of one child (MATCH-6)."""
        return _probability(self.prior + self.weight)

    @cached_property
    def levels(self) -> Mapping[str, Level]:
        """The level of each field that both students have."""
        return {
            field.field: field.level
            for field in self.fields
            if field.level is not Level.MISSING
        }

    @cached_property
    def bars(self) -> tuple[str, ...]:
        """Why a person has to decide, whatever the probability (MATCH-1, MATCH-4)."""
        return _bars(self.levels)

    @cached_property
    def doubts(self) -> tuple[str, ...]:
        """What a person should check, were it a match (PREV-3)."""
        return tuple(
            f"{_said(field)}: {level.value}"
            for field, level in self.levels.items()
            if level in _DOUBTFUL and field not in _CHANGING
        )

    @property
    def why(self) -> str:
        """What agrees and what differs, in a few words without personal data."""
        said = (
            f"{_said(field)}: {level.value}" for field, level in self.levels.items()
        )
        return "; ".join(said) or "nothing to compare"


def _said(field: str) -> str:
    return field.replace("_", " ")


_DOUBTFUL = frozenset(Level) - {
    Level.EXACT,
    Level.CHECKED,
    Level.LINKED,
    Level.REPEATED,
    Level.RESPELT,
    Level.SHORT_FORM,
    Level.NEXT,
    Level.OTHER_NAME,
    Level.SHARED,
}
_CHANGING = frozenset({"student_id", "user_name", "email"})
"""What every site gives anew: another value is nothing to check."""


def _probability(bits: float) -> float:
    """Turn log2 odds into a probability; what is as good as certain is 0 or 1.

    >>> _probability(0.0), _probability(-2000.0), _probability(2000.0)
    (0.5, 0.0, 1.0)
    """
    if abs(bits) > _CERTAIN:
        return 0.0 if bits < 0 else 1.0
    return 1 / (1 + exp2(-bits))


_CERTAIN = 200
"""Bits beyond which nobody can tell a probability from certainty."""


def _bars(levels: Mapping[str, Level]) -> tuple[str, ...]:
    """Say what bars an automatic match (MATCH-4), by what agrees and what does not.

    Twins share family name, birthday, address and often the order of their numbers:
    without the given name they are one child. Two children of a common name share
    both names: without the date of birth they are one child. An identifier that is
    the child's own, or the trace of an earlier transfer, speaks for itself.
    """
    given, birth = _given_level(levels), levels.get("date_of_birth")
    bars = []
    if given is Level.DIFFERENT:
        bars.append("the given names differ")
    if _has_own_proof(levels):
        return tuple(bars)
    if given in {Level.LOOK_ALIKE, Level.INITIAL, None}:
        bars.append("the given names do not tell brothers and sisters apart")
    if birth is Level.DIFFERENT or (
        birth in {Level.EXCHANGED, Level.ONE_DIGIT} and not _supported(levels)
    ):
        bars.append("the dates of birth differ")
    family = levels.get("family_name")
    if "full_name" not in levels and family not in AGREEING and not _supported(levels):
        bars.append("the family names do not agree")
    if levels.get("middle_name") is Level.DIFFERENT and given is not Level.OTHER_NAME:
        bars.append("the middle names differ")
    if levels.get("gender") is Level.DIFFERENT and given is not Level.EXACT:
        bars.append("the genders differ")
    return tuple(bars)


def _has_own_proof(levels: Mapping[str, Level]) -> bool:
    """Say whether an identifier of the child alone, or an earlier transfer, agrees."""
    own = levels.get("national_id") in {Level.EXACT, Level.CHECKED}
    return own or "link" in levels


def _given_level(levels: Mapping[str, Level]) -> Level | None:
    """Give the best level at which any given names agree."""
    for field in ("full_name", "preferred_name"):
        if field in levels:
            return levels[field]
    return levels.get("given_name")


def _supported(levels: Mapping[str, Level]) -> bool:
    """Say whether something that is not of the family or of the year agrees."""
    fields = ("middle_name", "user_name", "email")
    return any(levels.get(field) is Level.EXACT for field in fields)


def compare(
    incoming: Student,
    existing: Student,
    frequencies: Frequencies,
    settings: Settings = DEFAULT_SETTINGS,
) -> Comparison:
    """Weigh whether two records are of one child; the same both ways round.

    >>> ada = Student(key="1", site_id="a", given_name="Ada", family_name="Byron")
    >>> amy = Student(key="9", site_id="b", given_name="Amy", family_name="BYRON")
    >>> compare(ada, amy, Frequencies(800)).why
    'given name: different; family name: the same'
    """
    prior = _prior(frequencies, settings)
    return _compare(profile(incoming), profile(existing), frequencies, prior)


def _prior(frequencies: Frequencies, settings: Settings) -> float:
    """Give the log2 odds that a student of the site is a given incoming one."""
    size = max(frequencies.size, settings.smallest_size)
    return log2(settings.expected_share / size)


def _compare(
    left: Profile, right: Profile, frequencies: Frequencies, prior: float
) -> Comparison:
    found = Comparison(compare_fields(left, right, frequencies), prior)
    excess = prior + found.weight
    if excess <= 0 or not _like_siblings(found.levels):
        return found
    # Family name, birthday and address of twins are one piece of evidence, not three:
    # where the given names differ, one child is never likelier than two (MATCH-4).
    siblings = FieldComparison("siblings", Level.SIBLINGS, -excess)
    return Comparison((*found.fields, siblings), prior)


def _like_siblings(levels: Mapping[str, Level]) -> bool:
    """Say whether only the given names, or their looks, tell two children apart."""
    if levels.get("family_name") not in AGREEING:
        return False
    given = _given_level(levels)
    return given is Level.DIFFERENT or (
        given is Level.LOOK_ALIKE and not _has_own_proof(levels)
    )


# Deciding about an import ------------------------------------------------------------


@attrs.frozen(slots=False)
class _Scored:
    """A candidate of one incoming student with the comparison."""

    key: StudentKey
    comparison: Comparison

    @cached_property
    def bits(self) -> float:
        return self.comparison.prior + self.comparison.weight


def suggest(
    incoming: Sequence[Student],
    candidates: Mapping[StudentKey, Sequence[Student]],
    frequencies: Frequencies,
    settings: Settings = DEFAULT_SETTINGS,
    *,
    decided: Mapping[StudentKey, StudentKey | None] | None = None,
    truncated: Collection[StudentKey] = (),
) -> tuple[Suggestion, ...]:
    """Propose for each incoming student whom to match, in the order given (PREV-3).

    The result does not depend on the order of the students or of the candidates
    (PREV-5), and no student is the match of two (PREV-4). Candidates that fit equally
    well are all offered and none is matched.

    Args:
        incoming: The students of the import, each key once.
        candidates: For each incoming key, students of the destination who share a
            blocking key with that student.
        frequencies: How common the incoming students' terms are on the destination.
        settings: Thresholds and limits.
        decided: What a person decided, by incoming key; None is a new student. It
            stays, and who was chosen there is nobody else's match (PREV-7, REV-2).
        truncated: Incoming students of whom not every candidate was looked at, since
            too many students share a blocking key.

    Raises:
        ValueError: Two incoming students have one key.
    """
    fixed = decided or {}
    keys = [student.key for student in incoming]
    if len(set(keys)) < len(keys):
        raise ValueError("Two incoming students have one key. Give each student once.")
    scored = _score(incoming, candidates, frequencies, settings)
    taken = {key for key in fixed.values() if key is not None}
    weights: dict[str, dict[str, float]] = {
        key: {one.key: one.bits for one in scored[key] if one.key not in taken}
        for key in keys
        if key not in fixed
    }
    assigned = assign(weights)
    return tuple(
        _decided(fixed[key], scored[key], settings)
        if key in fixed
        else _suggestion(
            scored[key], assigned.get(key), settings, truncated=key in truncated
        )
        for key in keys
    )


def _score(
    incoming: Sequence[Student],
    candidates: Mapping[StudentKey, Sequence[Student]],
    frequencies: Frequencies,
    settings: Settings,
) -> dict[StudentKey, list[_Scored]]:
    """Compare all, each student made ready once; best first, then by key."""
    known = {s.ref: s for group in candidates.values() for s in group}
    ready = {ref: profile(student) for ref, student in known.items()}
    profiles = [profile(student) for student in incoming]
    counted = _count_shared(profiles, frequencies)
    prior = _prior(frequencies, settings)
    scored = {}
    for one in profiles:
        key = one.ref.key
        others = {
            student.key: ready[student.ref] for student in candidates.get(key, ())
        }
        found = [
            _Scored(other, _compare(one, normal, counted, prior))
            for other, normal in others.items()
        ]
        scored[key] = sorted(found, key=lambda each: (-each.bits, each.key))
    return scored


def _count_shared(incoming: Sequence[Profile], known: Frequencies) -> Frequencies:
    """Count what several incoming students have as national identifier as shared."""
    seen, counts = set[str](), dict(known.counts)
    for student in incoming:
        if student.national_id in seen:
            counts["national_id", student.national_id] = len(incoming)
        seen.add(student.national_id)
    return attrs.evolve(known, counts=counts)


def _offered(
    scored: Sequence[_Scored], match: StudentKey | None, settings: Settings
) -> tuple[Candidate, ...]:
    """Give the possible matches, best first; the match is among them in any case."""
    possible = [
        one
        for one in scored
        if one.key == match or one.comparison.probability >= settings.possible_threshold
    ]
    kept = possible[: settings.candidates_kept]
    kept += [one for one in possible[settings.candidates_kept :] if one.key == match]
    return tuple(
        Candidate(one.key, one.comparison.probability, one.comparison.why)
        for one in kept
    )


def _decided(
    match: StudentKey | None, scored: Sequence[_Scored], settings: Settings
) -> Suggestion:
    """Keep what a person decided; the possible matches are still shown."""
    return Suggestion(
        import_as=ImportAs.NEW if match is None else ImportAs.MATCHED,
        match=match,
        candidates=_offered(scored, match, settings),
        why="decided by a person",
    )


_TRUNCATED = "too many students share a name or date for all of them to be compared"


def _suggestion(
    scored: Sequence[_Scored],
    assigned: Assigned | None,
    settings: Settings,
    *,
    truncated: bool,
) -> Suggestion:
    """Decide about one student: matched, or new, and whether a person should look."""
    best = next(
        (one for one in scored if assigned and one.key == assigned.column), None
    )
    certainty = _probability(assigned.margin) if assigned else 0.0
    sure = certainty >= settings.sure_threshold
    remarks = [_TRUNCATED] if truncated else []
    if best and not best.comparison.bars and certainty >= settings.match_threshold:
        doubts = [*best.comparison.doubts]
        if not sure:
            doubts.append("not quite sure")
        return Suggestion(
            import_as=ImportAs.MATCHED,
            match=best.key,
            candidates=_offered(scored, best.key, settings),
            needs_review=bool(doubts),
            why=_reason("agrees in what matters", doubts + remarks),
        )
    offered = _offered(scored, None, settings)
    return Suggestion(
        import_as=ImportAs.NEW,
        candidates=offered,
        needs_review=bool(offered) or truncated,
        why=_reason(_unmatched(scored, offered, settings), remarks),
    )


def _reason(reason: str, remarks: Sequence[str]) -> str:
    return "; ".join((reason, *remarks))


def _unmatched(
    scored: Sequence[_Scored], offered: Sequence[Candidate], settings: Settings
) -> str:
    """Say why nobody is matched, by the best of the possible matches."""
    if not offered:
        return "nobody on the site is a possible match"
    bars = scored[0].comparison.bars
    if bars:
        return "possible matches, but " + " and ".join(bars)
    if offered[0].probability >= settings.match_threshold:
        return "possible matches, but another pairing is as likely"
    return "possible matches, but none is likely enough"
