"""How good the matching is on students of whom the truth is known (MATCH-6).

A host who has matched students by hand sets the proposals beside that: how many are
right at the settings in force, how many would be at other thresholds, whether the
probabilities mean what they say, and which errors are the worst. Students are named by
their keys only.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from math import fsum
from textwrap import wrap

import attrs

from student_transfer.linkage.deciding import Candidate, Suggestion
from student_transfer.students import StudentKey

THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
"""The thresholds at which precision and recall are told if none are asked for."""

BINS = 10
"""How many bins of equal width the probabilities are sorted into."""

Truth = Mapping[StudentKey, StudentKey | None]
"""For each incoming student who is that on the site; None for who is not there."""


@attrs.frozen(kw_only=True)
class Counts:
    """What the proposals about some incoming students came to.

    Attributes:
        incoming: Incoming students.
        present: Those who are there in truth.
        found: Present students who are matched with the right one.
        wrong_student: Present students who are matched with a wrong one.
        not_there: Students who are not there and are matched all the same.
        reviewed: Students about whom a person is asked.
        unreviewed_matches: Matches about which no person is asked.
        false_unreviewed: Those of them that are wrong.
        offered: Present students whose true record is among the possible matches.
    """

    incoming: int = 0
    present: int = 0
    found: int = 0
    wrong_student: int = 0
    not_there: int = 0
    reviewed: int = 0
    unreviewed_matches: int = 0
    false_unreviewed: int = 0
    offered: int = 0

    @property
    def false_matches(self) -> int:
        """All matches that are wrong."""
        return self.wrong_student + self.not_there

    @property
    def missed(self) -> int:
        """Present students who are not matched with the right one."""
        return self.present - self.found

    @property
    def precision(self) -> float:
        """The share of the matches that are right."""
        return _share(self.found, self.found + self.false_matches)

    @property
    def recall(self) -> float:
        """The share of the present students who are found."""
        return _share(self.found, self.present)

    @property
    def f1(self) -> float:
        """Precision and recall in one figure: their harmonic mean."""
        made = self.found + self.false_matches
        return _share(2 * self.found, made + self.present)

    @property
    def review_share(self) -> float:
        """The share of the incoming students about whom a person is asked."""
        return _share(self.reviewed, self.incoming)

    @property
    def false_unreviewed_share(self) -> float:
        """The share of the matches without review that are wrong."""
        return _share(self.false_unreviewed, self.unreviewed_matches)

    @property
    def offered_share(self) -> float:
        """The share of the present students whose true record is offered."""
        return _share(self.offered, self.present)


@attrs.frozen
class Quality:
    """What taking the best candidates from a threshold on would come to.

    Attributes:
        threshold: From this probability on the best candidate is taken.
        matches: How many are taken.
        right: How many of them are right.
        present: How many students are there in truth.
    """

    threshold: float
    matches: int
    right: int
    present: int

    @property
    def precision(self) -> float:
        """The share of the matches that are right."""
        return _share(self.right, self.matches)

    @property
    def recall(self) -> float:
        """The share of the present students who are found."""
        return _share(self.right, self.present)

    @property
    def f1(self) -> float:
        """Precision and recall in one figure: their harmonic mean."""
        return _share(2 * self.right, self.matches + self.present)


@attrs.frozen
class Bin:
    """The pairs whose probability lies between two bounds.

    Attributes:
        low: The lower bound.
        high: The upper bound; it belongs to the next bin, if there is one.
        pairs: How many pairs there are.
        mean_probability: Their mean probability; 0 without any.
        share_true: The share of them that are of one child; 0 without any.
    """

    low: float
    high: float
    pairs: int
    mean_probability: float
    share_true: float


@attrs.frozen
class WrongProposal:
    """A student about whom the proposal is wrong.

    Attributes:
        incoming: The incoming student.
        match: Who was proposed; None for nobody.
        truth: Who it is; None for nobody.
        probability: That of the match or, in a list of missed students, of the true
            record; 0 if that was not offered.
        why: What agrees and what differs, or the reason for the proposal; without
            personal data.
    """

    incoming: StudentKey
    match: StudentKey | None
    truth: StudentKey | None
    probability: float
    why: str


@attrs.frozen(kw_only=True)
class Evaluation:
    """How good proposals are (MATCH-6).

    Attributes:
        counts: What came of the settings in force.
        best: The threshold that would have given the highest F1.
        by_threshold: What other match thresholds would have given. A candidate below
            the possible threshold was not kept, so lower ones give nothing more.
        calibration: Whether probabilities mean what they say: by bins, all pairs.
        ece: The calibration error: by how much, on average over all pairs, the mean
            probability of a bin is off the share that is true. None without pairs.
        ece_best: The same over the best candidate of each student.
        cases: The counts of each case that the students are labelled with.
        worst_matches: Wrong matches, the most confident first.
        worst_missed: Missed students, the least likely true record first.
        unlabelled: How many proposals were left out, since the truth is not known.
    """

    counts: Counts
    best: Quality
    by_threshold: tuple[Quality, ...]
    calibration: tuple[Bin, ...]
    ece: float | None
    ece_best: float | None
    cases: Mapping[str, Counts]
    worst_matches: tuple[WrongProposal, ...]
    worst_missed: tuple[WrongProposal, ...]
    unlabelled: int

    def as_dict(self) -> dict[str, object]:
        """Give every figure as JSON can hold it."""
        return {
            **_counts_dict(self.counts),
            "best": _quality_dict(self.best),
            "by_threshold": [_quality_dict(each) for each in self.by_threshold],
            "calibration": [attrs.asdict(each) for each in self.calibration],
            "pairs": sum(each.pairs for each in self.calibration),
            "ece": self.ece,
            "ece_best": self.ece_best,
            "cases": {case: _counts_dict(each) for case, each in self.cases.items()},
            "worst_matches": [attrs.asdict(each) for each in self.worst_matches],
            "worst_missed": [attrs.asdict(each) for each in self.worst_missed],
            "unlabelled": self.unlabelled,
        }

    def as_text(self) -> str:
        """Lay out every figure for reading, in 80 columns."""
        return "\n".join(_text(self)) + "\n"


# Evaluating ---------------------------------------------------------------------------


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
        suggestions: What is proposed for each incoming student.
        truth: Who each is; who is not in it is left out.
        cases: Labels to count by, several joined by ``+``.
        thresholds: At which thresholds precision and recall are told.
        worst: How many of the worst errors of each kind are named.

    >>> from student_transfer.linkage.deciding import ImportAs
    >>> sure = (Candidate("9", 0.97, "given name: the same"),)
    >>> right = Suggestion(import_as=ImportAs.MATCHED, match="9", candidates=sure)
    >>> found = evaluate({"1": right}, {"1": "9", "2": None, "3": "8"})
    >>> found.counts.precision, found.counts.recall, round(found.ece, 2)
    (1.0, 0.5, 0.03)
    """
    answers = [_Answer.of(key, suggestions.get(key), truth[key]) for key in truth]
    counts = _count(answers)
    best = [answer.pairs[0] for answer in answers if answer.pairs]
    calibration = _calibration(pair for answer in answers for pair in answer.pairs)
    return Evaluation(
        counts=counts,
        best=_best_quality(best, counts.present),
        by_threshold=_by_threshold(best, counts.present, thresholds),
        calibration=calibration,
        ece=_calibration_error(calibration),
        ece_best=_calibration_error(_calibration(best)),
        cases=_by_case(answers, cases or {}),
        worst_matches=_worst_matches(answers)[:worst],
        worst_missed=_worst_missed(answers)[:worst],
        unlabelled=sum(key not in truth for key in suggestions),
    )


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
    """Say what each threshold would give, taking the best candidates."""
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
            mean_probability=_share(fsum(likely for likely, _ in group), len(group)),
            share_true=_share(sum(hit for _, hit in group), len(group)),
        )
        for place, group in enumerate(bins)
    )


def _calibration_error(bins: Sequence[Bin]) -> float | None:
    pairs = sum(each.pairs for each in bins)
    gaps = (each.pairs * abs(each.mean_probability - each.share_true) for each in bins)
    return fsum(gaps) / pairs if pairs else None


def _worst_matches(answers: Iterable[_Answer]) -> tuple[WrongProposal, ...]:
    """Give the wrong matches, the most confident first."""
    wrong = (_wrong(each, each.match) for each in answers if each.is_wrong)
    return tuple(sorted(wrong, key=lambda one: (-one.probability, one.incoming)))


def _worst_missed(answers: Iterable[_Answer]) -> tuple[WrongProposal, ...]:
    """Give the missed students, the least likely true record first."""
    missed = (
        _wrong(each, each.truth)
        for each in answers
        if each.truth is not None and not each.is_right
    )
    return tuple(sorted(missed, key=lambda one: (one.probability, one.incoming)))


def _wrong(answer: _Answer, about: StudentKey | None) -> WrongProposal:
    """Say what was thought of one candidate of a student."""
    one = answer.candidate(about)
    return WrongProposal(
        incoming=answer.key,
        match=answer.match,
        truth=answer.truth,
        probability=one.probability if one else 0.0,
        why=one.why if one else answer.why,
    )


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0


# Showing ------------------------------------------------------------------------------

_WIDTH = 80
_CASE = 24


def _counts_dict(counts: Counts) -> dict[str, object]:
    return {
        "incoming": counts.incoming,
        "present": counts.present,
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
        "false_matches": counts.false_matches,
        "false_wrong_student": counts.wrong_student,
        "false_not_there": counts.not_there,
        "missed": counts.missed,
        "review_share": counts.review_share,
        "unreviewed_matches": counts.unreviewed_matches,
        "false_unreviewed": counts.false_unreviewed,
        "false_unreviewed_share": counts.false_unreviewed_share,
        "offered_share": counts.offered_share,
    }


def _quality_dict(quality: Quality) -> dict[str, object]:
    return {
        "threshold": quality.threshold,
        "matches": quality.matches,
        "right": quality.right,
        "precision": quality.precision,
        "recall": quality.recall,
        "f1": quality.f1,
    }


def _text(found: Evaluation) -> Iterator[str]:
    yield from _counts_text(found.counts)
    yield from _thresholds_text(found)
    yield from _calibration_text(found)
    if found.cases:
        yield from _cases_text(found.cases)
    yield from _worst_text(
        "Wrong matches, the most confident first", found.worst_matches
    )
    yield from _worst_text("Missed, the least likely first", found.worst_missed)
    if found.unlabelled:
        yield ""
        yield f"Left out, since the truth is not known: {found.unlabelled:,}"


def _counts_text(counts: Counts) -> Iterator[str]:
    yield f"{counts.incoming:,} students came; {counts.present:,} of them are there."
    yield ""
    yield "At the settings in force"
    for said, figure in (
        ("precision", f"{counts.precision:.4f}"),
        ("recall", f"{counts.recall:.4f}"),
        ("F1", f"{counts.f1:.4f}"),
        ("wrong matches", f"{counts.false_matches:,}"),
        ("  of students who are there", f"{counts.wrong_student:,}"),
        ("  of students who are not there", f"{counts.not_there:,}"),
        ("missed", f"{counts.missed:,}"),
        ("to review", f"{counts.review_share:.2%}"),
        ("matches without review", f"{counts.unreviewed_matches:,}"),
        ("  of them wrong", f"{counts.false_unreviewed:,}"),
        ("  the same as a share", f"{counts.false_unreviewed_share:.3%}"),
        ("true record offered", f"{counts.offered_share:.2%}"),
    ):
        yield f"  {said:<34}{figure:>10}"


def _thresholds_text(found: Evaluation) -> Iterator[str]:
    yield ""
    yield "With another match threshold"
    heads = ("from", "matches", "wrong", "precision", "recall", "F1")
    yield "  " + f"{'':8}" + "".join(f"{head:>11}" for head in heads)
    lines = [("", each) for each in found.by_threshold]
    for said, each in (*lines, ("best F1", found.best)):
        cells = (
            f"{each.threshold:.6g}",
            f"{each.matches:,}",
            f"{each.matches - each.right:,}",
            f"{each.precision:.4f}",
            f"{each.recall:.4f}",
            f"{each.f1:.4f}",
        )
        yield f"  {said:<8}" + "".join(f"{cell:>11}" for cell in cells)


def _calibration_text(found: Evaluation) -> Iterator[str]:
    yield ""
    yield "Whether probabilities mean what they say"
    heads = ("from", "to", "pairs", "mean", "true")
    yield "  " + f"{'':8}" + "".join(f"{head:>11}" for head in heads)
    for each in found.calibration:
        cells = [f"{each.low:.1f}", f"{each.high:.1f}", f"{each.pairs:,}"]
        if each.pairs:
            cells += [f"{each.mean_probability:.4f}", f"{each.share_true:.4f}"]
        yield "  " + f"{'':8}" + "".join(f"{cell:>11}" for cell in cells)
    if found.ece is not None and found.ece_best is not None:
        yield f"  calibration error {found.ece:.4f}; of the best {found.ece_best:.4f}"


def _cases_text(cases: Mapping[str, Counts]) -> Iterator[str]:
    yield ""
    yield "By case"
    heads = ("came", "there", "found", "wrong", "review", "offered")
    yield f"  {'':{_CASE}}" + "".join(f"{head:>9}" for head in heads)
    for case, counts in cases.items():
        said = case if len(case) <= _CASE else case[: _CASE - 1] + "…"
        cells = (
            counts.incoming,
            counts.present,
            counts.found,
            counts.false_matches,
            counts.reviewed,
            counts.offered,
        )
        yield f"  {said:<{_CASE}}" + "".join(f"{cell:>9,}" for cell in cells)


def _worst_text(heading: str, errors: Sequence[WrongProposal]) -> Iterator[str]:
    """Name errors; a line is broken where keys are long."""
    if not errors:
        return
    yield ""
    yield heading
    for one in errors:
        said = (
            f"{one.incoming} is {one.truth or 'nobody'}, proposed is "
            f"{one.match or 'nobody'} ({one.probability:.6f}): {one.why}"
        )
        yield from wrap(
            said,
            _WIDTH,
            initial_indent="  ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )
