"""The rows of a roster that are kept, each as one text: in a tenth of the room."""

from student_transfer.linkage.profiles.profile import (
    FIELDS,
    Profile,
    Values,
    profile_of,
)
from student_transfer.linkage.proposing.parts import Rows
from student_transfer.sites import SiteId
from student_transfer.students import StudentKey, StudentRef

Kept = str | tuple[str, ...]
"""The id of a row and its `Values`: as one text, which takes a tenth of the room."""

_BETWEEN = "\x1f"


def pack(row: tuple[str, ...]) -> Kept:
    """Keep a row: its id and its values."""
    text = _BETWEEN.join(row)
    return text if text.count(_BETWEEN) == len(FIELDS) else row


def _key(kept: Kept) -> StudentKey:
    if isinstance(kept, tuple):
        return StudentKey(kept[0])
    return StudentKey(kept[: kept.index(_BETWEEN)])


def _texts(kept: Kept) -> Values:
    row = kept if isinstance(kept, tuple) else tuple(kept.split(_BETWEEN))
    return row[1:]


def kept_of(site: str) -> Rows[Kept]:
    """Give how rows of a site's roster are read, when they were kept."""

    def profile(kept: Kept) -> Profile:
        return profile_of(StudentRef(SiteId(site), _key(kept)), _texts(kept))

    return Rows(key=_key, profile=profile, texts=_texts)
