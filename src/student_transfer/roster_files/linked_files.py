"""Two roster files that were linked, and kept so that it can be said why."""

from collections.abc import Iterable, Iterator, Mapping
from os import PathLike

import attrs

from student_transfer.errors import InputFileError
from student_transfer.field_types import check_argument
from student_transfer.formats.dates import DateOrder
from student_transfer.formats.findings import Note
from student_transfer.linkage.bulk_blocking.backend import roster_blocks_of
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    RosterBlocker,
    RosterBlocks,
)
from student_transfer.linkage.comparing.learnt_frequencies import learnt_from
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.explaining.why_not import why_not_of
from student_transfer.linkage.proposing.parts import LocalParts, link_blocks
from student_transfer.matching import (
    DEFAULT_SETTINGS,
    Frequencies,
    PairContext,
    Settings,
    Suggestion,
    WhyNot,
)
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
    parts = LocalParts(linking.part(blocker))
    blocks = roster_blocks_of(linking.sought, parts.blocks(), settings)
    found = link_blocks(linking.incoming, blocks, parts, settings)
    return LinkedFiles(
        suggestions=linking.by_key(found),
        notes=(*coming.notes, *there.notes),
        names=(coming.name, there.name),
        existing=existing,
        linking=linking,
        blocker=blocker,
        blocks=blocks,
        asked=asked,
    )


def _looked_through(
    chunks: Iterable[Chunk], key: StudentKey | None, rows: list[Kept]
) -> Iterator[Chunk]:
    """Give chunks on, and keep the row of one student."""
    for chunk in chunks:
        if key in chunk.ids:
            rows.extend(chunk.pick([chunk.ids.index(key)]).rows([0]))
        yield chunk


@attrs.frozen(repr=False)
class LinkedFiles:
    """Two roster files that were linked, with all that is needed to say why.

    Attributes:
        suggestions: What is proposed for each incoming student, by id, in the order of
            the file.
        notes: What is worth knowing of the files, such as a column that is not read.
    """

    suggestions: Mapping[StudentKey, Suggestion]
    notes: tuple[Note, ...]
    _names: tuple[str, str]
    _existing: str | PathLike[str]
    _linking: Linking
    _blocker: RosterBlocker[Kept]
    _blocks: RosterBlocks
    _asked: list[Kept]

    def __repr__(self) -> str:
        """Count the students, and name none."""
        return f"<LinkedFiles of {len(self.suggestions)} incoming students>"

    def suggestion(self, key: StudentKey) -> Suggestion:
        """Return what is proposed for an incoming student.

        Raises:
            InputFileError: The file has no student of this id.
        """
        if key not in self.suggestions:
            mine, other = self._names
            there = RosterFile(self._existing).chunks()
            is_there = any(key in chunk.ids for chunk in there)
            raise _unknown(mine, other if is_there else "")
        return self.suggestions[key]

    def likeliest(self, key: StudentKey) -> StudentKey | None:
        """Return the existing student who is likeliest the incoming one.

        That is the best candidate. Where there is none, since whoever is possible is
        rather another incoming student's match, it is that one; None if nobody is.

        Raises:
            InputFileError: The file has no student of this id.
        """
        suggestion = self.suggestion(key)
        if suggestion.candidates:
            return suggestion.candidates[0].key
        if not suggestion.is_taken:
            return None
        numbers, _ = self._blocks.candidates(self._place(key))
        rows = self._blocker.rows.of(numbers).values()
        scorer = Scorer(self._learnt(), self._linking.settings)
        one = self._linking.incoming[key]
        likely = {
            EXISTING.key(row): scorer.compare(one, EXISTING.profile(row)).probability
            for row in rows
        }
        return min(likely, key=lambda other: (-likely[other], other))

    def why_not(self, key: StudentKey, other: StudentKey) -> WhyNot:
        """Return why an incoming and an existing student are matched, or not.

        Raises:
            InputFileError: The file of those who come has no student of this id.
            ValueError: The existing one shares no blocking key with the incoming one,
                or is not there, and was not named to `link_files`.
        """
        self.suggestion(key)  # refuses one who is not there
        few, common = self._blocks.shared(self._place(key))
        rows = self._blocker.rows.of(
            {number for each in few.values() for number in each}
        )
        keys = {number: EXISTING.key(row) for number, row in rows.items()}
        known = {keys[number]: row for number, row in rows.items()}
        known |= {EXISTING.key(row): row for row in self._asked}
        if other not in known:
            raise ValueError("name the existing student to link_files as beside")
        matched = (one for one, each in self.suggestions.items() if each.match == other)
        context = PairContext.of(
            self.suggestions,
            key,
            other,
            taken_by=next((one for one in matched if one != key), None),
            sharing={key: [keys[each] for each in some] for key, some in few.items()},
            overflowing=common,
        )
        incoming, settings = self._linking.incoming, self._linking.settings
        there = EXISTING.profile(known[other])
        return why_not_of(incoming[key], there, self._learnt(), settings, context)

    def _place(self, key: StudentKey) -> int:
        return [*self.suggestions].index(key)

    def _learnt(self) -> Frequencies:
        """Return how common values are there, and what those who come show."""
        linking, counted = self._linking, self._blocks.frequencies()
        coming = linking.incoming.values()
        return learnt_from(counted, coming, linking.settings.most_share)


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
