"""What is proposed for each incoming student (PREV-3, MATCH-1)."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import cached_property
from math import fsum

import attrs

from student_transfer.linkage.comparing.comparison import Agreement, probability
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.proposing.assignment import pair_probabilities
from student_transfer.linkage.proposing.bounds import alone
from student_transfer.students import StudentKey


class ImportAs(Enum):
    """How a student is imported (PREV-3)."""

    MATCHED = "matched"
    NEW = "new"


@attrs.frozen
class Candidate:
    """A student of the destination who may be the incoming one.

    Attributes:
        key: The student's key on the destination site.
        probability: That the two records are of one child (MATCH-6), all candidates
            considered, and that nobody is the match of two (PREV-4).
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
        candidates: The possible matches, best first, the match included; but for one
            whom a person has chosen and who is no candidate, or a hopeless one.
        needs_review: Whether a person should look at it (PREV-3).
        why: The reason for the proposal, without personal data.
        doubts: What a person has to look at, each in a few words; ``why`` ends with
            them. Those of a match; of a new student only what was added (`doubted`).
        is_contested: Whether the student is new only because another incoming student
            fits the likeliest match as well (PREV-4).
        is_taken: Whether nobody is a possible match only because the likeliest is
            rather another incoming student's (PREV-4); then there are no candidates.
    """

    import_as: ImportAs
    match: StudentKey | None = None
    candidates: tuple[Candidate, ...] = ()
    needs_review: bool = False
    why: str = ""
    doubts: tuple[str, ...] = ()
    is_contested: bool = False
    is_taken: bool = False

    def doubted(self, doubt: str) -> "Suggestion":
        """Return the same proposal, flagged for a person to look at one thing more.

        >>> new = Suggestion(import_as=ImportAs.NEW, why="nobody is alike")
        >>> new.doubted("the register says otherwise").why
        'nobody is alike; the register says otherwise'
        """
        why = "; ".join(filter(None, (self.why, doubt)))
        doubts = (*self.doubts, doubt)
        return attrs.evolve(self, needs_review=True, why=why, doubts=doubts)

    def as_dict(self) -> dict[str, object]:
        """Return all of it as JSON can hold it."""
        return {
            **attrs.asdict(self, recurse=False),
            "import_as": self.import_as.value,
            "candidates": [attrs.asdict(one) for one in self.candidates],
            "doubts": list(self.doubts),
        }


class Completeness(Enum):
    """Whether all candidates of an incoming student were compared (PREV-3).

    Too many may share a name or a date for that.
    """

    COMPLETE = "all were compared"
    CUT = "some were left out, but the match is not among them"
    MAY_MISS_THE_MATCH = "some were left out, and the match may be one of them"


PairLogOdds = Mapping[StudentKey, Mapping[StudentKey, float]]
"""For each incoming student the log2 odds of each candidate."""

AgreementOf = Callable[[StudentKey, StudentKey], Agreement]
"""Says how an incoming student agrees with one of the site, by their keys."""


Decided = Mapping[StudentKey, StudentKey | None]
"""What people have decided, by incoming student: whom it is, or None for nobody."""


def decide(
    odds: PairLogOdds,
    agreement_of: AgreementOf,
    settings: Settings,
    *,
    decided: Decided,
    completeness: Mapping[StudentKey, Completeness],
) -> dict[StudentKey, Suggestion]:
    """Propose for each incoming student whom to match (PREV-3, PREV-4).

    Args:
        odds: How likely each candidate is, by itself.
        agreement_of: Says how two agree.
        settings: The thresholds.
        decided: What people have decided: it stays, and who was chosen there is
            nobody else's match.
        completeness: Whether all candidates of a student were compared; of one who is
            left out here, they were.
    """
    taken = {key for key in decided.values() if key is not None}
    open_pairs: dict[str, dict[str, float]] = {
        key: {other: bits for other, bits in others.items() if other not in taken}
        for key, others in odds.items()
        if key not in decided
    }
    likely = pair_probabilities(open_pairs, settings.possible_threshold / 100)
    found = {}
    for key, others in odds.items():
        if key in decided:
            by_itself = alone(dict(others.items()))
            decision = _Decision(key, others, by_itself, agreement_of, settings)
            found[key] = decision.as_decided(decided[key])
        else:
            decision = _Decision(key, others, likely[key], agreement_of, settings)
            found[key] = decision.as_proposed(
                completeness.get(key, Completeness.COMPLETE)
            )
    return found


_AGREES, _LIKELY = "agrees in what matters", "likely one child, but "
"""The reason for a match, for a person; and how it begins where there are doubts."""

_CUT = "too many students share a name or date for all of them to be compared"
_NOBODY = "nobody on the site is a possible match"
_POSSIBLE = "possible matches, but "
_RIVAL = "another student is a possible match, too"

CONTESTED = "the likeliest may as well be another incoming student's"
"""What a person is told of one who would be matched, did no other student come."""

TAKEN = (
    "nobody is a possible match, as the likeliest is rather another incoming student's"
)
"""What a person is told of one who would have a possible match, did no other come."""


def why_unsure(agreement: Agreement, likely: float, settings: Settings) -> str:
    """Return why a match is not likely enough to need no look; blank where it is.

    Args:
        agreement: How the two agree.
        likely: The probability that they are one child.
        settings: The thresholds.
    """
    if likely < settings.sure_threshold:
        return "not quite sure"
    if agreement.is_unconfirmed and likely < settings.sure_unconfirmed_threshold:
        return "not sure enough with so little else that agrees"
    return ""


@attrs.frozen(slots=False)
class _Decision:
    """One incoming student with the candidates.

    Attributes:
        key: The student's key.
        odds: How likely each candidate is by itself, in bits.
        likely: How probable each is beside the others, and the other students.
        agreement_of: Says how two agree.
        settings: The thresholds.
    """

    key: StudentKey
    odds: Mapping[StudentKey, float]
    likely: Mapping[str, float]
    agreement_of: AgreementOf
    settings: Settings

    def as_decided(self, match: StudentKey | None) -> Suggestion:
        """Keep what a person decided; the possible matches are still shown."""
        return Suggestion(
            import_as=ImportAs.NEW if match is None else ImportAs.MATCHED,
            match=match,
            candidates=self._offered(match),
            why="decided by a person",
        )

    def as_proposed(self, completeness: Completeness) -> Suggestion:
        """Decide: matched, or new, and whether a person should look (MATCH-1).

        Who is likelier than everything else together is nobody else's match (PREV-4).
        """
        ranked = self._ranked
        if ranked and ranked[0][1] > self.settings.least_match:
            agreement = self.agreement_of(self.key, ranked[0][0])
            if not agreement.is_nameless:
                return self._matched(*ranked[0], agreement)
        offered = self._offered(None)
        taken = self._taken(offered)
        is_taken = not offered and not taken and self._is_taken()
        remarks = () if completeness is Completeness.COMPLETE else (_CUT,)
        may_miss = completeness is Completeness.MAY_MISS_THE_MATCH
        if taken:
            why, contested = f"{_POSSIBLE}{CONTESTED}", True
        elif offered:
            why, contested = self._unmatched(offered)
        else:
            why, contested = TAKEN if is_taken else _NOBODY, False
        return Suggestion(
            import_as=ImportAs.NEW,
            candidates=offered + taken,
            needs_review=bool(offered or taken or may_miss),
            why="; ".join((why, *remarks)),
            is_contested=contested,
            is_taken=is_taken,
        )

    def _matched(
        self, match: StudentKey, likely: float, agreement: Agreement
    ) -> Suggestion:
        offered = self._offered(match)
        doubts = [*map(str, agreement.review_reasons)]
        if unsure := why_unsure(agreement, likely, self.settings):
            others = (_RIVAL,) if len(offered) > 1 else ()
            doubts += [unsure, *others, *agreement.differences]
        return Suggestion(
            import_as=ImportAs.MATCHED,
            match=match,
            candidates=offered,
            needs_review=bool(doubts),
            why=_LIKELY + "; ".join(doubts) if doubts else _AGREES,
            doubts=tuple(doubts),
        )

    @cached_property
    def _ranked(self) -> list[tuple[StudentKey, float]]:
        """The candidates with their probabilities, best first."""
        ranked = sorted(self.likely.items(), key=lambda pair: (-pair[1], pair[0]))
        return [(StudentKey(key), likely) for key, likely in ranked]

    def _offered(self, match: StudentKey | None) -> tuple[Candidate, ...]:
        """Return the possible matches, best first; the match is among them.

        Unless a person has chosen one of whom no comparison is at hand.
        """
        least = self.settings.possible_threshold
        possible = [
            (key, likely)
            for key, likely in self._ranked
            if key == match or likely >= least
        ] or self._crowd
        kept = self.settings.candidates_kept
        chosen = possible[:kept] + [one for one in possible[kept:] if one[0] == match]
        return tuple(
            Candidate(key, likely, self.agreement_of(self.key, key).why)
            for key, likely in chosen
        )

    @property
    def _crowd(self) -> list[tuple[StudentKey, float]]:
        """Who would be possible matches, were there not so many as likely (PREV-3).

        Each is unlikely then; that one of them is the child need not be.
        """
        least = self.settings.possible_threshold
        crowd = [one for one in self._ranked if probability(self.odds[one[0]]) >= least]
        return crowd if fsum(likely for _, likely in crowd) >= least else []

    def _taken(self, offered: Sequence[Candidate]) -> tuple[Candidate, ...]:
        """Return who would be a sure match, were it not for another incoming student.

        The two may be one child, who is twice in the import.
        """
        odds = self.odds
        best = min(odds, key=lambda other: (-odds[other], other), default=None)
        if best is None or probability(odds[best]) < self.settings.sure_threshold:
            return ()
        if best in {one.key for one in offered}:
            return ()
        why = self.agreement_of(self.key, best).why
        return (Candidate(best, self.likely.get(best, 0.0), why),)

    def _unmatched(self, offered: Sequence[Candidate]) -> tuple[str, bool]:
        """Return why none is matched, and whether the best match is contested."""
        agreement = self.agreement_of(self.key, offered[0].key)
        contested = not agreement.is_nameless and self._is_contested(offered[0])
        reasons = [*map(str, agreement.review_reasons)]
        if contested:
            reasons.append(CONTESTED)
        if reasons:
            return _POSSIBLE + " and ".join(reasons), contested
        if len(offered) > 1 and offered[1].probability >= offered[0].probability / 2:
            return f"{_POSSIBLE}another one is as likely", False
        return f"{_POSSIBLE}none is likely enough", False

    def _is_taken(self) -> bool:
        """Return whether somebody would be a possible match, did no other one come."""
        by_itself = alone(dict(self.odds.items()))
        return max(by_itself.values(), default=0.0) >= self.settings.possible_threshold

    def _is_contested(self, best: Candidate) -> bool:
        """Return whether the student would be matched, did no other one come."""
        mine = {str(key): self.odds[key] for key, _ in self._ranked}
        least = self.settings.least_match
        return alone(mine)[best.key] > least > best.probability
