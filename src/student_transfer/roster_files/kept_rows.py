"""The rows of a roster that are kept, each as one text: in a tenth of the room."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from student_transfer.linkage.profiles.births import birth
from student_transfer.linkage.profiles.profile import (
    FIELDS,
    Profile,
    TextColumns,
    Values,
    as_columns,
    profile_of,
)
from student_transfer.linkage.proposing.parts import Rows
from student_transfer.names.normal import NO_VALUE
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey, StudentRef

Kept = str | tuple[str, ...]
"""The id of a row and its `Values`: as one text, which takes a tenth of the room."""

_BETWEEN = "\x1f"


def packed(rows: Iterable[tuple[str, ...]]) -> list[Kept]:
    """Keep rows: of each its id and its values."""
    listed = [*rows]
    texts = [*map(_BETWEEN.join, listed)]
    if "".join(texts).count(_BETWEEN) == len(FIELDS) * len(texts):
        return [*texts]
    return [  # what stands between cells is in one of them, however that came about
        text if text.count(_BETWEEN) == len(FIELDS) else row
        for text, row in zip(texts, listed, strict=True)
    ]


def key_of(kept: Kept) -> StudentKey:
    """Return the id of a row."""
    if isinstance(kept, tuple):
        return StudentKey(kept[0])
    return StudentKey(kept[: kept.index(_BETWEEN)])


def _texts(kept: Kept) -> Values:
    row = kept if isinstance(kept, tuple) else tuple(kept.split(_BETWEEN))
    return row[1:]


def _as_columns(rows: Sequence[Kept]) -> TextColumns:
    """Return rows as columns; those that are one text are cut all at once."""
    texts = [kept for kept in rows if isinstance(kept, str)]
    if len(texts) < len(rows):
        return as_columns(map(_texts, rows))
    cells, width = _BETWEEN.join(texts).split(_BETWEEN), len(FIELDS) + 1
    return range(len(rows)), [cells[at::width] for at in range(1, width)]


def kept_of(site: str) -> Rows[Kept]:
    """Return how rows of a site's roster are read, when they were kept."""

    def profile(kept: Kept) -> Profile:
        return profile_of(StudentRef(SiteId(site), key_of(kept)), _texts(kept))

    return Rows(key=key_of, profile=profile, as_columns=_as_columns)


def student_of(site: SiteId, kept: Kept) -> Student:
    """Return a row as a student, who is compared as the row is.

    A date of birth that cannot be read is not known, as it is for the row, and a
    database's blank is one.

    >>> row = ("7", "Ada", *[""] * 3, "2014-03", *[""] * 6, "B13 9QX", "")
    >>> student_of(SiteId("old"), row).extra
    (('date_of_birth', '2014-03'), ('postcode', 'B13 9QX'))
    """
    texts = ["" if text.strip() == NO_VALUE else text for text in _texts(kept)]
    values: dict[str, Any] = dict(zip(FIELDS, texts, strict=True))
    written = values.pop("date_of_birth")
    born = birth(None, written)
    is_whole = born is not None and all(born)
    return Student(
        key=key_of(kept),
        site_id=site,
        date_of_birth=date(*born) if born and is_whole else None,
        extra={
            "date_of_birth": written if born and not is_whole else "",
            "postcode": values.pop("postcode"),
            "address": values.pop("address"),
        },
        **values,
    )
