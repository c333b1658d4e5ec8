"""How good proposals are where the truth is known; beside the benchmark's own count."""

import json
from typing import Any

import pytest
from benchmarks.matching import evaluate as benchmark
from hypothesis import example, given
from hypothesis import strategies as st

from student_transfer.linkage.tuning.evaluating import BINS, Truth, evaluate
from student_transfer.linkage.tuning.evaluation import Evaluation
from student_transfer.matching import Candidate, ImportAs, Suggestion
from student_transfer.students import StudentKey

INCOMING = [StudentKey(f"i{number}") for number in range(6)]
EXISTING = [StudentKey(f"e{number}") for number in range(6)]


def proposal(
    *candidates: tuple[str, float], matched: bool = True, review: bool = False
) -> Suggestion:
    """Make a proposal of candidates, the first of them matched or not."""
    offered = tuple(
        Candidate(StudentKey(key), likely, f"why {key}") for key, likely in candidates
    )
    return Suggestion(
        import_as=ImportAs.MATCHED if matched else ImportAs.NEW,
        match=offered[0].key if matched else None,
        candidates=offered,
        needs_review=review,
        why="said in general",
    )


def keyed(values: dict[str, Any]) -> dict[StudentKey, Any]:
    """Return the same with keys of students."""
    return {StudentKey(key): value for key, value in values.items()}


FOUND = keyed(
    {
        "right": proposal(("a", 0.999), ("b", 0.0004)),
        "right, to review": proposal(("c", 0.8), review=True),
        "wrong": proposal(("d", 0.9), ("e", 0.1)),
        "sure and wrong": proposal(("f", 0.995)),
        "not there, matched": proposal(("g", 0.9), review=True),
        "not there": proposal(("h", 0.2), matched=False, review=True),
        "offered": proposal(("i", 0.4), ("j", 0.3), matched=False, review=True),
        "unknown": proposal(("k", 0.9)),
    }
)
TRUTH = keyed(
    {
        "right": "a",
        "right, to review": "c",
        "wrong": "e",
        "sure and wrong": "z",
        "not there, matched": None,
        "not there": None,
        "offered": "j",
        "nothing proposed": "y",
    }
)


def test_every_kind_of_proposal_is_counted_once() -> None:
    """MATCH-6: what is right, wrong, missed, left to a person, and offered."""
    counts = evaluate(FOUND, TRUTH).counts
    assert (counts.incoming, counts.present) == (8, 6)
    assert (counts.found, counts.missed) == (2, 4)
    assert (counts.wrong_student, counts.not_there, counts.false_matches) == (2, 1, 3)
    assert (counts.reviewed, counts.review_share) == (4, 0.5)
    assert (counts.unreviewed_matches, counts.false_unreviewed) == (3, 2)
    assert counts.false_unreviewed_share == 2 / 3
    assert (counts.offered, counts.offered_share) == (4, 4 / 6)
    assert (counts.precision, counts.recall, counts.f1) == (2 / 5, 2 / 6, 4 / 11)


def test_other_thresholds_are_tried_on_the_best_candidates() -> None:
    """MATCH-6: from a threshold on, itself included, precision and recall are told."""
    found = evaluate(FOUND, TRUTH, thresholds=(0.9, 0.4, 0.9991))
    assert [
        (each.threshold, each.matches, each.right, each.precision, each.recall)
        for each in found.by_threshold
    ] == [
        (0.4, 6, 2, 2 / 6, 2 / 6),
        (0.9, 4, 1, 1 / 4, 1 / 6),
        (0.9991, 0, 0, 0.0, 0.0),
    ]
    assert (found.best.threshold, found.best.f1) == (0.8, 4 / 11)
    assert found.best.matches == 5


def test_probabilities_are_set_beside_what_is_true() -> None:
    """MATCH-6: of each bin the mean probability, and the share that is true."""
    found = evaluate(FOUND, TRUTH)
    by_low = {each.low: each for each in found.calibration}
    assert len(by_low) == BINS
    assert by_low[0.9].pairs == 4
    assert by_low[0.9].mean_probability == pytest.approx((0.999 + 0.995 + 1.8) / 4)
    assert by_low[0.9].share_true == 1 / 4
    assert (by_low[0.5].pairs, by_low[0.5].share_true) == (0, 0.0)
    gaps = 2.794 + 0.2 + 0.2 + 0.4 + 0.7 + 0.9 + 0.0004
    assert found.ece == pytest.approx(gaps / 10)


def test_the_worst_errors_are_named_by_key() -> None:
    """The most confident wrong match comes first, and the least likely missed one."""
    found = evaluate(FOUND, TRUTH, worst=2)
    assert [
        (one.incoming, one.match, one.truth, one.probability, one.why)
        for one in found.worst_matches
    ] == [
        ("sure and wrong", "f", "z", 0.995, "why f"),
        ("not there, matched", "g", None, 0.9, "why g"),
    ]
    assert [
        (one.incoming, one.match, one.truth, one.probability, one.why)
        for one in found.worst_missed
    ] == [
        ("nothing proposed", None, "y", 0.0, "nothing was proposed"),
        ("sure and wrong", "f", "z", 0.0, "said in general"),
    ]
    assert [one.incoming for one in evaluate(FOUND, TRUTH).worst_missed[2:]] == [
        "wrong",
        "offered",
    ]


def test_who_is_not_in_the_truth_is_left_out() -> None:
    """A proposal about which nothing is known counts nowhere, and that is said."""
    found = evaluate(FOUND, TRUTH)
    assert found.unlabelled == 1
    known = {key: one for key, one in FOUND.items() if key in TRUTH}
    assert evaluate(known, TRUTH).counts == found.counts
    text = found.as_text()
    assert "Left out, since the truth is not known: 1" in text
    there = "6 of them are there."
    assert text.startswith(f"9 students came; of 8 the truth is known; {there}\n")
    assert evaluate(known, TRUTH).as_text().startswith(f"8 students came; {there}\n")


def test_who_has_no_proposal_is_missed_and_that_is_said() -> None:
    """As another tool may leave a student out; that nobody has one is a mistake."""
    found = evaluate(FOUND, TRUTH)
    assert found.unproposed == found.as_dict()["unproposed"] == 1
    assert "In the truth, without a proposal: 1\n" in found.as_text()
    other_way_round = {who: key for key, who in TRUTH.items() if who}
    for proposals, truth in ((FOUND, other_way_round), ({}, TRUTH)):
        with pytest.raises(ValueError, match="no proposal for any student"):
            evaluate(proposals, truth)


def test_each_probability_is_told_beside_whose_it_is() -> None:
    """Of a missed student it is the true record's, and not that of the proposal."""
    text = evaluate(FOUND, TRUTH).as_text()
    wrong, missed = text.split("Missed, the least likely first")
    assert "  wrong is e, proposed is d (0.900000): why d\n" in wrong
    assert "  wrong is e (0.100000), proposed is d: why e\n" in missed
    told = "  sure and wrong is z (not offered), proposed is f: said in general\n"
    assert told in missed


def test_what_is_not_by_key_is_refused_in_words() -> None:
    """A number is nobody's key: the truth of a spreadsheet would miss everybody."""
    wrong: Any
    for wrong, told in (
        (((), {}), "suggestions has to be a mapping by the incoming student's key"),
        (({}, [("1", "9")]), "truth has to be a mapping by"),
        (
            ({1: None}, {}),
            "each key of suggestions has to be a text, and is of type int",
        ),
        (({}, {1: None}), "each key of truth has to be a text"),
        (({}, {"1": 9}), "each of truth that is not None has to be a text"),
    ):
        with pytest.raises(TypeError, match=told):
            evaluate(*wrong)
    blank = {StudentKey("1"): StudentKey("")}  # as a cell of a file is
    assert evaluate({}, blank).counts.present == 0


def test_a_threshold_is_a_probability() -> None:
    """What is no number between 0 and 1 would find nobody, or everybody."""
    for wrong in (90, -0.1, float("nan")):
        with pytest.raises(ValueError, match=r"between 0 and 1, such as 0\.9 for 90 %"):
            evaluate(FOUND, TRUTH, thresholds=[wrong])
    strange: Any
    for strange in ("0.9", True):
        with pytest.raises(TypeError, match="each of thresholds has to be a probab"):
            evaluate(FOUND, TRUTH, thresholds=[strange])
    assert len(evaluate(FOUND, TRUTH, thresholds=iter((0, 1))).by_threshold) == 2


def test_cases_are_counted_apart() -> None:
    """A student of two cases counts in both, and one without a case in none."""
    cases = keyed({"right": "twin+typing error", "wrong": "twin", "offered": ""})
    found = evaluate(FOUND, TRUTH, cases).cases
    assert list(found) == ["twin", "typing error"]
    assert (found["twin"].incoming, found["twin"].false_matches) == (2, 1)
    assert found["typing error"].found == 1


def test_a_match_that_a_person_chose_is_the_best_candidate() -> None:
    """Whoever is matched is taken as the best, wherever it stands in the list."""
    chosen = Suggestion(
        import_as=ImportAs.MATCHED,
        match=StudentKey("b"),
        candidates=proposal(("a", 0.7), ("b", 0.2)).candidates,
    )
    found = evaluate(keyed({"1": chosen}), keyed({"1": "b"}), thresholds=(0.5,))
    assert found.counts.found == 1
    assert found.by_threshold[0].matches == 0


def test_nothing_gives_zeros_and_no_error() -> None:
    """Without students every share is 0, and of no pair there is no calibration."""
    found = evaluate({}, {})
    assert (found.counts.f1, found.counts.review_share, found.best.f1) == (0, 0, 0)
    assert found.ece is found.ece_best is None
    assert found.as_text().startswith("0 students came; 0 of them are there.\n")
    assert "calibration error" not in found.as_text()


# Showing ------------------------------------------------------------------------------


def test_the_text_has_every_part_in_80_columns() -> None:
    """Long keys and long cases break no line."""
    long = [StudentKey(f"4b6c1f0e-6f0f-4d39-9a63-1d8f5f4f3c{n}") for n in range(2)]
    suggestions = {long[0]: proposal((long[1], 0.9)), **FOUND}
    truth = {long[0]: long[0], **TRUTH}
    text = evaluate(suggestions, truth, {long[0]: "of a very long name" * 9}).as_text()
    assert max(map(len, text.splitlines())) <= 80
    for heading in (
        "10 students came; of 9 the truth is known; 7 of them are there.",
        "At the settings in force",
        "With another match threshold",
        "Whether probabilities mean what they say",
        "By case",
        "Wrong matches, the most confident first",
        "Missed, the least likely first",
    ):
        assert heading in text
    assert str(long[0]) in text


def test_right_proposals_leave_no_list_of_errors() -> None:
    """Where nothing is wrong no error is named, and no case where there is none."""
    text = evaluate(keyed({"1": proposal(("a", 0.9))}), keyed({"1": "a"})).as_text()
    assert "first" not in text
    assert "By case" not in text


# Beside the benchmark -----------------------------------------------------------------

_likely = st.sampled_from(
    [0.0, 0.1, 0.30000001, 0.6, 0.6000001, 0.95, 1.0]
) | st.floats(0, 1)


@st.composite
def proposals(draw: st.DrawFn) -> Suggestion:
    """Draw a proposal: some candidates, best first, the first matched or not."""
    keys = draw(st.lists(st.sampled_from(EXISTING), unique=True, max_size=3))
    likely = sorted((draw(_likely) for _ in keys), reverse=True)
    return proposal(
        *zip(keys, likely, strict=True),
        matched=bool(keys) and draw(st.booleans()),
        review=draw(st.booleans()),
    )


_suggestions = st.dictionaries(st.sampled_from(INCOMING), proposals())


@st.composite
def _labelled(draw: st.DrawFn) -> tuple[dict[StudentKey, Suggestion], Truth]:
    """Draw proposals and a truth; somebody who is there has a proposal, if any is."""
    suggestions = draw(_suggestions)
    truth = draw(
        st.dictionaries(
            st.sampled_from(INCOMING), st.none() | st.sampled_from(EXISTING)
        )
    )
    if any(truth.values()) and truth.keys().isdisjoint(suggestions):
        suggestions[next(iter(truth))] = draw(proposals())
    return suggestions, truth


_cases = st.dictionaries(
    st.sampled_from(INCOMING), st.sampled_from(["", "twin", "twin+moved", "moved"])
)


def _as_answer(one: Suggestion) -> benchmark.Answer:
    first = one.candidates[0] if one.candidates else None
    return benchmark.Answer(
        match=one.match or "",
        best=first.key if first else "",
        score=first.probability if first else 0.0,
        reviewed=one.needs_review,
        offered=frozenset(each.key for each in one.candidates),
        pairs=tuple((each.key, each.probability) for each in one.candidates),
    )


@given(_labelled(), _cases)
@example((FOUND, TRUTH), {})
def test_every_figure_is_the_benchmarks(
    labelled: tuple[dict[StudentKey, Suggestion], Truth], cases: dict[StudentKey, str]
) -> None:
    """The library's figures are those of a program that knows nothing of it."""
    suggestions, truth = labelled
    found = evaluate(suggestions, truth, cases)
    other = benchmark.evaluate(
        {key: _as_answer(one) for key, one in suggestions.items()},
        {
            key: benchmark.Truth(there or "", cases.get(key, ""))
            for key, there in truth.items()
        },
    )
    figures = found.as_dict()
    best = {f"best_{name}": figure for name, figure in _best(found).items()}
    for name, figure in other.figures().items():
        if name == "best_threshold" and figure is None:
            continue
        assert {**figures, **best}[name] == pytest.approx(figure), name
    assert list(found.cases) == list(other.cases)
    for case, counts in found.cases.items():
        assert counts.found == other.cases[case].found
        assert counts.false_matches == other.cases[case].false


def _best(found: Evaluation) -> dict[str, Any]:
    best = found.as_dict()["best"]
    assert isinstance(best, dict)
    return best


@given(_labelled(), _cases, st.randoms(use_true_random=False))
def test_the_order_does_not_count(
    labelled: tuple[dict[StudentKey, Suggestion], Truth],
    cases: dict[StudentKey, str],
    random: Any,
) -> None:
    """PREV-5: the same proposals and truth give the same figures, in any order."""
    suggestions, truth = labelled
    shuffled = dict(random.sample(list(suggestions.items()), len(suggestions)))
    reversed_truth = dict(reversed([*truth.items()]))
    again = evaluate(shuffled, reversed_truth, cases)
    assert again == evaluate(suggestions, truth, cases)


@given(_labelled(), _cases)
def test_everything_can_be_written_as_json(
    labelled: tuple[dict[StudentKey, Suggestion], Truth], cases: dict[StudentKey, str]
) -> None:
    """`as_dict` is what JSON reads back, and the text is never wider than 80."""
    suggestions, truth = labelled
    found = evaluate(suggestions, truth, cases)
    assert json.loads(json.dumps(found.as_dict())) == found.as_dict()
    assert max(map(len, found.as_text().splitlines())) <= 80
