"""The library's own matcher keeps every law (MATCH-1 to MATCH-6, PREV-4, PREV-5)."""

from student_transfer.testing.laws import MatcherLaws
from tests.laws.ours import Ours


class TestOurMatcher(MatcherLaws):
    """Tried like any other."""

    matcher = Ours()
