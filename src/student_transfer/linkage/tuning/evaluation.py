"""What an evaluation of the matching says: as values, as JSON, for reading (MATCH-6).

Students are named by their keys only.
"""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

import attrs

from student_transfer.students import StudentKey


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
        return share_of(self.found, self.found + self.false_matches)

    @property
    def recall(self) -> float:
        """The share of the present students who are found."""
        return share_of(self.found, self.present)

    @property
    def f1(self) -> float:
        """Precision and recall in one figure: their harmonic mean."""
        made = self.found + self.false_matches
        return share_of(2 * self.found, made + self.present)

    @property
    def review_share(self) -> float:
        """The share of the incoming students about whom a person is asked."""
        return share_of(self.reviewed, self.incoming)

    @property
    def false_unreviewed_share(self) -> float:
        """The share of the matches without review that are wrong."""
        return share_of(self.false_unreviewed, self.unreviewed_matches)

    @property
    def offered_share(self) -> float:
        """The share of the present students whose true record is offered."""
        return share_of(self.offered, self.present)

    def as_dict(self) -> dict[str, object]:
        """Return every figure as JSON can hold it."""
        return {
            "incoming": self.incoming,
            "present": self.present,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "false_matches": self.false_matches,
            "false_wrong_student": self.wrong_student,
            "false_not_there": self.not_there,
            "missed": self.missed,
            "review_share": self.review_share,
            "unreviewed_matches": self.unreviewed_matches,
            "false_unreviewed": self.false_unreviewed,
            "false_unreviewed_share": self.false_unreviewed_share,
            "offered_share": self.offered_share,
        }


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
        return share_of(self.right, self.matches)

    @property
    def recall(self) -> float:
        """The share of the present students who are found."""
        return share_of(self.right, self.present)

    @property
    def f1(self) -> float:
        """Precision and recall in one figure: their harmonic mean."""
        return share_of(2 * self.right, self.matches + self.present)

    def as_dict(self) -> dict[str, object]:
        """Return every figure as JSON can hold it."""
        return {
            "threshold": self.threshold,
            "matches": self.matches,
            "right": self.right,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
        }


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
        unproposed: For how many students of the truth there is no proposal; who of them
            is there counts as missed.
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
    unproposed: int

    def as_dict(self) -> dict[str, object]:
        """Return every figure as JSON can hold it."""
        return {
            **self.counts.as_dict(),
            "best": self.best.as_dict(),
            "by_threshold": [each.as_dict() for each in self.by_threshold],
            "calibration": [attrs.asdict(each) for each in self.calibration],
            "pairs": sum(each.pairs for each in self.calibration),
            "ece": self.ece,
            "ece_best": self.ece_best,
            "cases": {case: each.as_dict() for case, each in self.cases.items()},
            "worst_matches": [attrs.asdict(each) for each in self.worst_matches],
            "worst_missed": [attrs.asdict(each) for each in self.worst_missed],
            "unlabelled": self.unlabelled,
            "unproposed": self.unproposed,
        }

    def as_text(self) -> str:
        """Lay out every figure for reading, in 80 columns."""
        return "\n".join(_text(self)) + "\n"


# For reading --------------------------------------------------------------------------

_WIDTH = 80
_CASE = 24


def shortened(text: str, most: int) -> str:
    """Cut a text to so many signs.

    >>> shortened("twin+moved", 10), shortened("twin+moved", 6)
    ('twin+moved', 'twin+…')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _text(found: Evaluation) -> Iterator[str]:
    yield _came_text(found.counts, found.unlabelled)
    yield from _counts_text(found.counts)
    yield from _thresholds_text(found)
    yield from _calibration_text(found)
    if found.cases:
        yield from _cases_text(found.cases)
    yield from _worst_text(
        "Wrong matches, the most confident first",
        found.worst_matches,
        "{truth}, proposed is {match} ({likely})",
    )
    yield from _worst_text(
        "Missed, the least likely first",
        found.worst_missed,
        "{truth} ({likely}), proposed is {match}",
    )
    if found.unlabelled:
        yield ""
        yield f"Left out, since the truth is not known: {found.unlabelled:,}"
    if found.unproposed:
        yield ""
        yield f"In the truth, without a proposal: {found.unproposed:,}"


def _came_text(counts: Counts, unlabelled: int) -> str:
    came = f"{counts.incoming + unlabelled:,} students came"
    known = f"; of {counts.incoming:,} the truth is known" if unlabelled else ""
    return f"{came}{known}; {counts.present:,} of them are there."


def _counts_text(counts: Counts) -> Iterator[str]:
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
        said = shortened(case, _CASE)
        cells = (
            counts.incoming,
            counts.present,
            counts.found,
            counts.false_matches,
            counts.reviewed,
            counts.offered,
        )
        yield f"  {said:<{_CASE}}" + "".join(f"{cell:>9,}" for cell in cells)


def _worst_text(
    heading: str, errors: Sequence[WrongProposal], said: str
) -> Iterator[str]:
    """Name errors, each probability beside whose it is; long lines are broken.

    Args:
        heading: What they are.
        errors: The errors.
        said: How who it is, who was proposed and how likely one of them is are said.
    """
    if not errors:
        return
    yield ""
    yield heading
    for one in errors:
        pair = said.format(
            truth=one.truth or "nobody",
            match=one.match or "nobody",
            likely=f"{one.probability:.6f}" if one.probability else "not offered",
        )
        yield from wrap(
            f"{one.incoming} is {pair}: {one.why}",
            _WIDTH,
            initial_indent="  ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )


def share_of(part: float, whole: int) -> float:
    """Return a share; of nothing it is 0."""
    return part / whole if whole else 0.0
