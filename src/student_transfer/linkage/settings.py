"""What a host can set about the matching (MATCH-6), as one frozen value."""

from collections.abc import Mapping

import attrs

from student_transfer.linkage.kinds import OwnComparison
from student_transfer.linkage.levels import DEFAULT_LEVELS, Levels

_share = attrs.validators.and_(attrs.validators.gt(0.0), attrs.validators.lt(1.0))
_count = attrs.validators.ge(1)


@attrs.frozen(kw_only=True)
class Settings:
    """What a host can set about the matching (MATCH-6). Probabilities are in (0, 1).

    Attributes:
        match_threshold: From this probability on a student is proposed as the match.
        possible_threshold: From this probability on a student is a possible match.
        sure_threshold: A match below it is flagged for review.
        expected_share: The share of incoming students that one expects to find on the
            destination site; with the site's size it makes the prior probability. What
            a whole import shows corrects it.
        most_share: The highest share that an import is believed to show.
        siblings_expected: How many sisters and brothers of another age an incoming
            student has on the destination site, on average.
        twins_expected: The same for twins.
        smallest_size: A smaller site counts as having so many students: a child who
            comes may have any name, however few are there.
        candidates_kept: How many possible matches are kept for each student.
        candidates_compared: How many students are compared with an incoming one at
            most, those who share the rarest blocking keys first.
        per_key_limit: A blocking key that more students share tells too little to look
            for candidates by it.
        levels: For each field the probabilities of its levels.
        comparisons: Fields that are compared besides, from `Student.extra`.

    Raises:
        ValueError: A number is out of its range, or the thresholds out of order.
    """

    match_threshold: float = attrs.field(default=0.6, validator=_share)
    possible_threshold: float = attrs.field(default=0.1, validator=_share)
    sure_threshold: float = attrs.field(default=0.99, validator=_share)
    expected_share: float = attrs.field(default=0.7, validator=_share)
    most_share: float = attrs.field(default=0.95, validator=_share)
    siblings_expected: float = attrs.field(
        default=0.5, validator=attrs.validators.ge(0)
    )
    twins_expected: float = attrs.field(default=0.05, validator=attrs.validators.ge(0))
    smallest_size: int = attrs.field(default=200, validator=_count)
    candidates_kept: int = attrs.field(default=10, validator=_count)
    candidates_compared: int = attrs.field(default=60, validator=_count)
    per_key_limit: int = attrs.field(default=30, validator=_count)
    levels: Mapping[str, Levels] = attrs.field(default=DEFAULT_LEVELS, repr=False)
    comparisons: tuple[OwnComparison, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse thresholds that are out of order."""
        order = (self.possible_threshold, self.match_threshold, self.sure_threshold)
        if list(order) != sorted(order):
            raise ValueError(
                "The thresholds are out of order. "
                "Let possible_threshold <= match_threshold <= sure_threshold."
            )


DEFAULT_SETTINGS = Settings()
"""Careful settings: a doubtful match is left to a person (MATCH-1)."""
