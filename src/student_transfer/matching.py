"""Which incoming student is which student of the destination site (MATCH, PREV).

The facade of `student_transfer.linkage`, which has nothing of its own: `blocking_keys`
find candidates, `compare` weighs one, `suggest` decides about a whole import, `link`
does it all for two rosters, and `link_students` says besides why. `why_not` explains,
`evaluate` and `estimate` tune. All pure functions of what they are given.

A false match merges two children's records (MATCH-1). So a probability alone never
makes a match that nobody looks at: some agreements go to a person however high they
score (MATCH-4), and a match must also beat every other way to pair the students.
"""

from typing import TYPE_CHECKING

from student_transfer._lazy import lazy
from student_transfer.linkage.blocking.candidates import (
    SearchKeys,
    choose_candidates,
    search_keys,
)
from student_transfer.linkage.blocking.keys import (
    BLOCKING_VERSION,
    BlockingKey,
    blocking_keys,
    link_keys,
)
from student_transfer.linkage.comparing.comparison import (
    Agreement,
    Comparison,
    FieldComparison,
)
from student_transfer.linkage.comparing.frequencies import (
    NOT_COUNTED,
    Frequencies,
    Term,
    sought_terms,
    terms,
)
from student_transfer.linkage.comparing.kinds import KIND_LEVELS, CustomComparison
from student_transfer.linkage.comparing.learnt_frequencies import learnt_from_students
from student_transfer.linkage.comparing.levels import (
    DEFAULT_LEVELS,
    Level,
    LevelProbabilities,
)
from student_transfer.linkage.comparing.pair import compare
from student_transfer.linkage.comparing.review_reasons import ReviewReason
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.proposing.deciding import Candidate, ImportAs, Suggestion
from student_transfer.linkage.proposing.rosters import link
from student_transfer.linkage.proposing.suggesting import suggest

if TYPE_CHECKING:  # what only some need is loaded when it is first used
    from student_transfer.linkage.comparing.settings_file import (
        settings_from_toml,
        settings_to_toml,
    )
    from student_transfer.linkage.explaining.explanation import (
        Explanation,
        ExplanationStep,
        percent,
    )
    from student_transfer.linkage.explaining.linked_students import (
        LinkedStudents,
        link_students,
    )
    from student_transfer.linkage.explaining.shared_keys import KeyCount
    from student_transfer.linkage.explaining.waterfall import (
        LEAST_WATERFALL_WIDTH,
        waterfall_text,
    )
    from student_transfer.linkage.explaining.waterfall_svg import (
        waterfall_description,
        waterfall_svg,
    )
    from student_transfer.linkage.explaining.why_not import (
        NonMatchReason,
        PairContext,
        WhyNot,
        why_not,
    )
    from student_transfer.linkage.tuning.estimating import (
        Estimate,
        WeightChange,
        estimate,
    )
    from student_transfer.linkage.tuning.evaluating import evaluate
    from student_transfer.linkage.tuning.evaluation import (
        Bin,
        Counts,
        Evaluation,
        Quality,
        WrongProposal,
    )

__all__ = [
    "BLOCKING_VERSION",
    "DEFAULT_LEVELS",
    "DEFAULT_SETTINGS",
    "KIND_LEVELS",
    "LEAST_WATERFALL_WIDTH",
    "NOT_COUNTED",
    "Agreement",
    "Bin",
    "BlockingKey",
    "Candidate",
    "Comparison",
    "Counts",
    "CustomComparison",
    "Estimate",
    "Evaluation",
    "Explanation",
    "ExplanationStep",
    "FieldComparison",
    "Frequencies",
    "ImportAs",
    "KeyCount",
    "Level",
    "LevelProbabilities",
    "LinkedStudents",
    "NonMatchReason",
    "PairContext",
    "Quality",
    "ReviewReason",
    "SearchKeys",
    "Settings",
    "Suggestion",
    "Term",
    "WeightChange",
    "WhyNot",
    "WrongProposal",
    "blocking_keys",
    "choose_candidates",
    "compare",
    "estimate",
    "evaluate",
    "learnt_from_students",
    "link",
    "link_keys",
    "link_students",
    "percent",
    "search_keys",
    "settings_from_toml",
    "settings_to_toml",
    "sought_terms",
    "suggest",
    "terms",
    "waterfall_description",
    "waterfall_svg",
    "waterfall_text",
    "why_not",
]

_HOMES = {
    "tuning.estimating": ("Estimate", "WeightChange", "estimate"),
    "tuning.evaluating": ("evaluate",),
    "tuning.evaluation": ("Bin", "Counts", "Evaluation", "Quality", "WrongProposal"),
    "explaining.explanation": ("Explanation", "ExplanationStep", "percent"),
    "comparing.settings_file": ("settings_from_toml", "settings_to_toml"),
    "explaining.linked_students": ("LinkedStudents", "link_students"),
    "explaining.shared_keys": ("KeyCount",),
    "explaining.waterfall": ("LEAST_WATERFALL_WIDTH", "waterfall_text"),
    "explaining.waterfall_svg": ("waterfall_description", "waterfall_svg"),
    "explaining.why_not": ("NonMatchReason", "PairContext", "WhyNot", "why_not"),
}
__getattr__ = lazy(__name__, _HOMES, under="student_transfer.linkage")
