"""Why two students are not matched: what keeps them apart, how they compare (PREV-6).

Nothing here has personal data in it, so that all of it can be logged and shown: there
are fields, levels and bits, and of the blocking keys how many there are.
"""

from collections.abc import Callable, Collection, Mapping
from enum import Enum

import attrs

from student_transfer.field_types import check_argument
from student_transfer.linkage.blocking.candidates import (
    SearchKeys,
    beside_another,
    choose_candidates,
    in_a_crowd,
    search_keys_made_of,
)
from student_transfer.linkage.blocking.key_parts import key_parts
from student_transfer.linkage.blocking.keys import BlockingKey
from student_transfer.linkage.comparing.comparison import Comparison
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.explaining.explanation import Explanation, percent
from student_transfer.linkage.explaining.shared_keys import KeyCount, key_counts
from student_transfer.linkage.profiles.profile import Profile, profile
from student_transfer.linkage.proposing.deciding import Suggestion, why_unsure
from student_transfer.students import Student, StudentKey


class NonMatchReason(Enum):
    """What keeps two students from being matched; the first here that holds is given.

    `MATCHED` and `WOULD_MATCH_ALONE` say that nothing does: in the whole import, or as
    far as is known of the two.
    """

    MATCHED = "they are matched"
    BY_PERSON = "a person decided otherwise"
    NO_SHARED_KEY = "no shared blocking key"
    KEYS_TOO_COMMON = "every shared blocking key is too common"
    SET_ASIDE = "set aside: another agrees in names and date of birth"
    CROWDED = "set aside: too many share as little"
    LEFT_OUT = "left out by the limit of candidates"
    IMPROBABLE = "improbable"
    TAKEN = "taken by another incoming student"
    ANOTHER = "matched with another student"
    CONTESTED = "another incoming student fits as well"
    NAMELESS = "no name to compare"
    OUTWEIGHED = "improbable beside all others"
    BARRED = "barred"
    AS_LIKELY = "another student is as likely"
    BELOW_THRESHOLD = "below the threshold"
    WOULD_MATCH_ALONE = "would match by themselves"


_NEVER_COMPARED = frozenset(
    {
        NonMatchReason.NO_SHARED_KEY,
        NonMatchReason.KEYS_TOO_COMMON,
        NonMatchReason.SET_ASIDE,
        NonMatchReason.CROWDED,
        NonMatchReason.LEFT_OUT,
    }
)


@attrs.frozen(kw_only=True)
class PairContext:
    """What is known of a pair besides the two: who else there is, and what was decided.

    Attributes:
        sharing: For each key of the incoming student that is not too common, the
            students of the site who have it; None where nobody has looked.
        overflowing: The keys that are too common.
        offered: The possible matches that were proposed, with their probabilities;
            None where nothing was proposed yet.
        match: Whom the incoming student is matched with.
        needs_review: Whether that was flagged for a person to look at, as
            `Suggestion.needs_review` says; None where it is not known.
        why: The reason for it for a person, `Suggestion.why`.
        doubts: What there is to look at, `Suggestion.doubts`; where a matcher of the
            host's own gives none, the reason says it.
        is_contested: Whether another incoming student fits the likeliest match as well,
            as `Suggestion.is_contested` says.
        by_person: Whether a person has decided that, or that there is no match.
        taken_by: The other incoming student who is matched with the student.
        contested_by: The other incoming student for whom the student is a possible
            match, the likeliest if there are several.
    """

    sharing: Mapping[BlockingKey, Collection[StudentKey]] | None = attrs.field(
        default=None, repr=False
    )
    overflowing: Collection[BlockingKey] = attrs.field(default=(), repr=False)
    offered: Mapping[StudentKey, float] | None = None
    match: StudentKey | None = None
    needs_review: bool | None = None
    why: str = ""
    doubts: Collection[str] = ()
    is_contested: bool = False
    by_person: bool = False
    taken_by: StudentKey | None = None
    contested_by: StudentKey | None = None

    @classmethod
    def of(
        cls,
        suggestions: Mapping[StudentKey, Suggestion],
        incoming: StudentKey,
        existing: StudentKey,
        *,
        taken_by: StudentKey | None,
        sharing: Mapping[BlockingKey, Collection[StudentKey]] | None = None,
        overflowing: Collection[BlockingKey] = (),
    ) -> "PairContext":
        """Return what the proposals for a whole import tell of a pair.

        Args:
            suggestions: What is proposed for each incoming student, by key.
            incoming: The key of the incoming student.
            existing: The key of the student of the site.
            taken_by: As the attribute.
            sharing: As the attribute.
            overflowing: As the attribute.
        """
        mine = suggestions[incoming]
        rivals = {
            key: candidate.probability
            for key, suggestion in suggestions.items()
            for candidate in suggestion.candidates
            if key != incoming and candidate.key == existing
        }
        return cls(
            sharing=sharing,
            overflowing=overflowing,
            offered={one.key: one.probability for one in mine.candidates},
            match=mine.match,
            needs_review=mine.needs_review,
            why=mine.why,
            doubts=mine.doubts,
            is_contested=mine.is_contested,
            taken_by=taken_by,
            contested_by=min(rivals, key=lambda key: (-rivals[key], key), default=None),
        )


NOTHING_KNOWN = PairContext()
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
            likely, or the incoming student who is matched with this one or may be.
    """

    reason: NonMatchReason
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
        """Return all of it as JSON can hold it."""
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
    context: PairContext = NOTHING_KNOWN,
) -> WhyNot:
    """Return why an incoming student is not matched with a student of the site.

    Args:
        incoming: The incoming student.
        existing: Any student of the site.
        frequencies: How common values are on the site.
        settings: Thresholds and limits, as the matching had them.
        context: What else is known; without it the two are judged by themselves.

    Raises:
        TypeError: One of them is something else.

    >>> ada = Student(key="1", site_id="a", given_name="Ada", family_name="Byron")
    >>> eve = Student(key="9", site_id="b", given_name="Eve", family_name="Hart")
    >>> print(why_not(ada, eve, Frequencies(800)).sentence)
    They were never compared: no key by which candidates are searched for is shared.
    """
    check_argument("incoming", incoming, Student)
    check_argument("existing", existing, Student)
    check_argument("frequencies", frequencies, Frequencies)
    check_argument("settings", settings, Settings)
    check_argument("context", context, PairContext)
    return why_not_of(
        profile(incoming), profile(existing), frequencies, settings, context
    )


def why_not_of(
    one: Profile,
    other: Profile,
    frequencies: Frequencies,
    settings: Settings,
    context: PairContext,
) -> WhyNot:
    """Say the same as `why_not` of two students in normal form."""
    comparison = Scorer(frequencies, settings).compare(one, other)
    keys = key_counts(one, other, context.overflowing)
    sought = search_keys_made_of(one, key_parts(one))
    case = _Case(other.ref.key, comparison, keys, sought, settings, context)
    reason = case.reason()
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
    """A pair with all that is known of it; each question is for one reason."""

    key: StudentKey
    comparison: Comparison
    keys: tuple[KeyCount, ...]
    search_keys: SearchKeys
    settings: Settings
    context: PairContext

    def reason(self) -> NonMatchReason:
        """Return the first thing that stands in the way."""
        return next(reason for reason in NonMatchReason if _QUESTIONS[reason](self))

    def instead(self, reason: NonMatchReason) -> StudentKey | None:
        """Return who is matched or as likely instead."""
        if reason is NonMatchReason.TAKEN:
            return self.context.taken_by
        if reason is NonMatchReason.CONTESTED:
            return self.context.contested_by
        if reason is NonMatchReason.AS_LIKELY:
            return self.rival
        return None if reason is NonMatchReason.MATCHED else self.context.match

    @property
    def proposed(self) -> float | None:
        """The probability with everybody considered, where it is known."""
        return (self.context.offered or {}).get(self.key)

    @property
    def likely(self) -> float:
        """The probability with everybody considered or, if not known, by itself."""
        return self.comparison.probability if self.proposed is None else self.proposed

    @property
    def rival(self) -> StudentKey | None:
        """The likeliest other student, if at least half as likely as this one."""
        others = {**(self.context.offered or {})}
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
        sharing = self.context.sharing
        return self.proposed is None and bool(
            sharing and self.key in beside_another(self.search_keys, sharing)
        )

    def was_in_a_crowd(self) -> bool:
        """Whether so many share as little that this one was not compared."""
        keys, sharing = self.search_keys, self.context.sharing
        return self.proposed is None and bool(
            sharing and self.key in in_a_crowd(keys, sharing, self.context.overflowing)
        )

    def was_left_out(self) -> bool:
        """Whether so many others come first that this one was not compared."""
        keys, sharing = self.search_keys, self.context.sharing
        if self.proposed is not None or sharing is None:
            return False
        found = any(self.key in sharing[key] for key in keys.all if key in sharing)
        common = self.context.overflowing
        limit = self.settings.candidates_compared
        chosen, _ = choose_candidates(keys, sharing, common, limit)
        return found and self.key not in chosen

    def is_improbable(self) -> bool:
        """Whether the pair by itself is no possible match."""
        alone = self.comparison.probability
        return self.proposed is None and alone < self.settings.possible_threshold

    def is_contested(self) -> bool:
        """Whether they would be matched, did no other incoming student fit as well.

        The proposal says so of the likeliest, or of one who is no possible match beside
        the other incoming student.
        """
        offered = self.context.offered or {}
        if self.proposed is None or not self.context.is_contested:
            return False
        is_likeliest = self.proposed == max(offered.values())
        return is_likeliest or self.proposed < self.settings.possible_threshold

    def is_nameless(self) -> bool:
        """Whether it would be a match, were there a name to compare."""
        return self.is_likely() and self.comparison.agreement.is_nameless

    def is_likely(self) -> bool:
        """Whether it is likely enough for a match."""
        return self.likely > self.settings.least_match

    def is_barred(self) -> bool:
        """Whether there is a reason for review, and it is no likely match."""
        return bool(self.comparison.review_reasons) and not self.is_likely()

    def is_outweighed(self) -> bool:
        """Whether it is possible by itself, but was not proposed."""
        return self.context.offered is not None and self.proposed is None

    def flagged(self) -> str:
        """Return why a person has to look at the match that was made; blank if not."""
        context = self.context
        if context.by_person or context.needs_review is False:
            return ""
        if context.needs_review and (said := "; ".join(context.doubts) or context.why):
            return f" A person has to look: {said}."
        return self.doubts()

    def doubts(self) -> str:
        """Return why a person would have to look at a match; blank if not."""
        agreement = self.comparison.agreement
        unsure = why_unsure(agreement, self.likely, self.settings)
        doubts = [*agreement.review_reasons, *filter(None, [unsure])]
        return f" A person has to look: {'; '.join(doubts)}." if doubts else ""

    def against(self) -> str:
        """Return what speaks most against one child."""
        said = [
            f"{step.label} {step.agreement} ({step.weight:+.1f} bits)"
            for step in Explanation.of(self.comparison).against()
            if step.weight < _WORTH_TELLING
        ]
        return f"most against it: {'; '.join(said)}" if said else "too little agrees"


_WORTH_TELLING = -0.5
"""Bits above which a step does not speak against anything."""

_QUESTIONS: Mapping[NonMatchReason, Callable[[_Case], bool]] = {
    NonMatchReason.MATCHED: lambda case: case.context.match == case.key,
    NonMatchReason.BY_PERSON: lambda case: case.context.by_person,
    NonMatchReason.NO_SHARED_KEY: _Case.has_no_shared_key,
    NonMatchReason.KEYS_TOO_COMMON: _Case.has_common_keys_only,
    NonMatchReason.SET_ASIDE: _Case.was_set_aside,
    NonMatchReason.CROWDED: _Case.was_in_a_crowd,
    NonMatchReason.LEFT_OUT: _Case.was_left_out,
    NonMatchReason.IMPROBABLE: _Case.is_improbable,
    NonMatchReason.TAKEN: lambda case: case.context.taken_by is not None,
    NonMatchReason.ANOTHER: lambda case: case.context.match is not None,
    NonMatchReason.CONTESTED: _Case.is_contested,
    NonMatchReason.NAMELESS: _Case.is_nameless,
    NonMatchReason.OUTWEIGHED: _Case.is_outweighed,
    NonMatchReason.BARRED: _Case.is_barred,
    NonMatchReason.AS_LIKELY: lambda case: (
        not case.is_likely() and case.rival is not None
    ),
    NonMatchReason.BELOW_THRESHOLD: lambda case: not case.is_likely(),
    NonMatchReason.WOULD_MATCH_ALONE: lambda _: True,
}
"""For each reason whether it holds, where none before it does."""

_SENTENCES: Mapping[NonMatchReason, Callable[[_Case], str]] = {
    NonMatchReason.MATCHED: lambda case: f"They are matched.{case.flagged()}",
    NonMatchReason.BY_PERSON: lambda _: (
        "They are not matched: a person decided otherwise."
    ),
    NonMatchReason.NO_SHARED_KEY: lambda _: (
        "They were never compared: no key by which candidates are searched for is "
        "shared."
    ),
    NonMatchReason.KEYS_TOO_COMMON: lambda case: (
        f"They were never compared: what they share ({case.shared_purposes}) more than "
        f"{case.settings.per_key_limit} students of the site have."
    ),
    NonMatchReason.SET_ASIDE: lambda case: (
        f"They were never compared: no more than one key is looked for that they share "
        f"({case.shared_purposes}), and another student agrees in both names and the "
        "date of birth."
    ),
    NonMatchReason.CROWDED: lambda case: (
        "They were never compared: of all that is looked for they share too little "
        f"({case.shared_purposes}), as too many other students of the site do."
    ),
    NonMatchReason.LEFT_OUT: lambda case: (
        f"They were never compared: {case.settings.candidates_compared} students are "
        "compared at most, and others share something rarer."
    ),
    NonMatchReason.IMPROBABLE: lambda case: (
        "They are compared, but it is improbable that they are one child; "
        f"{case.against()}."
    ),
    NonMatchReason.TAKEN: lambda _: (
        "They are not matched: the student is the match of another incoming student."
    ),
    NonMatchReason.ANOTHER: lambda _: (
        "They are not matched: the incoming student is matched with another student."
    ),
    NonMatchReason.CONTESTED: lambda _: (
        "They are a possible match, but another incoming student fits as well, and "
        "only one of the two can be the student of the site."
    ),
    NonMatchReason.NAMELESS: lambda _: (
        "They are not matched: no name could be compared, and nothing else proves it."
    ),
    NonMatchReason.OUTWEIGHED: lambda _: (
        "They are possible by themselves, but not beside the other candidates and what "
        "the whole import shows."
    ),
    NonMatchReason.BARRED: lambda case: (
        "They are a possible match, but "
        f"{' and '.join(case.comparison.review_reasons)}: a person has to decide."
    ),
    NonMatchReason.AS_LIKELY: lambda _: (
        "They are a possible match, but another student of the site is as likely."
    ),
    NonMatchReason.BELOW_THRESHOLD: lambda case: (
        f"They are a possible match, but a probability of {percent(case.likely)} is "
        f"not above the {percent(case.settings.least_match)} of a match."
    ),
    NonMatchReason.WOULD_MATCH_ALONE: lambda case: (
        f"Judged by themselves, they would be matched.{case.doubts()}"
    ),
}
