"""The library's own matcher keeps every law (MATCH-1 to MATCH-6, PREV-4, PREV-5)."""

from collections.abc import Sequence

from student_transfer.matching import Suggestion, suggest
from student_transfer.students import Student
from student_transfer.testing.laws import MatcherLaws, proposals
from tests.laws.ours import Ours


class TestOurMatcher(MatcherLaws):
    """Tried like any other."""

    host = Ours()


class Suggesting(Ours):
    """The function that the service has by default."""

    def propose(
        self, incoming: Sequence[Student], existing: Sequence[Student]
    ) -> Sequence[Suggestion]:
        """Ask it as the service does."""
        return proposals(suggest, incoming, existing)


class TestTheServicesMatcher(MatcherLaws):
    """Tried as a host would try the one it gives to the service."""

    host = Suggesting()
