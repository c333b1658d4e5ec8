"""Files that other vendors published, read and loaded from end to end."""

import shutil
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.adapters.sql import SqlStorage
from student_transfer.formats import Format, Reading, read
from student_transfer.loading import Tally, load
from student_transfer.records import (
    BenchmarkCategory,
    BenchmarkMeasure,
    BenchmarkScheme,
    Mastery,
    StarAssessment,
    StarProduct,
)
from student_transfer.sites import Site, SiteId
from student_transfer.students import Student, StudentKey

SITE = SiteId("a")
DAY = date(2021, 10, 1)  # on which the roles of the samples had not ended


@pytest.fixture
def storage() -> MemoryStorage:
    """Return a storage with one site and nobody on it."""
    storage = MemoryStorage()
    with storage() as work:
        work.sites.put_site(Site(SITE, "Oak Trust"))
        work.commit()
    return storage


def read_one(folder: Path) -> Reading:
    """Read one folder, which has no problems."""
    reading = read([folder], SITE, as_of=DAY)
    assert reading.problems == ()
    return reading


def test_school_data_sync_v1(real_files: Path) -> None:
    """The UK sample gives 86 students in two schools, with dates as M/D/YYYY."""
    reading = read_one(real_files / "school-data-sync")
    assert reading.formats == (Format.SCHOOL_DATA_SYNC_1,)
    assert Counter(next(iter(one.enrolments)) for one in reading.students) == {
        "10001": 60,
        "10002": 26,
    }
    assert {one.year for one in reading.students} == {"9", "10", "11", "12"}
    born = [one.date_of_birth for one in reading.students]
    assert date(1997, 12, 19) in born
    assert None not in born
    assert all(one.middle_name and one.user_name for one in reading.students)
    assert not any(one.national_id for one in reading.students)
    not_read = {"Section", "StudentEnrollment", "Teacher", "TeacherRoster", "Student"}
    assert {note.file for note in reading.notes} == {f"{one}.csv" for one in not_read}


def test_school_data_sync_v2_1(real_files: Path) -> None:
    """The v2.1 sample gives four students; a college of students becomes a school."""
    reading = read_one(real_files / "school-data-sync-v2.1")
    assert reading.formats == (Format.SCHOOL_DATA_SYNC_2_1,)
    assert {one.key: next(iter(one.enrolments)) for one in reading.students} == {
        "114001": "110003",
        "114003": "110003",
        "114004": "110003",
        "114008": "110001",
    }
    assert [one.name for one in reading.schools] == [
        "College of Engineering",
        "School of TwoDotOne",
    ]
    assert [one.year for one in reading.students] == ["10", "10", "10", "ps1"]
    assert reading.students[0].date_of_birth == date(2001, 7, 2)


def test_school_data_sync_v2_1_after_the_term(real_files: Path) -> None:
    """CODE-2: who studied for a semester has left after it, and then all others."""
    folder = real_files / "school-data-sync-v2.1"
    reading = read([folder], SITE, as_of=date(2021, 12, 2))
    assert reading.inactive == ("114008",)
    assert [one.name for one in reading.schools] == ["School of TwoDotOne"]
    assert len(reading.students) == 3
    assert read([folder], SITE).students == ()


def test_star_exports(real_files: Path) -> None:
    """The three exports give five each of assessments, standards and skills."""
    reading = read_one(real_files / "star-export")
    assert [format_.name for format_ in reading.formats] == [
        "STAR_OVERALL",
        "STAR_STANDARDS",
        "STAR_SKILLS",
    ]
    assert len(reading.students) == 5
    assessments = [one for _, one in reading.records if isinstance(one, StarAssessment)]
    masteries = [one for _, one in reading.records if isinstance(one, Mastery)]
    assert (len(assessments), len(masteries)) == (5, 10)
    assert {one.product for one in assessments} == {StarProduct.READING}
    for one in assessments:
        assert [category.scheme for category in one.benchmarks] == list(BenchmarkScheme)
        assert one.possible == 34
        assert one.completed_at is not None
    assert [one.lexile for one in assessments][:2] == ["BR400L", "BR390L"]
    assert [one.scaled_score for one in assessments][-1] == Decimal(967)


_MEASURED_IN = {BenchmarkScheme.STATE: BenchmarkMeasure.SCALED_SCORE}
_CATEGORIES = {
    Decimal(8): (
        ("Urgent Intervention", 4, 1, 9, None),
        ("Does Not Meet Expectations", 4, 0, 331, False),
        ("Urgent Intervention", 4, 1, 24, False),
        ("Urgent Intervention", 4, 1, 9, False),
    ),
    Decimal(723): (
        ("At/Above Benchmark", 1, 40, 99, None),
        ("Meets Expectations", 2, 683, 888, True),
        ("On Watch", 2, 35, 54, False),
        ("At/Above Benchmark", 1, 40, 99, True),
    ),
    Decimal(967): (
        ("At/Above Benchmark", 1, 40, 99, None),
        ("Exceeds Expectations", 1, 757, 1400, True),
        ("At/Above Benchmark", 1, 55, 99, True),
        ("At/Above Benchmark", 1, 40, 99, True),
    ),
}


@pytest.mark.parametrize("product", list(StarProduct))
def test_benchmark_categories_in_the_database(
    real_files: Path, tmp_path: Path, product: StarProduct
) -> None:
    """IMP-5: all four categories of a score, exactly, for each of the products."""
    [sample] = (real_files / "star-export").glob("SR_sample*")
    file = shutil.copy(sample, tmp_path / "results.csv")
    storage = SqlStorage.open(tmp_path / "site.db")
    with storage() as work:
        work.sites.put_site(Site(SITE, "Oak Trust"))
        work.commit()
    load(storage, SITE, read([Path(file)], SITE, product=product), strict=True)
    with storage(read_only=True) as work:
        students = [
            student
            for school in work.sites.schools(SITE)
            for student in work.roster.enrolled(SITE, school.id)
        ]
        found = [
            one for each in students for one in work.roster.records(SITE, each.key)
        ]
    results = [one for one in found if isinstance(one, StarAssessment)]
    assert {one.product for one in results} == {product}
    assert {"AssessmentNumber", "AssessmentType"} <= dict(results[0].extra).keys()
    kept = {one.scaled_score: one.benchmarks for one in results}
    for score, categories in _CATEGORIES.items():
        expected = tuple(
            BenchmarkCategory(
                scheme=scheme,
                name=name,
                level=level,
                number_of_levels=4,
                minimum=Decimal(least),
                maximum=Decimal(most),
                measure=_MEASURED_IN.get(scheme, BenchmarkMeasure.PERCENTILE_RANK),
                proficient=proficient,
                assessment="State Assess" if scheme in _MEASURED_IN else "",
            )
            for scheme, (name, level, least, most, proficient) in zip(
                BenchmarkScheme, categories, strict=True
            )
        )
        assert kept[score] == expected


def test_loading_everything_twice(real_files: Path, storage: MemoryStorage) -> None:
    """All published files load onto one site; a second time nothing changes (IMP-5)."""
    reading = read([real_files], SITE, as_of=DAY)
    first = load(storage, SITE, reading, strict=True)
    assert first.schools == Tally(added=5)
    assert first.students == Tally(added=95)
    assert first.records == Tally(added=15)
    second = load(storage, SITE, read([real_files], SITE, as_of=DAY), strict=True)
    assert second.schools == Tally(unchanged=5)
    assert second.students == Tally(unchanged=95)
    assert second.records == Tally(unchanged=15)


def test_results_join_the_roster(real_files: Path, storage: MemoryStorage) -> None:
    """Results attach to students whom a roster brought, under the roster's own key."""
    students = read_one(real_files / "star-export").student_rows
    with storage() as work:
        for row in students:
            number = row.student.student_id
            key = StudentKey(f"r{number}")
            blank = Student(key=key, site_id=SITE, student_id=number)
            work.roster.add(blank)
        work.commit()
    report = load(storage, SITE, read_one(real_files / "star-export"))
    assert (report.problems, report.students) == ((), Tally(changed=5))
    with storage(read_only=True) as work:
        assert work.roster.size(SITE) == 5
        for row in students:
            key = StudentKey(f"r{row.student.student_id}")
            assert work.roster.records(SITE, key)


def test_a_zip_is_the_folder(real_files: Path, tmp_path: Path) -> None:
    """A zipped roster reads exactly like the folder it was made of."""
    folder = real_files / "school-data-sync"
    zipped = shutil.make_archive(str(tmp_path / "roster"), "zip", folder)
    assert read([Path(zipped)], SITE).students == read([folder], SITE).students


def test_a_file_cut_anywhere_is_read_up_to_the_cut(
    real_files: Path, tmp_path: Path
) -> None:
    """A file that was cut off in transfer loses at most the row of the cut."""
    data = (real_files / "school-data-sync" / "Student.csv").read_bytes()
    whole = read_one(real_files / "school-data-sync")
    path = tmp_path / "Student.csv"
    for cut in range(300, len(data), 97):
        path.write_bytes(data[:cut])
        reading = read([path], SITE)
        complete = data[:cut].count(b"\n") - 1
        expected = [one.key for one in whole.students[:complete]]
        assert [one.key for one in reading.students][:complete] == expected
        assert len(reading.students) <= complete + 1
