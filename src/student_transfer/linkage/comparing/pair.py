"""Comparing two students as they are, beside what is common on a site."""

from student_transfer.field_types import check_argument
from student_transfer.linkage.comparing.comparison import Comparison
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.profiles.profile import profile
from student_transfer.students import Student


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
