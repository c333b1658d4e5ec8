"""Pairs of an incoming student and a candidate, in numbers, with numpy.

Each student is a column of a matrix, each row of which is one of the constants below.
"""

from collections.abc import Sequence

import attrs
import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from student_transfer.linkage.bulk_blocking.numbers import Flags, Numbers
from student_transfer.linkage.pruning.name_numbers import MISSING, NameNumbers

GIVEN, FAMILY, MIDDLE, PREFERRED, YEAR, MONTH, DAY, CODE = range(8)
NUMBER, STREET, START, HAS_WORDS = range(8, 12)
ID, EMAIL, STUDENT_ID, USER_NAME, GENDER, GRADE, IS_LINKED, WIDTH = range(12, 20)
"""The rows of the matrix of students.

Values are interned: two that are equal have one number. `YEAR`, `MONTH` and `DAY` are
those of the date of birth, `START` is the first letters of the street, and `GRADE` the
year at school, plus two. Emails, student IDs and user names are numbered only where an
incoming student has them: others equal none.
"""

NONE = MISSING
"""Stands for a value that is missing, as for a name."""


@attrs.frozen
class Pairs:
    """Pairs of an incoming student and a candidate.

    Attributes:
        incoming: The numbers of all incoming students, one row for each of the above.
        existing: Likewise those of the candidates.
        place: For each pair the place of the incoming student.
        other: Likewise that of the candidate.
    """

    incoming: Numbers
    existing: Numbers
    place: Numbers
    other: Numbers

    def __len__(self) -> int:
        """Count them."""
        return len(self.place)

    def at(self, which: Numbers) -> "Pairs":
        """Return some of the pairs."""
        some = self.place[which], self.other[which]
        return Pairs(self.incoming, self.existing, *some)

    def left(self, what: int) -> Numbers:
        """Return a number of the incoming students."""
        found: Numbers = self.incoming[what][self.place]
        return found

    def right(self, what: int) -> Numbers:
        """Return a number of the candidates."""
        found: Numbers = self.existing[what][self.other]
        return found

    def same(self, what: int) -> Flags:
        """Return where both have one value."""
        left = self.left(what)
        found: Flags = (left == self.right(what)) & (left != NONE)
        return found

    def both(self, what: int) -> Flags:
        """Return where both have a value."""
        found: Flags = (self.left(what) != NONE) & (self.right(what) != NONE)
        return found

    def have_other_names(self) -> Flags:
        """Return where one has a middle or a preferred name."""
        incoming, existing = (
            (sheet[MIDDLE] != NONE) | (sheet[PREFERRED] != NONE)
            for sheet in (self.incoming, self.existing)
        )
        found: Flags = incoming[self.place] | existing[self.other]
        return found

    def may_be_alike(self, names: NameNumbers, one: int, other: int) -> Flags:
        """Return where a name and another one of the candidate may be alike."""
        left, right = self.left(one), self.right(other)
        found: Flags = (left != NONE) & (right != NONE)
        asked = np.flatnonzero(found)
        found[asked] = ~names.are_unlike(left[asked], right[asked])
        return found

    def may_be_one_home(self) -> Flags:
        """Return whose addresses `may_be_one_home`."""
        houses = self.both(STREET) & self.both(NUMBER)
        near = self.same(NUMBER) | self.same(STREET)
        return np.where(houses, near, self.both(HAS_WORDS))

    def are_elsewhere(self) -> Flags:
        """Return whose houses differ in number and street."""
        houses = self.both(STREET) & self.both(NUMBER)
        found: Flags = houses & ~self.same(NUMBER) & ~self.same(START)
        return found

    def are_saved(self) -> Flags:
        """Return where something else may save a pair."""
        more = (self.left(IS_LINKED) != 0) | (self.right(IS_LINKED) != 0)
        found: Flags = self.same(EMAIL) | more
        return found

    def are_born_at_once(self) -> Flags:
        """Return where two dates of birth are the same, in whole or in part."""
        found: Flags = self.left(YEAR) != 0
        for what in (YEAR, MONTH, DAY):
            found &= self.left(what) == self.right(what)
        return found

    def are_family(self, names: NameNumbers) -> Flags:
        """Return where families may be learnt from a pair."""
        family = names.are_same(self.left(FAMILY), self.right(FAMILY))
        house = self.same(NUMBER) & self.same(STREET)
        found: Flags = family & (house | self.are_born_at_once())
        return found

    def may_be_swapped(self, names: NameNumbers) -> Flags:
        """Return where given and family name may be swapped."""
        may, told = np.ones(len(self), np.bool_), np.zeros(len(self), np.bool_)
        for what, others in ((GIVEN, FAMILY), (FAMILY, GIVEN)):
            one, other = self.left(what), self.right(others)
            both = (one != NONE) & (other != NONE)
            told |= both
            asked = np.flatnonzero(both & may)
            may[asked] = ~names.are_unlike(one[asked], other[asked])
        return may & told

    def are_near(self, what: int, values: Sequence[str]) -> Flags:
        """Return where values `are_near`; they are given by their numbers."""
        left = [values[number] for number in self.left(what).tolist()]
        right = [values[number] for number in self.right(what).tolist()]
        edits = cpdist(left, right, scorer=OSA.distance, score_cutoff=1, dtype=np.int64)
        found: Flags = edits <= 1
        return found
