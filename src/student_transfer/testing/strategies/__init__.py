"""Hypothesis strategies for the library's values.

- `any_values`: texts, keys, names, instants, codes, students and records.
- `children`: children, other ways to write them, and other children like them.
"""

from student_transfer.testing.strategies.any_values import (
    benchmarks,
    codes,
    extras,
    instants,
    keys,
    masteries,
    names,
    origins,
    reader_quizzes,
    records,
    star_assessments,
    students,
    texts,
)
from student_transfer.testing.strategies.children import (
    LIKENESSES,
    WAYS,
    full_students,
    look_alikes,
    written_otherwise,
)

__all__ = [
    "LIKENESSES",
    "WAYS",
    "benchmarks",
    "codes",
    "extras",
    "full_students",
    "instants",
    "keys",
    "look_alikes",
    "masteries",
    "names",
    "origins",
    "reader_quizzes",
    "records",
    "star_assessments",
    "students",
    "texts",
    "written_otherwise",
]
