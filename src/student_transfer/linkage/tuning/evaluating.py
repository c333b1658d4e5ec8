"""How good the matching is on students of whom the truth is known (MATCH-6).

A host who has matched students by hand sets the proposals beside that: how many are
right at the settings in force, how many would be at other thresholds, whether the
probabilities mean what they say, and which errors are the worst. Students are named by
their keys only.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from math import fsum

import attrs

from student_transfer.errors import wrong_type
from student_transfer.field_types import check_argument
from student_transfer.linkage.proposing.deciding import Candidate, Suggestion
from student_transfer.linkage.tuning.evaluation import (
    Bin,
    Counts,
    Evaluation,
    Quality,
    WrongProposal,
    share_of,
)
from student_transfer.students import StudentKey

THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
"""The thresholds at which precision and recall are told if none are asked for."""

BINS = 10
"""How many bins of equal width the probabilities are sorted into."""

Truth = Mapping[StudentKey, StudentKey | None]
"""For each incoming student who is that on the site; None for who is not there."""


def evaluate(
    suggestions: Mapping[StudentKey, Suggestion],
    truth: Truth,
    cases: Mapping[StudentKey, str] | None = None,
    *,
    thresholds: Iterable[float] = THRESHOLDS,
    worst: int = 20,
) -> Evaluation:
    """Set proposals beside the truth.

    Args:
        suggestions: What is proposed for each incoming student, by key, such as
            `Matches.suggestions`; what `link` returns is in the order of the students.
        truth: Who each is; who is not in it is left out.
        cases: Labels to count by, several joined by ``+``.
        thresholds: At which thresholds precision and recall are told.
        worst: How many of the worst errors of each kind are named.

    Raises:
        TypeError: The proposals or the truth are not by key, or a key is no text: by a
            number nobody is found, and everybody would count as missed.
        ValueError: For nobody of the truth there is a proposal, or a threshold is no
            probability.

    >>> from student_transfer.linkage.proposing.deciding import ImportAs
    >>> sure = (Candidate("9", 0.97, "given name: the same"),)
    >>> right = Suggestion(import_as=ImportAs.MATCHED, match="9", candidates=sure)
    >>> found = evaluate({"1": right}, {"1": "9", "2": None, "3": "8"})
    >>> found.counts.precision, found.counts.recall, round(found.ece, 2)
    (1.0, 0.5, 0.03)
    """
    _check_by_key("suggestions", suggestions)
    _check_by_key("truth", truth)
    asked = tuple(thresholds)
    for threshold in asked:
        _check_probability(threshold)
    for who in truth.values():
        if who is not None:
            check_argument("each of truth that is not None", who, str)
    if any(truth.values()) and truth.keys().isdisjoint(suggestions):
        raise ValueError(_STRANGERS)
    answers = [_Answer.of(key, suggestions.get(key), truth[key]) for key in truth]
    counts = _count(answers)
    best = [answer.pairs[0] for answer in answers if answer.pairs]
    calibration = _calibration(pair for answer in answers for pair in answer.pairs)
    return Evaluation(
        counts=counts,
        best=_best_quality(best, counts.present),
        by_threshold=_by_threshold(best, counts.present, asked),
        calibration=calibration,
        ece=_calibration_error(calibration),
        ece_best=_calibration_error(_calibration(best)),
        cases=_by_case(answers, cases or {}),
        worst_matches=_worst_matches(answers)[:worst],
        worst_missed=_worst_missed(answers)[:worst],
        unlabelled=sum(key not in truth for key in suggestions),
        unproposed=sum(key not in suggestions for key in truth),
    )


_STRANGERS = (
    "there is no proposal for any student of the truth. Give the truth by the incoming "
    "students' keys, and all proposals: an iterator gives what it has only once."
)


def _check_probability(threshold: object) -> None:
    told = "each of thresholds has to be a probability between 0 and 1"
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise wrong_type(told, threshold)
    if not 0 <= threshold <= 1:
        raise ValueError(f"{told}, such as 0.9 for 90 %, and is {threshold}.")


def _check_by_key(name: str, given: object) -> None:
    """Refuse what is not by key, such as what `link` gives, and what is no key."""
    if not isinstance(given, Mapping):
        told = f"{name} has to be a mapping by the incoming student's key"
        raise wrong_type(told, given)
    for key in given:
        check_argument(f"each key of {name}", key, str)


_Pair = tuple[float, bool]
"""A probability, and whether the two records are of one child."""


@attrs.frozen(kw_only=True)
class _Answer:
    """What was proposed for one student, beside the truth; the best candidate first."""

    key: StudentKey
    truth: StudentKey | None
    match: StudentKey | None
    is_reviewed: bool
    candidates: tuple[Candidate, ...]
    why: str

    @classmethod
    def of(
        cls, key: StudentKey, found: Suggestion | None, truth: StudentKey | None
    ) -> "_Answer":
        """Take a proposal; who is matched is the best candidate."""
        match = found.match if found else None
        candidates = found.candidates if found else ()
        return cls(
            key=key,
            truth=truth or None,
            match=match,
            is_reviewed=bool(found and found.needs_review),
            candidates=tuple(sorted(candidates, key=lambda one: one.key != match)),
            why=found.why if found else "nothing was proposed",
        )

    @property
    def is_right(self) -> bool:
        return self.match is not None and self.match == self.truth

    @property
    def is_wrong(self) -> bool:
        return self.match is not None and self.match != self.truth

    @property
    def pairs(self) -> list[_Pair]:
        return [(one.probability, one.key == self.truth) for one in self.candidates]

    def candidate(self, key: StudentKey | None) -> Candidate | None:
        return next((one for one in self.candidates if one.key == key), None)


def _count(answers: Sequence[_Answer]) -> Counts:
    there = [answer for answer in answers if answer.truth is not None]
    wrong = [answer for answer in answers if answer.is_wrong]
    alone = [each for each in answers if each.match and not each.is_reviewed]
    return Counts(
        incoming=len(answers),
        present=len(there),
        found=sum(answer.is_right for answer in there),
        wrong_student=sum(answer.truth is not None for answer in wrong),
        not_there=sum(answer.truth is None for answer in wrong),
        reviewed=sum(answer.is_reviewed for answer in answers),
        unreviewed_matches=len(alone),
        false_unreviewed=sum(answer.is_wrong for answer in alone),
        offered=sum(answer.candidate(answer.truth) is not None for answer in there),
    )


def _by_case(
    answers: Iterable[_Answer], labels: Mapping[StudentKey, str]
) -> dict[str, Counts]:
    """Count each case by itself; a student of several counts in each."""
    by_case = defaultdict[str, list[_Answer]](list)
    for answer in answers:
        for case in filter(None, labels.get(answer.key, "").split("+")):
            by_case[case].append(answer)
    return {case: _count(by_case[case]) for case in sorted(by_case)}


def _by_threshold(
    best: Iterable[_Pair], present: int, thresholds: Iterable[float]
) -> tuple[Quality, ...]:
    """Return what each threshold would give, taking the best candidates."""
    ordered = sorted(best)
    right = [0]
    for _, hit in reversed(ordered):
        right.append(right[-1] + hit)
    found = []
    for threshold in sorted(thresholds):
        matches = len(ordered) - bisect_left(ordered, (threshold, False))
        found.append(Quality(threshold, matches, right[matches], present))
    return tuple(found)


def _best_quality(best: Iterable[_Pair], present: int) -> Quality:
    """Find the threshold of the highest F1, the highest of several."""
    found = Quality(1.0, 0, 0, present)
    matches = right = 0
    for probability, group in groupby(sorted(best, reverse=True), lambda pair: pair[0]):
        hits = [hit for _, hit in group]
        matches, right = matches + len(hits), right + sum(hits)
        quality = Quality(probability, matches, right, present)
        if quality.f1 > found.f1:
            found = quality
    return found


def _calibration(pairs: Iterable[_Pair]) -> tuple[Bin, ...]:
    bins: list[list[_Pair]] = [[] for _ in range(BINS)]
    for pair in pairs:
        bins[min(int(pair[0] * BINS), BINS - 1)].append(pair)
    return tuple(
        Bin(
            low=place / BINS,
            high=(place + 1) / BINS,
            pairs=len(group),
            mean_probability=share_of(fsum(likely for likely, _ in group), len(group)),
            share_true=share_of(sum(hit for _, hit in group), len(group)),
        )
        for place, group in enumerate(bins)
    )


def _calibration_error(bins: Sequence[Bin]) -> float | None:
    pairs = sum(each.pairs for each in bins)
    gaps = (each.pairs * abs(each.mean_probability - each.share_true) for each in bins)
    return fsum(gaps) / pairs if pairs else None


def _worst_matches(answers: Iterable[_Answer]) -> tuple[WrongProposal, ...]:
    """Return the wrong matches, the most confident first."""
    wrong = (_wrong(each, each.match) for each in answers if each.is_wrong)
    return tuple(sorted(wrong, key=lambda one: (-one.probability, one.incoming)))


def _worst_missed(answers: Iterable[_Answer]) -> tuple[WrongProposal, ...]:
    """Return the missed students, the least likely true record first."""
    missed = (
        _wrong(each, each.truth)
        for each in answers
        if each.truth is not None and not each.is_right
    )
    return tuple(sorted(missed, key=lambda one: (one.probability, one.incoming)))


def _wrong(answer: _Answer, about: StudentKey | None) -> WrongProposal:
    """Return what was thought of one candidate of a student."""
    one = answer.candidate(about)
    return WrongProposal(
        incoming=answer.key,
        match=answer.match,
        truth=answer.truth,
        probability=one.probability if one else 0.0,
        why=one.why if one else answer.why,
    )
