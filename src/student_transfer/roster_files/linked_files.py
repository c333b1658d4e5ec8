"""Two roster files that were linked, and kept so that it can be said why."""

from collections.abc import Iterable, Iterator, Sequence
from os import PathLike

from student_transfer.errors import InputFileError
from student_transfer.field_types import check_argument
from student_transfer.formats.dates import DateOrder
from student_transfer.formats.findings import Note
from student_transfer.linkage.bulk_blocking.roster_blocker import RosterBlocker
from student_transfer.linkage.explaining.linked_rosters import LinkedRosters
from student_transfer.matching import DEFAULT_SETTINGS, Settings
from student_transfer.roster_files.kept_rows import Kept
from student_transfer.roster_files.linking import EXISTING, Linking
from student_transfer.roster_files.opening import open_rosters
from student_transfer.roster_files.roster_file import Chunk, RosterFile
from student_transfer.students import StudentKey


def link_files(
    incoming: str | PathLike[str],
    existing: str | PathLike[str],
    *,
    settings: Settings = DEFAULT_SETTINGS,
    date_order: DateOrder | None = None,
    beside: StudentKey | None = None,
) -> "LinkedFiles":
    """Match two roster files, and keep what is needed to say why (PREV-6).

    The proposals are those of `match_files`, which keeps less.

    Args:
        incoming: The file of those who come.
        existing: The file of those who are there.
        settings: Thresholds and limits.
        date_order: Whether day or month comes first; see `match_files`.
        beside: An existing student to ask about, whoever that is; the others are kept
            where they share a blocking key with an incoming student.

    Raises:
        InputFileError: A file cannot be read, has no column ``id``, or has bad rows;
            all of one file are in its `problems`. Or nobody has the id `beside`.
        TypeError: The settings are none.
        ValueError: The order is neither of the two.
    """
    check_argument("settings", settings, Settings)
    coming, there = open_rosters(incoming, existing, date_order)
    linking = Linking.of(coming, settings)
    asked: list[Kept] = []
    blocker = linking.blocker(_looked_through(there.chunks(), beside, asked))
    if beside is not None and not asked:
        raise _unknown(there.name, coming.name if beside in linking.incoming else "")
    return LinkedFiles(linking, blocker, (coming, there), existing, asked)


def _looked_through(
    chunks: Iterable[Chunk], key: StudentKey | None, rows: list[Kept]
) -> Iterator[Chunk]:
    """Give chunks on, and keep the row of one student."""
    for chunk in chunks:
        if key in chunk.ids:
            rows.extend(chunk.pick([chunk.ids.index(key)]).rows([0]))
        yield chunk


class LinkedFiles(LinkedRosters[Kept]):
    """Two roster files that were linked, with all that is needed to say why.

    An id that no row of the incoming file has is refused with an `InputFileError`; an
    existing student who shares no blocking key with the incoming one, and was not named
    to `link_files`, with a ValueError.

    Attributes:
        suggestions: What is proposed for each incoming student, by id, in the order of
            the file.
        notes: What is worth knowing of the files, such as a column that is not read.
    """

    notes: tuple[Note, ...]

    def __init__(
        self,
        linking: Linking,
        blocker: RosterBlocker[Kept],
        files: tuple[RosterFile, RosterFile],
        existing: str | PathLike[str],
        asked: Sequence[Kept],
    ) -> None:
        """Link what was read.

        Args:
            linking: The incoming students.
            blocker: What has read the existing ones.
            files: Both files, as they were read.
            existing: Where the file of the existing students is.
            asked: The rows that were named.
        """
        sought, settings = linking.sought, linking.settings
        super().__init__(linking.incoming, sought, blocker, EXISTING, settings)
        self.notes = tuple(note for file in files for note in file.notes)
        self._names = tuple(file.name for file in files)
        self._existing = existing
        self._asked = {EXISTING.key(row): row for row in asked}

    def _unknown(self, key: StudentKey) -> InputFileError:
        mine, other = self._names
        there = RosterFile(self._existing).chunks()
        return _unknown(mine, other if any(key in one.ids for one in there) else "")

    def _beside(self, other: StudentKey) -> Kept:
        if other not in self._asked:
            raise ValueError("name the existing student to link_files as beside")
        return self._asked[other]


def _unknown(name: str, other: str) -> InputFileError:
    """Return the error for an id that is in no row of a file, but perhaps of the other.

    Args:
        name: The name of the file.
        other: The name of the other file where the id is there; else blank.
    """
    if other:
        return InputFileError(
            f"No student of {name} has this id, but one of {other} has.",
            advice="Name the file of those who come first, and an id of it; a student "
            "to compare with is of the other file.",
        )
    return InputFileError(
        f"No student of {name} has this id.",
        advice="Give an id as it stands in the column id.",
    )
