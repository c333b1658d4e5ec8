"""Matches two rosters in plain CSV files, of any length.

`match_files` proposes for each incoming student whom of the existing ones to match, and
`write_matches` writes it: what ``student-transfer match`` does. `link_files` says
besides why. `read_truth` reads who is who, to evaluate it, and `read_rosters` the
students as values, for `student_transfer.matching`. `RosterFile` is one file, as a
stream.

How it is made, from the ground up; each module knows those above it alone:

- `file_parts`: a part of a file as a file.
- `parallel`: work that is shared out between processes.
- `birth_dates`: dates of birth as rosters write them.
- `genders`: genders whose letters are Spanish.
- `header`: where the rows begin, and what their columns are called.
- `unread`: counting what cannot be read.
- `kept_rows`: a row in a tenth of the room.
- `layout`: how a file is written, and where its columns are.
- `sound_rows`: rows that are whole, and what is wrong with the others.
- `columns`: many rows at once, column by column.
- `roster_file`: one file, or a part of it.
- `match_csv`: the file of the matches.
- `truth_csv`: the file of a truth.
- `opening`: two files, of which the dates are settled.
- `two_rosters`: their students as values.
- `linking`: who of the one is who of the other.
- `linked_files`: the same, and why.
"""

from typing import TYPE_CHECKING

from student_transfer._lazy import lazy

if TYPE_CHECKING:  # each command needs a few of them, and should begin at once
    from student_transfer.roster_files.linked_files import LinkedFiles, link_files
    from student_transfer.roster_files.linking import Matches, Progress, match_files
    from student_transfer.roster_files.match_csv import write_matches
    from student_transfer.roster_files.roster_file import RosterFile
    from student_transfer.roster_files.truth_csv import read_truth
    from student_transfer.roster_files.two_rosters import Rosters, read_rosters

__all__ = [
    "LinkedFiles",
    "Matches",
    "Progress",
    "RosterFile",
    "Rosters",
    "link_files",
    "match_files",
    "read_rosters",
    "read_truth",
    "write_matches",
]

_HOMES = {
    "linked_files": ("LinkedFiles", "link_files"),
    "linking": ("Matches", "Progress", "match_files"),
    "match_csv": ("write_matches",),
    "roster_file": ("RosterFile",),
    "truth_csv": ("read_truth",),
    "two_rosters": ("Rosters", "read_rosters"),
}
__getattr__ = lazy(__name__, _HOMES)
