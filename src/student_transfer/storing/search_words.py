"""The words by which every storage finds a student (REV-1)."""

from student_transfer.names import normal_words
from student_transfer.students import Student


def search_words(student: Student) -> frozenset[str]:
    """Return the normal words of the names and the student ID.

    >>> from student_transfer.students import Student
    >>> ada = Student(key="1", site_id="a", given_name="Ada", student_id="S7")
    >>> sorted(search_words(ada))
    ['ada', 's7']
    """
    texts = (*student.names, student.student_id)
    return frozenset(shortened(word) for text in texts for word in normal_words(text))


_LONGEST = 100


def shortened(word: str) -> str:
    """Return as much of a word as is kept and looked for: an index holds no long ones.

    >>> len(shortened("a" * 5000))
    100
    """
    return word[:_LONGEST]
