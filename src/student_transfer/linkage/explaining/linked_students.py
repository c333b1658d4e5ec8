"""Two rosters of students that were linked, and kept so that it can be said why."""

from collections.abc import Iterable

from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.explaining.linked_rosters import LinkedRosters
from student_transfer.linkage.proposing.rosters import STUDENT_ROWS, read_students
from student_transfer.students import Student, StudentKey, each_student


def link_students(
    incoming: Iterable[Student],
    existing: Iterable[Student],
    settings: Settings = DEFAULT_SETTINGS,
) -> "LinkedStudents":
    """Link two rosters of students, and keep what is needed to say why (PREV-6).

    The proposals are those of `link`, which keeps less: here all existing students are
    kept, to be asked about.

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
    >>> eve = Student(key="8", site_id="b", given_name="Eve", family_name="Hart")
    >>> linked = link_students([ada], [attrs.evolve(ada, key="9", site_id="b"), eve])
    >>> linked.suggestion("1").match, linked.likeliest("1")
    ('9', '9')
    >>> print(linked.why_not("1", "8").sentence)
    They were never compared: no key by which candidates are searched for is shared.
    """
    return LinkedStudents(incoming, existing, settings)


class LinkedStudents(LinkedRosters[Student]):
    """Two rosters of students that were linked, with all that is needed to say why.

    Attributes:
        suggestions: What is proposed for each incoming student, by key, in their order:
            as `evaluate` takes it.
    """

    def __init__(
        self,
        incoming: Iterable[Student],
        existing: Iterable[Student],
        settings: Settings,
    ) -> None:
        """Link; see `link_students`."""
        there = [*each_student(existing, "existing")]
        ready, sought, blocker = read_students(incoming, there, settings)
        super().__init__(ready, sought, blocker, STUDENT_ROWS, settings)
        self._existing = {one.key: one for one in there}

    def _unknown(self, key: StudentKey) -> Exception:
        if key in self._existing:
            return ValueError(
                "No incoming student has this key, but an existing one has. Give the "
                "rosters, and the keys of a pair, with those who come first."
            )
        return ValueError("No incoming student has this key.")

    def _beside(self, other: StudentKey) -> Student:
        if other not in self._existing:
            raise ValueError("No existing student has this key.")
        return self._existing[other]
