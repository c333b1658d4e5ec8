"""Why two students are matched or not: the sum by steps, and what stood in the way.

Nothing here has personal data in it, so that all of it can be logged and shown: there
are fields, levels and bits, and of the blocking keys how many there are (PREV-6).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from enum import Enum
from math import floor, log10
from types import MappingProxyType

import attrs

from student_transfer.linkage.blocking import (
    BirthParts,
    BlockingKey,
    email_key,
    home_part,
    id_key,
    initials_part,
    key_parts,
    link_keys,
    number_part,
    street_part,
)
from student_transfer.linkage.candidates import (
    SearchKeys,
    choose_candidates,
    search_keys_made_of,
    set_aside,
)
from student_transfer.linkage.comparison import Comparison, probability
from student_transfer.linkage.frequencies import Frequencies
from student_transfer.linkage.levels import Level
from student_transfer.linkage.profile import Profile, profile
from student_transfer.linkage.scoring import Scorer
from student_transfer.linkage.settings import DEFAULT_SETTINGS, Settings
from student_transfer.students import Student, StudentKey

# The sum ------------------------------------------------------------------------------

_LABELS = {
    "full_name": "both names",
    "link": "earlier transfer",
    "national_id": "national ID",
    "student_id": "student ID",
}


@attrs.frozen
class Step:
    """One step of the sum (PREV-6).

    Attributes:
        field: The field, or what stands for one; see `FieldComparison`.
        level: How well the two values agree.
        weight: In bits; above 0 for one child, below 0 for two.
        running: The prior and every step up to this one, in bits.
        note: What else was considered.
    """

    field: str
    level: Level
    weight: float
    running: float
    note: str = ""

    @property
    def label(self) -> str:
        """The field as it is said to a person.

        >>> Step("national_id", Level.CHECKED, 23.1, 12.5).label
        'national ID'
        """
        return _LABELS.get(self.field, self.field.replace("_", " "))

    @property
    def agreement(self) -> str:
        """The level, and what else was considered, as it is said to a person.

        >>> Step("address", Level.EXACT, 3.5, 12.5, "within the postcode").agreement
        'the same (within the postcode)'
        """
        return f"{self.level.value} ({self.note})" if self.note else self.level.value

    def as_dict(self) -> dict[str, object]:
        """Give the step as JSON can hold it."""
        return {
            "field": self.field,
            "level": self.level.value,
            "weight": self.weight,
            "running": self.running,
            "note": self.note,
        }


@attrs.frozen
class Explanation:
    """How the probability of a pair comes about (PREV-6).

    Attributes:
        prior: What is known before comparing, in bits.
        steps: A step for each field that both have; the siblings' last, if any.
        bars: Why a person has to decide, whatever the probability (MATCH-4).
    """

    prior: float
    steps: tuple[Step, ...] = ()
    bars: tuple[str, ...] = ()

    @classmethod
    def of(cls, comparison: Comparison) -> "Explanation":
        """Explain a comparison.

        >>> from student_transfer.linkage.comparison import FieldComparison
        >>> same = FieldComparison("gender", Level.EXACT, 1.0)
        >>> found = Explanation.of(Comparison((same,), -1.0))
        >>> found.total, found.probability
        (0.0, 0.5)
        """
        running, steps = comparison.prior, list[Step]()
        for one in comparison.fields:
            running += one.weight
            steps.append(Step(one.field, one.level, one.weight, running, one.note))
        return cls(comparison.prior, tuple(steps), comparison.bars)

    @property
    def total(self) -> float:
        """The prior and every step, in bits: the log2 odds that it is one child."""
        return self.steps[-1].running if self.steps else self.prior

    @property
    def probability(self) -> float:
        """The probability that both records are of one child (MATCH-6)."""
        return probability(self.total)

    @property
    def siblings(self) -> Step | None:
        """The step that takes back what a family would share, if there is one."""
        last = self.steps[-1] if self.steps else None
        return last if last and last.level is Level.SIBLINGS else None

    def against(self, most: int = 3) -> tuple[Step, ...]:
        """Give the steps that speak most against one child, the strongest first."""
        found = [step for step in self.steps if step.weight < 0]
        return tuple(sorted(found, key=lambda step: step.weight)[:most])

    def as_dict(self) -> dict[str, object]:
        """Give all of it as JSON can hold it; the weights are as they were summed."""
        siblings = self.siblings
        return {
            "prior": self.prior,
            "steps": [step.as_dict() for step in self.steps],
            "siblings": None if siblings is None else siblings.weight,
            "total": self.total,
            "probability": self.probability,
            "bars": list(self.bars),
        }


_CLOSEST = 1e-9
"""How far from certainty a probability is still said in figures."""


def percent(likely: float) -> str:
    """Say a probability so that what is not certain never looks so.

    >>> percent(0.5), percent(0.9876), percent(0.000123)
    ('50%', '98.8%', '0.012%')
    >>> percent(0.9999987), percent(1.0), percent(0.0)
    ('99.99987%', 'more than 99.9999999%', 'less than 0.0000001%')
    """
    rest = min(likely, 1 - likely)
    if rest < _CLOSEST:
        high = likely > rest
        return "more than 99.9999999%" if high else "less than 0.0000001%"
    digits = max(0, 1 - floor(log10(rest * 100)))
    return f"{likely * 100:.{digits}f}%"


# The blocking keys --------------------------------------------------------------------

_UNBORN = BirthParts(0, 0, 0)


def key_purposes(one: Profile) -> Mapping[str, frozenset[BlockingKey]]:
    """Give a student's blocking keys by what they are made of; together `keys_of`.

    >>> ada = Student(key="1", site_id="a", given_name="Ada", family_name="Byron")
    >>> [purpose for purpose, keys in key_purposes(profile(ada)).items() if keys][:3]
    ['both names', 'family name and initial', 'given name and initial']
    """
    made = key_parts(one)
    given, family, born = made.given, made.family, made.born or _UNBORN
    date, initials = "date of birth", initials_part(given, family)
    found = {
        "both names": _sums(given.either, family.either),
        f"initials and {date}": _sums([initials], [born.whole]),
    }
    for name, own, initial in (
        ("family name", family.own, given.initial),
        ("given name", given.own, family.initial),
    ):
        first = _sums([initial], [born.year])
        found[f"{name} and {date}"] = _sums(own, [born.whole])
        found[f"{name} and day of the year"] = _sums(own, [born.day])
        found[f"{name}, initial and year of birth"] = _sums(own, first)
        found[f"{name} and initial"] = _sums(own, [initial])
    home = [home_part(one.postcode)] if one.postcode else []
    house = one.address.house
    found |= {
        date: frozenset([born.whole] if born.whole else ()),
        "postcode and a name": _sums(home, (*given.own, *family.own)),
        f"postcode and {date}": _sums(home, [born.whole]),
        "house number and street": frozenset(
            [number_part(house[0]) + street_part(house[1])] if house else ()
        ),
        **_own_purposes(one),
    }
    return MappingProxyType(found)


def _sums(parts: Iterable[int], others: Iterable[int]) -> frozenset[BlockingKey]:
    """Make keys of each part with each other; a part that is not known is 0."""
    with_ = [other for other in others if other]
    return frozenset(part + other for part in parts if part for other in with_)


def _own_purposes(one: Profile) -> dict[str, frozenset[BlockingKey]]:
    ref = one.ref
    record = Student(key=ref.key, site_id=ref.site_id, provenance=one.links - {ref})
    return {
        "national ID": frozenset([id_key(one.national_id)] if one.national_id else ()),
        "email": frozenset([email_key(one.email)] if one.email else ()),
        "earlier transfer": frozenset(link_keys(record)),
    }


@attrs.frozen
class KeyCount:
    """How many blocking keys of one purpose two students have.

    Attributes:
        purpose: What the keys are made of.
        incoming: How many the incoming student has.
        existing: How many the student of the site has.
        shared: How many of them both have.
        too_common: How many of those too many students of the site have.
    """

    purpose: str
    incoming: int
    existing: int
    shared: int
    too_common: int


def key_counts(
    incoming: Profile, existing: Profile, overflowing: Collection[BlockingKey] = ()
) -> tuple[KeyCount, ...]:
    """Count two students' keys by purpose; one for which neither has any is left out.

    Args:
        incoming: The incoming student.
        existing: The student of the site.
        overflowing: The keys that too many students of the site have.
    """
    found, others = list[KeyCount](), key_purposes(existing)
    for purpose, mine in key_purposes(incoming).items():
        theirs = others[purpose]
        if mine or theirs:
            shared = mine & theirs
            common = sum(key in overflowing for key in shared)
            sizes = len(mine), len(theirs), len(shared)
            found.append(KeyCount(purpose, *sizes, common))
    return tuple(found)


# Why not ------------------------------------------------------------------------------


class Hindrance(Enum):
    """What keeps two students from being matched; the first that holds is given."""

    NONE = "they are matched"
    BY_PERSON = "a person decided otherwise"
    NO_SHARED_KEY = "no shared blocking key"
    KEYS_TOO_COMMON = "every shared blocking key is too common"
    SET_ASIDE = "set aside: another agrees in names and date of birth"
    LEFT_OUT = "left out by the limit of candidates"
    IMPROBABLE = "improbable"
    TAKEN = "taken by another incoming student"
    ANOTHER = "matched with another student"
    NAMELESS = "no name to compare"
    BARRED = "barred"
    AS_LIKELY = "another student is as likely"
    BELOW_THRESHOLD = "below the threshold"
    OUTWEIGHED = "improbable beside all others"
    NONE_ALONE = "would match by themselves"


_NEVER_COMPARED = frozenset(
    {
        Hindrance.NO_SHARED_KEY,
        Hindrance.KEYS_TOO_COMMON,
        Hindrance.SET_ASIDE,
        Hindrance.LEFT_OUT,
    }
)


@attrs.frozen(kw_only=True)
class Standing:
    """What is known of a pair besides the two: who else there is, and what was decided.

    Attributes:
        sharing: For each key of the incoming student that is not too common, the
            students of the site who have it; None where nobody has looked.
        overflowing: The keys that are too common.
        offered: The possible matches that were proposed, with their probabilities;
            None where nothing was proposed yet.
        match: Whom the incoming student is matched with.
        by_person: Whether a person has decided that, or that there is no match.
        taken_by: The other incoming student who is matched with the student.
    """

    sharing: Mapping[BlockingKey, Collection[StudentKey]] | None = attrs.field(
        default=None, repr=False
    )
    overflowing: Collection[BlockingKey] = attrs.field(default=(), repr=False)
    offered: Mapping[StudentKey, float] | None = None
    match: StudentKey | None = None
    by_person: bool = False
    taken_by: StudentKey | None = None


NOTHING_KNOWN = Standing()
"""Nothing is known but the two students."""


@attrs.frozen(kw_only=True)
class WhyNot:
    """Why two students are not matched, if they are not (PREV-6).

    Attributes:
        reason: What stands in the way.
        sentence: The same for a person.
        explanation: How the two compare; also where the matching never did.
        keys: How many blocking keys both have, by purpose.
        proposed: The probability when all candidates of the whole import were
            considered, where the student was proposed as a possible match.
        other: Who it is instead: the student of the site who is the match or as
            likely, or the incoming student who is matched with this one.
    """

    reason: Hindrance
    sentence: str
    explanation: Explanation
    keys: tuple[KeyCount, ...] = ()
    proposed: float | None = None
    other: StudentKey | None = None

    @property
    def was_compared(self) -> bool:
        """Whether the matching compares the two at all."""
        return self.reason not in _NEVER_COMPARED

    def as_dict(self) -> dict[str, object]:
        """Give all of it as JSON can hold it."""
        return {
            "reason": self.reason.value,
            "sentence": self.sentence,
            "was_compared": self.was_compared,
            "explanation": self.explanation.as_dict(),
            "keys": [attrs.asdict(one) for one in self.keys],
            "proposed": self.proposed,
            "other": self.other,
        }


def why_not(
    incoming: Student,
    existing: Student,
    frequencies: Frequencies,
    settings: Settings = DEFAULT_SETTINGS,
    standing: Standing = NOTHING_KNOWN,
) -> WhyNot:
    """Say why an incoming student is not matched with a student of the site.

    Args:
        incoming: The incoming student.
        existing: Any student of the site.
        frequencies: How common values are on the site.
        settings: Thresholds and limits, as the matching had them.
        standing: What else is known; without it the two are judged by themselves.

    >>> ada = Student(key="1", site_id="a", given_name="Ada", family_name="Byron")
    >>> eve = Student(key="9", site_id="b", given_name="Eve", family_name="Hart")
    >>> print(why_not(ada, eve, Frequencies(800)).sentence)
    They were never compared: no key by which candidates are searched for is shared.
    """
    one, other = profile(incoming), profile(existing)
    comparison = Scorer(frequencies, settings).compare(one, other)
    keys = key_counts(one, other, standing.overflowing)
    sought = search_keys_made_of(one, key_parts(one))
    case = _Case(existing.key, comparison, keys, sought, settings, standing)
    reason = case.hindrance()
    return WhyNot(
        reason=reason,
        sentence=_SENTENCES[reason](case),
        explanation=Explanation.of(comparison),
        keys=keys,
        proposed=case.proposed,
        other=case.instead(reason),
    )


@attrs.frozen
class _Case:
    """A pair with all that is known of it; each question is one of a hindrance."""

    key: StudentKey
    comparison: Comparison
    keys: tuple[KeyCount, ...]
    search_keys: SearchKeys
    settings: Settings
    standing: Standing

    def hindrance(self) -> Hindrance:
        """Give the first thing that stands in the way."""
        return next(reason for reason, holds in _QUESTIONS.items() if holds(self))

    def instead(self, reason: Hindrance) -> StudentKey | None:
        """Give who is matched or as likely instead."""
        if reason is Hindrance.TAKEN:
            return self.standing.taken_by
        if reason is Hindrance.AS_LIKELY:
            return self.rival
        return None if reason is Hindrance.NONE else self.standing.match

    @property
    def proposed(self) -> float | None:
        """The probability with everybody considered, where it is known."""
        return (self.standing.offered or {}).get(self.key)

    @property
    def likely(self) -> float:
        """The probability with everybody considered or, if not known, by itself."""
        return self.comparison.probability if self.proposed is None else self.proposed

    @property
    def rival(self) -> StudentKey | None:
        """The likeliest other student, if at least half as likely as this one."""
        others = {**(self.standing.offered or {})}
        others.pop(self.key, None)
        best = min(others, key=lambda key: (-others[key], key), default=None)
        return best if best is not None and others[best] >= self.likely / 2 else None

    @property
    def shared_purposes(self) -> str:
        """What both have, as a list."""
        return ", ".join(one.purpose for one in self.keys if one.shared)

    def has_no_shared_key(self) -> bool:
        """Whether no key is shared: then nobody would have found the pair."""
        return self.proposed is None and not any(one.shared for one in self.keys)

    def has_common_keys_only(self) -> bool:
        """Whether every key that is shared is too common."""
        return self.proposed is None and all(
            one.shared == one.too_common for one in self.keys
        )

    def was_set_aside(self) -> bool:
        """Whether another shares so much more that this one was not compared."""
        sharing = self.standing.sharing
        return self.proposed is None and bool(
            sharing and self.key in set_aside(self.search_keys, sharing)
        )

    def was_left_out(self) -> bool:
        """Whether so many others come first that this one was not compared."""
        keys, sharing = self.search_keys, self.standing.sharing
        if self.proposed is not None or sharing is None:
            return False
        found = any(self.key in sharing[key] for key in keys.all if key in sharing)
        common = self.standing.overflowing
        limit = self.settings.candidates_compared
        chosen, _ = choose_candidates(keys, sharing, common, limit)
        return found and self.key not in chosen

    def is_improbable(self) -> bool:
        """Whether the pair by itself is no possible match."""
        alone = self.comparison.probability
        return self.proposed is None and alone < self.settings.possible_threshold

    def is_nameless(self) -> bool:
        """Whether it would be a match, were there a name to compare."""
        return self.is_likely() and self.comparison.is_nameless

    def is_likely(self) -> bool:
        """Whether it is likely enough for a match."""
        return self.likely > self.settings.match_threshold

    def is_barred(self) -> bool:
        """Whether something bars a match, and the probability does not outweigh it."""
        return bool(self.comparison.bars) and not self.is_likely()

    def is_outweighed(self) -> bool:
        """Whether it is possible by itself, but was not proposed."""
        return self.standing.offered is not None and self.proposed is None

    def doubts(self) -> str:
        """Say why a person has to look at the match all the same; blank if not."""
        bars = () if self.standing.by_person else self.comparison.bars
        return f" A person has to look: {' and '.join(bars)}." if bars else ""

    def against(self) -> str:
        """Say what speaks most against one child."""
        said = [
            f"{step.label} {step.agreement} ({step.weight:+.1f} bits)"
            for step in Explanation.of(self.comparison).against()
            if step.weight < _WORTH_TELLING
        ]
        return f"most against it: {'; '.join(said)}" if said else "too little agrees"


_WORTH_TELLING = -0.5
"""Bits above which a step does not speak against anything."""

_QUESTIONS: Mapping[Hindrance, Callable[[_Case], bool]] = {
    Hindrance.NONE: lambda case: case.standing.match == case.key,
    Hindrance.BY_PERSON: lambda case: case.standing.by_person,
    Hindrance.NO_SHARED_KEY: _Case.has_no_shared_key,
    Hindrance.KEYS_TOO_COMMON: _Case.has_common_keys_only,
    Hindrance.SET_ASIDE: _Case.was_set_aside,
    Hindrance.LEFT_OUT: _Case.was_left_out,
    Hindrance.IMPROBABLE: _Case.is_improbable,
    Hindrance.TAKEN: lambda case: case.standing.taken_by is not None,
    Hindrance.ANOTHER: lambda case: case.standing.match is not None,
    Hindrance.NAMELESS: _Case.is_nameless,
    Hindrance.OUTWEIGHED: _Case.is_outweighed,
    Hindrance.BARRED: _Case.is_barred,
    Hindrance.AS_LIKELY: lambda case: not case.is_likely() and case.rival is not None,
    Hindrance.BELOW_THRESHOLD: lambda case: not case.is_likely(),
    Hindrance.NONE_ALONE: lambda _: True,
}
"""For each hindrance whether it holds; in the order in which they are asked."""

_SENTENCES: Mapping[Hindrance, Callable[[_Case], str]] = {
    Hindrance.NONE: lambda case: f"They are matched.{case.doubts()}",
    Hindrance.BY_PERSON: lambda _: "They are not matched: a person decided otherwise.",
    Hindrance.NO_SHARED_KEY: lambda _: (
        "They were never compared: no key by which candidates are searched for is "
        "shared."
    ),
    Hindrance.KEYS_TOO_COMMON: lambda case: (
        f"They were never compared: what they share ({case.shared_purposes}) more than "
        f"{case.settings.per_key_limit} students of the site have."
    ),
    Hindrance.SET_ASIDE: lambda case: (
        f"They were never compared: no more than one key is looked for that they share "
        f"({case.shared_purposes}), and another student agrees in both names and the "
        "date of birth."
    ),
    Hindrance.LEFT_OUT: lambda case: (
        f"They were never compared: {case.settings.candidates_compared} students are "
        "compared at most, and others share something rarer."
    ),
    Hindrance.IMPROBABLE: lambda case: (
        "They are compared, but it is improbable that they are one child; "
        f"{case.against()}."
    ),
    Hindrance.TAKEN: lambda _: (
        "They are not matched: the student is the match of another incoming student."
    ),
    Hindrance.ANOTHER: lambda _: (
        "They are not matched: the incoming student is matched with another student."
    ),
    Hindrance.NAMELESS: lambda _: (
        "They are not matched: no name could be compared, and nothing else proves it."
    ),
    Hindrance.BARRED: lambda case: (
        f"They are a possible match, but {' and '.join(case.comparison.bars)}: a "
        "person has to decide."
    ),
    Hindrance.AS_LIKELY: lambda _: (
        "They are a possible match, but another student of the site is as likely."
    ),
    Hindrance.BELOW_THRESHOLD: lambda case: (
        f"They are a possible match, but a probability of {percent(case.likely)} is "
        f"not above the {percent(case.settings.match_threshold)} of a match."
    ),
    Hindrance.OUTWEIGHED: lambda _: (
        "They are possible by themselves, but not beside the other candidates and what "
        "the whole import shows."
    ),
    Hindrance.NONE_ALONE: lambda case: (
        f"Judged by themselves, they would be matched.{case.doubts()}"
    ),
}
