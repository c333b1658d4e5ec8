"""Unit tests of matching two roster files."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest

from student_transfer.errors import InputFileError
from student_transfer.formats import DateOrder
from student_transfer.matching import DEFAULT_SETTINGS, ImportAs, link
from student_transfer.roster_files import (
    RosterFile,
    link_files,
    match_files,
    read_rosters,
    roster_file,
)
from student_transfer.students import StudentKey
from tests.functional.two_rosters import COLUMNS, EXISTING, INCOMING, roster

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
"""Python warns of parting a process that has threads, as that of the tests may have."""

Files = tuple[Path, Path]
FilesOf = Callable[[str, str], Files]


@pytest.fixture
def files_of(tmp_path: Path) -> FilesOf:
    """Return a function that writes two rosters into files."""

    def write(incoming: str, existing: str) -> Files:
        paths = tmp_path / "incoming.csv", tmp_path / "existing.csv"
        for path, text in zip(paths, (incoming, existing), strict=True):
            path.write_text(text, encoding="utf-8")
        return paths

    return write


def test_a_host_matches_two_files_in_a_call(files_of: FilesOf) -> None:
    """With what is worth knowing of them, and in the order of the file."""
    incoming, existing = files_of(INCOMING.replace("year", "shoe size"), EXISTING)
    found = match_files(str(incoming), existing)
    assert list(found.suggestions) == ["u1", "u2", "u3", "u4"]
    assert found.suggestions[StudentKey("u1")].match == "v1"
    (note,) = found.notes
    assert (note.file, "shoe size" in note.message) == ("incoming.csv", True)
    assert found.nameless == ()
    assert repr(found) == "<Matches of 4 students>"


@pytest.mark.parametrize("match", [match_files, link_files])
def test_it_is_what_link_proposes_for_the_students(
    files_of: FilesOf, match: Callable[..., object]
) -> None:
    """PREV-3: the settings and the order of the dates decide likewise."""
    dated = COLUMNS + "u1,Maya,Okafor,9/3/2015,F,6\n"
    files = files_of(dated, EXISTING)
    strict = attrs.evolve(DEFAULT_SETTINGS, sure_threshold=0.9999999)
    for settings in (DEFAULT_SETTINGS, strict):
        for order in (None, DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST):
            read = read_rosters(*files, date_order=order)
            linked = link(read.incoming.values(), read.existing.values(), settings)
            found = match(*files, settings=settings, date_order=order)
            suggestions = dict(zip(read.incoming, linked, strict=True))
            assert getattr(found, "suggestions", None) == suggestions
            assert getattr(found, "notes", None) == read.notes


@pytest.mark.parametrize("match", [match_files, link_files])
def test_wrong_arguments_are_refused(
    files_of: FilesOf, match: Callable[..., object]
) -> None:
    """Before a file is read."""
    files = files_of("no roster", "")
    with pytest.raises(TypeError, match="settings has to be"):
        match(*files, settings={"sure_threshold": 0.9})
    with pytest.raises(ValueError, match="say that day or that month"):
        match(*files, date_order=DateOrder.MIXED)
    with pytest.raises(InputFileError):
        match(*files)


def test_a_file_without_names_is_named(files_of: FilesOf) -> None:
    """MATCH-1: where no names are compared "all new" does not mean that all are new."""
    found = match_files(*files_of(INCOMING, "id,date_of_birth\nv1,2015-03-09\n"))
    assert found.nameless == ("existing.csv",)


def test_two_processes_come_to_the_same(
    files_of: FilesOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two halves read at once and comparing shared out change nothing (PREV-5)."""
    monkeypatch.setattr(roster_file, "_WORTH_SPLITTING", 100)
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    files = files_of(roster(40, 30), roster(0, 300))
    alone = match_files(*files)
    assert match_files(*files, processes=2) == alone
    assert "OPENBLAS_NUM_THREADS" not in os.environ  # it is the host's process
    assert len(alone.suggestions) == 30
    for key, one in alone.suggestions.items():
        assert (one.import_as, one.match) == (ImportAs.MATCHED, key)


@pytest.mark.parametrize("processes", [1, 2])
def test_how_far_it_is_can_be_shown(
    files_of: FilesOf, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    """The existing file is told when it is begun, then how much of it is read."""
    monkeypatch.setattr(roster_file, "_WORTH_SPLITTING", 100)
    told: list[object] = []

    @contextmanager
    def shown(file: RosterFile) -> Iterator[Callable[[int], None]]:
        told.append(file.name)
        yield lambda done: told.append(done / file.size)
        told.append("read")

    files = files_of(roster(40, 3), roster(0, 300))
    match_files(*files, processes=processes, progress=shown)
    name, *_, share, last = told
    assert (name, last) == ("existing.csv", "read")
    assert share == (1 if processes == 1 else pytest.approx(0.5, abs=0.01))
