"""The library's matcher, as a host would plug its own in."""

from collections.abc import Sequence

from student_transfer.matching import Frequencies, Level, Suggestion, compare, link
from student_transfer.students import Student
from student_transfer.testing.laws import MatcherHost


class Ours(MatcherHost):
    """The one scorer and its proposals."""

    def score(self, left: Student, right: Student, site: Frequencies) -> float:
        """Return what all fields weigh together, in bits.

        Left out is the line that corrects for sisters and brothers: it is about who
        else may be on the site, and grows with all that these have alike.
        """
        lines = compare(left, right, site).fields
        return sum(one.weight for one in lines if one.level is not Level.SIBLINGS)

    def propose(
        self, incoming: Sequence[Student], existing: Sequence[Student]
    ) -> Sequence[Suggestion]:
        """Link the two rosters."""
        return link(incoming, existing)
