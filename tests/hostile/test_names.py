"""Names of every kind go through load, analysis, import and log, and come out whole."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from student_transfer.errors import StorageError
from student_transfer.formats import read
from student_transfer.formats.tables import clean
from student_transfer.import_log import read_log, write_log
from student_transfer.imports import ImportState
from student_transfer.loading import load
from student_transfer.sites import School, SchoolId, Site, SiteId
from student_transfer.students import Student, StudentKey
from tests.hostile.marks import NAMES, NOT_KEPT
from tests.services.conftest import ELM, NEW, NEW_HEAD, OLD, TwoSites

ALL = dict(enumerate(NAMES.values()))


def moved(sites: TwoSites) -> dict[StudentKey, Student]:
    """Transfer Year 6 and read its log back; give who arrived, by key at the source."""
    import_id = sites.done()
    [done] = sites.service.completed_imports(NEW_HEAD)
    assert (done.import_.state, done.failed) == (ImportState.COMPLETED, 0)
    log = sites.service.import_log(NEW_HEAD, import_id)
    assert read_log(write_log(log)) == log
    there = {ref.key: s for s in sites.everybody() for ref in s.provenance}
    assert sorted((row.first_name, row.last_name) for row in log) == sorted(
        (one.given_name, one.family_name) for one in there.values()
    )
    return there


def test_names_of_a_hosts_storage_arrive_as_they_are(sites: TwoSites) -> None:
    """IMP-6, LOG-3: whatever the letters, all arrive and the log reads back."""
    for number, name in ALL.items():
        extra = {"Note": name, name: "x"}
        sites.add_old(
            f"{number:03d}", given_name=name, family_name=name, year="6", extra=extra
        )
        sites.add_new(f"n{number:03d}", given_name=name[::-1], family_name=name)
    there = moved(sites)
    assert len(there) == len(ALL)
    for number, name in ALL.items():
        student = there[StudentKey(f"{number:03d}")]
        assert (student.given_name, student.family_name) == (name, name)
        assert dict(student.extra)["Note"] == name


def test_names_of_files_arrive_as_they_can_be_shown(
    sites: TwoSites, tmp_path: Path
) -> None:
    """Loaded from a CSV, a name has no line break, no control and no blank ends."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(["SIS ID", "School SIS ID", "Username", "First Name", "Grade"])
    writer.writerows(
        [number, "elm", f"u{number}", one, 6] for number, one in ALL.items()
    )
    (tmp_path / "Student.csv").write_text(stream.getvalue(), "utf-8", newline="")
    (tmp_path / "School.csv").write_text("SIS ID,Name\nelm,Elm\n", encoding="utf-8")
    report = load(sites.storage, OLD, read([tmp_path], OLD))
    assert report.students.added == len(ALL)
    there = moved(sites)
    assert {key: one.given_name for key, one in there.items()} == {
        str(number): clean(name, "firstname") for number, name in ALL.items()
    }
    shown = "".join(one.given_name for one in there.values())
    assert not {"\0", "\n", "\x1b", "\u2028"} & set(shown)


@pytest.mark.parametrize("kind", ["nul", "half", "other half"])
def test_a_file_with_damaged_letters_costs_its_row(
    sites: TwoSites, tmp_path: Path, kind: str
) -> None:
    """A row with NUL or with bytes that are no UTF-8 is a problem; others are read."""
    damaged = NOT_KEPT[kind].encode(errors="surrogatepass")
    (tmp_path / "School.csv").write_text("SIS ID,Name\nelm,Elm\n", encoding="utf-8")
    (tmp_path / "Student.csv").write_bytes(
        b"SIS ID,School SIS ID,Username,First Name\n1,elm,u1,"
        + damaged
        + "\n2,elm,u2,Zo\xeb\n".encode()
    )
    reading = read([tmp_path], OLD)
    assert [problem.line for problem in reading.problems] == [2]
    assert [student.given_name for student in reading.students] == ["Zo\xeb"]


FIELDS = ["key", "given_name", "middle_name", "family_name", "preferred_name"]
FIELDS += ["gender", "year", "national_id", "student_id", "user_name", "email"]


@pytest.mark.parametrize("text", NOT_KEPT.values(), ids=NOT_KEPT.keys())
def test_what_no_database_keeps_is_refused_alike(sites: TwoSites, text: str) -> None:
    """IMP-6: in any field it is an error that shows no name, and nothing is changed."""
    before = sites.add_new("there", given_name="A")

    def refused(write: Callable[[Any], object]) -> None:
        with sites.storage() as work:
            with pytest.raises(StorageError, match="that no database keeps") as refusal:
                write(work)
            assert refusal.value.__context__ is None
            work.commit()

    for field in FIELDS:
        one: dict[str, Any] = {field: text}
        new = attrs.evolve(Student(key=StudentKey("k"), site_id=NEW), **one)
        refused(lambda work: work.roster.add(new))  # noqa: B023 - called at once
        if field != "key":
            changed = attrs.evolve(before, **one)
            refused(lambda work: work.roster.replace(before, changed))  # noqa: B023
    school = SchoolId(text)
    enrolled = Student(key=StudentKey("k"), site_id=NEW, enrolments=frozenset({school}))
    refused(lambda work: work.roster.add(enrolled))
    refused(lambda work: work.sites.put_site(Site(SiteId("x"), text)))
    refused(lambda work: work.sites.put_site(Site(SiteId(text), "X")))
    refused(lambda work: work.sites.put_school(School(ELM, OLD, text)))
    assert sites.everybody() == [before]
    with sites.storage(read_only=True) as work:
        assert {site.id for site in work.sites.all_sites()} == {OLD, NEW}


def test_one_such_student_costs_nobody_the_import(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IMP-6: a host's source that gives a NUL fails that row alone, in the log too."""
    sites.add_old("1", given_name="A", family_name="Byron", year="6")
    sites.add_old("2", given_name="B", family_name="Curie", year="6")
    with sites.storage(read_only=True) as work:
        source: Any = type(work.source)
    real = source.students

    def students(self: Any, site: SiteId, keys: Any) -> Any:
        return {
            key: Student(
                key=key,
                site_id=site,
                given_name=NOT_KEPT["nul"] if key == "1" else one.given_name,
                family_name=one.family_name,
                year="6",
                enrolments=one.enrolments,
            )
            for key, one in real(self, site, keys).items()
        }

    monkeypatch.setattr(source, "students", students)
    code = sites.code()
    import_id = sites.service.analyse(sites.start(code).id).id
    sites.service.confirm(NEW_HEAD, import_id)
    sites.service.run_import(import_id)
    log = sites.service.import_log(NEW_HEAD, import_id)
    assert sorted(row.source_import_status.value for row in log) == [
        "failed",
        "imported with no changes",
    ]
    assert read_log(write_log(log)) == log
