"""The Python Record Linkage Toolkit: its ECM, and its logistic regression.

Run directly, it is the unsupervised ECM. Both take the same pairs. The ECM takes each
comparison as agreement or not, and as independent of the others; it gets those that
are, and does far better so than with all. The logistic regression gets all of them.
"""

import warnings
from typing import Any

import pandas as pd
import recordlinkage
from recordlinkage.index import Block, SortedNeighbourhood

from benchmarks.matching.peers.common import (
    Students,
    filled,
    gather,
    read_students,
    task,
    training_half,
    write_answer,
)

_WINDOW = 3
_AGREE = 0.8
_IDENTIFIERS = ("national_id", "email")
_INDEPENDENT = (
    "given_name",
    "middle_name",
    "family_name",
    "date_of_birth",
    "national_id",
    "email",
    "postcode",
    "address",
)
_BLOCKS = (
    ["date_of_birth"],
    ["national_id"],
    ["email"],
    ["given_name"],
    ["family_name"],
)


def main(*, trained: bool = False, name: str = "recordlinkage_peer") -> None:
    """Link the two files; the best candidate is the match if it is good enough."""
    warnings.filterwarnings("ignore")
    given = task(name)
    incoming, existing = read_students(given.incoming), read_students(given.existing)
    fields = filled(incoming, existing)
    left, right = _frame(incoming, fields), _frame(existing, fields)
    vectors = _compare(fields).compute(_index(fields).index(left, right), left, right)
    if trained:
        half = training_half(given.truth, given.seed)
        classifier = _logistic_regression(vectors, half)
    else:
        vectors = vectors[[name for name in _INDEPENDENT if name in fields]]
        classifier = recordlinkage.ECMClassifier(binarize=_AGREE)
        classifier.fit(vectors)
    likely = classifier.prob(vectors)
    pairs = ((a, b, float(p)) for (a, b), p in likely.items())
    write_answer(given.out, incoming, gather(pairs))


def _frame(students: Students, fields: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame.from_dict(students, orient="index", columns=fields)
    return frame.replace("", None)


def _index(fields: list[str]) -> Any:  # noqa: ANN401 - the toolkit is untyped
    index = recordlinkage.Index()
    for block in _BLOCKS:
        if set(block) <= set(fields):
            index.add(Block(block))
    if {"given_name", "family_name"} <= set(fields):
        index.add(SortedNeighbourhood("family_name", window=_WINDOW))
        index.add(Block("given_name", "family_name"))
    return index


def _compare(fields: list[str]) -> Any:  # noqa: ANN401 - the toolkit is untyped
    compare = recordlinkage.Compare()
    for name in fields:
        if name in {"gender", "year"}:
            compare.exact(name, name, label=name)
        elif name == "date_of_birth":
            compare.string(name, name, method="damerau_levenshtein", label=name)
            compare.exact(name, name, label="same_date")
        elif name in _IDENTIFIERS:
            compare.string(name, name, method="damerau_levenshtein", label=name)
        else:
            compare.string(name, name, method="jarowinkler", label=name)
    if {"given_name", "family_name"} <= set(fields):
        compare.exact("given_name", "family_name", label="swapped")
    return compare


def _logistic_regression(vectors: pd.DataFrame, half: dict[str, str]) -> Any:  # noqa: ANN401
    """Train on the pairs of the half of the incoming students that is labelled."""
    known = vectors[vectors.index.get_level_values(0).isin(half)]
    true = pd.MultiIndex.from_tuples([pair for pair in half.items() if pair[1]])
    classifier = recordlinkage.LogisticRegressionClassifier(max_iter=1000)
    classifier.fit(known, known.index.intersection(true))
    return classifier


if __name__ == "__main__":
    main()
