"""Which incoming student is which student of the destination site (MATCH, PREV).

The facade of `student_transfer.linkage`: `blocking_keys` find candidates, `compare`
weighs one, `suggest` decides about a whole import, `link` does it all for two rosters.
`why_not` explains, `evaluate` and `estimate` tune. All pure functions of what they are
given.

A false match merges two children's records (MATCH-1). So a probability alone never
makes a match that nobody looks at: some agreements go to a person however high they
score (MATCH-4), and a match must also beat every other way to pair the students.
"""

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from student_transfer._lazy import lazy
from student_transfer.field_types import check_argument
from student_transfer.linkage.blocking.candidates import (
    SearchKeys,
    choose_candidates,
    search_keys,
)
from student_transfer.linkage.blocking.keys import (
    BLOCKING_VERSION,
    BlockingKey,
    blocking_keys,
)
from student_transfer.linkage.bulk_blocking.backend import (
    blocker_for,
    have_repeated,
    take_students,
)
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    Incoming,
    RosterBlocker,
)
from student_transfer.linkage.comparing.comparison import Comparison, FieldComparison
from student_transfer.linkage.comparing.frequencies import (
    Frequencies,
    Term,
    sought_terms,
    terms,
)
from student_transfer.linkage.comparing.kinds import CustomComparison
from student_transfer.linkage.comparing.levels import Level, LevelProbabilities
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.profiles.profile import as_columns, profile, values_of
from student_transfer.linkage.proposing.deciding import Candidate, ImportAs, Suggestion
from student_transfer.linkage.proposing.parts import LocalParts, Part, Rows, link_parts
from student_transfer.linkage.proposing.proposer import Proposer
from student_transfer.students import Student, StudentKey, each_student

if TYPE_CHECKING:  # what only some need is loaded when it is first used
    from student_transfer.linkage.comparing.settings_file import (
        settings_from_toml,
        settings_to_toml,
    )
    from student_transfer.linkage.explaining.explanation import Explanation
    from student_transfer.linkage.explaining.waterfall import waterfall_text
    from student_transfer.linkage.explaining.waterfall_svg import waterfall_svg
    from student_transfer.linkage.explaining.why_not import (
        NonMatchReason,
        PairContext,
        WhyNot,
        why_not,
    )
    from student_transfer.linkage.tuning.estimating import Estimate, estimate
    from student_transfer.linkage.tuning.evaluating import evaluate
    from student_transfer.linkage.tuning.evaluation import Evaluation

__all__ = [
    "BLOCKING_VERSION",
    "DEFAULT_SETTINGS",
    "BlockingKey",
    "Candidate",
    "Comparison",
    "CustomComparison",
    "Estimate",
    "Evaluation",
    "Explanation",
    "FieldComparison",
    "Frequencies",
    "ImportAs",
    "Level",
    "LevelProbabilities",
    "NonMatchReason",
    "PairContext",
    "SearchKeys",
    "Settings",
    "Suggestion",
    "Term",
    "WhyNot",
    "blocking_keys",
    "choose_candidates",
    "compare",
    "estimate",
    "evaluate",
    "link",
    "search_keys",
    "settings_from_toml",
    "settings_to_toml",
    "sought_terms",
    "suggest",
    "terms",
    "waterfall_svg",
    "waterfall_text",
    "why_not",
]

_HOMES = {
    "tuning.estimating": ("Estimate", "estimate"),
    "tuning.evaluating": ("evaluate",),
    "tuning.evaluation": ("Evaluation",),
    "explaining.explanation": ("Explanation",),
    "comparing.settings_file": ("settings_from_toml", "settings_to_toml"),
    "explaining.waterfall": ("waterfall_text",),
    "explaining.waterfall_svg": ("waterfall_svg",),
    "explaining.why_not": ("NonMatchReason", "PairContext", "WhyNot", "why_not"),
}
__getattr__ = lazy(__name__, _HOMES, under="student_transfer.linkage")


def compare(
    incoming: Student,
    existing: Student,
    frequencies: Frequencies,
    settings: Settings = DEFAULT_SETTINGS,
) -> Comparison:
    """Weigh whether two records are of one child; the same both ways round.

    Raises:
        TypeError: One of them is something else.

    >>> ada = Student(key="1", site_id="a", given_name="Ada", family_name="Byron")
    >>> amy = Student(key="9", site_id="b", given_name="Amy", family_name="BYRON")
    >>> compare(ada, amy, Frequencies(800)).why
    'given name: different; family name: the same'
    """
    check_argument("incoming", incoming, Student)
    check_argument("existing", existing, Student)
    check_argument("frequencies", frequencies, Frequencies)
    check_argument("settings", settings, Settings)
    scorer = Scorer(frequencies, settings)
    return scorer.compare(profile(incoming), profile(existing))


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
        TypeError: One of them is no `Student`, or the frequencies or settings are none.
    """
    check_argument("frequencies", frequencies, Frequencies)
    check_argument("settings", settings, Settings)
    incoming = list(each_student(incoming, "incoming"))
    keys = [student.key for student in incoming]
    if len(set(keys)) < len(keys):
        raise ValueError("Two incoming students have one key. Give each student once.")
    ready = {student.key: profile(student) for student in incoming}
    known = {s.key: s for group in candidates.values() for s in group}
    there = {key: profile(student) for key, student in known.items()}
    others = {key: [other.key for other in candidates.get(key, ())] for key in keys}
    proposer = Proposer(ready, others, there, frequencies, settings)
    return proposer.propose(
        [proposer.score(keys)], decided=decided or {}, truncated=truncated
    )


# Two rosters --------------------------------------------------------------------------

_AT_ONCE = 5000


def link(
    incoming: Iterable[Student],
    existing: Iterable[Student],
    settings: Settings = DEFAULT_SETTINGS,
) -> tuple[Suggestion, ...]:
    """Propose for each incoming student whom of a roster to match, in the order given.

    The same proposals as `suggest` makes with what a storage finds. The existing roster
    is read once and not kept: it may be a stream of any length.

    Args:
        incoming: The students who come, each key once.
        existing: The students who are there, each key once.
        settings: Thresholds and limits.

    Raises:
        ValueError: Two students of one roster have one key.
        TypeError: A roster has something in it that is no `Student`, or the settings
            are none.

    >>> import attrs
    >>> ada = Student(key="1", site_id="a", given_name="Ada", family_name="Byron",
    ...               year="6", gender="F")
    >>> there = [attrs.evolve(ada, key="9", site_id="b", given_name="ADA")]
    >>> link([ada], there)[0].match
    '9'
    """
    check_argument("settings", settings, Settings)
    coming = list(each_student(incoming, "incoming"))
    ready = {student.key: profile(student) for student in coming}
    if len(ready) < len(coming):
        raise ValueError("Two incoming students have one key. Give each student once.")
    sought = Incoming(tuple(ready.values()))
    blocker: RosterBlocker[Student] = blocker_for(sought, settings)
    stream = each_student(existing, "existing")
    keys = array("q")
    while some := list(islice(stream, _AT_ONCE)):
        take_students(blocker, some)
        keys.extend(hash(student.key) for student in some)
    if have_repeated([keys]):
        raise ValueError("Two existing students have one key. Give each student once.")
    parts = LocalParts(Part(blocker, STUDENTS, ready, settings))
    return link_parts(ready, sought, parts, settings)


STUDENTS = Rows[Student](
    key=lambda one: one.key,
    profile=profile,
    as_columns=lambda some: as_columns(
        None if one.provenance else values_of(one) for one in some
    ),
)
"""How students of a roster are read that are values of the library already."""
