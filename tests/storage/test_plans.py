"""The queries that matter find their rows by an index on a site of thousands.

Each is explained as it runs, on SQLite and on PostgreSQL: no table of the library is
read from end to end, and the index is the one that was made for it.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from student_transfer.adapters.sql import SqlStorage, SqlUnitOfWork, schema
from student_transfer.codes import (
    CodeDigest,
    CodeId,
    CodeState,
    IssuedCode,
    YearScope,
)
from student_transfer.imports import Decision, Import, ImportId, ImportRow, ImportState
from student_transfer.matching import ImportAs, Suggestion, blocking_keys, terms
from student_transfer.permissions import ActorId
from student_transfer.records import Origin, ReaderQuiz
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import Identifier, Student, StudentKey
from student_transfer.testing.values import NOW, new_applied_match, new_merge, undone
from tests.conformance.postgresql import empty
from tests.services.conftest import MAYA

SITE = SiteId("large")
MANY = 4000
SCHOOLS = 250  # the more students of the site are in one, the sooner a scan is cheap
IMPORT = ImportId("i7")
CHILD = Student(
    key=StudentKey("k01234"),
    site_id=SITE,
    given_name="Given1234",
    family_name="Family1234",
    national_id="N001234",
)
PAGE = [StudentKey(f"k{number:05}") for number in range(0, 4000, 40)]

FLAGGED = ImportRow(
    source_key=StudentKey("flagged"),
    incoming=None,
    suggestion=Suggestion(import_as=ImportAs.NEW, needs_review=True),
    decision=Decision(import_as=ImportAs.NEW),
)


def people() -> Iterator[Student]:
    """Yield the students of the site and of two others of the same size."""
    for site in ("large", "before", "behind"):
        for number in range(MANY):
            yield Student(
                key=StudentKey(f"k{number:05}"),
                site_id=SiteId(site),
                given_name=f"Given{number}",
                family_name=f"Family{number}",
                national_id=f"N{number:06}",
                student_id=f"S{number}",
                email=f"e{number}@example.org",
                enrolments=frozenset({SchoolId(f"school{number % SCHOOLS}")}),
            )


def code(number: int) -> IssuedCode:
    """Make a code of a site that has many."""
    return IssuedCode(
        id=CodeId(f"c{number}"),
        digest=CodeDigest(f"{number:064x}"),
        site_id=SITE,
        scope=YearScope(SchoolId("school1"), "6"),
        students=(),
        generated_at=NOW,
        generated_by=ActorId("head"),
        state=CodeState.AVAILABLE,
    )


def started(number: int) -> Import:
    """Make an import of a site that has many; most have ended."""
    return Import(
        id=ImportId(f"i{number}"),
        site_id=SITE,
        school_id=SchoolId("school1"),
        code_id=CodeId(f"c{number}"),
        source_site_id=SiteId("before"),
        scope=YearScope(SchoolId("school1"), "6"),
        students=(),
        started_at=NOW,
        started_by=ActorId("head"),
        state=ImportState.ANALYSING if number % 100 == 7 else ImportState.CANCELLED,
    )


def fill(storage: SqlStorage) -> None:
    """Put students, codes, imports, rows, matches and merges in by the thousand."""
    with storage() as work:
        work.roster.add_all(people())
        for number in range(0, MANY, 4):
            key = StudentKey(f"k{number:05}")
            quiz = ReaderQuiz(origin=Origin(SITE, f"q{key}"), quiz_number="1")
            work.roster.add_records(SITE, key, [quiz])
        for number in range(1000):
            work.codes.add(code(number))
            work.imports.add(started(number))
        incoming = Student(key=StudentKey("x"), site_id=SiteId("before"), **MAYA)
        for which in range(7, 1000, 25):
            rows = [
                ImportRow(
                    source_key=StudentKey(f"r{number}"),
                    incoming=incoming,
                    suggestion=Suggestion(import_as=ImportAs.NEW),
                    decision=Decision(
                        import_as=ImportAs.MATCHED, match=StudentKey(f"k{number}")
                    ),
                )
                for number in range(200)
            ]
            work.imports.put_rows(ImportId(f"i{which}"), [*rows, FLAGGED])
        for number in range(MANY):
            applied_match = new_applied_match(
                f"i{number % 1000}",
                f"r{number // 1000}",
                site_id=SiteId(("large", "before", "behind")[number % 3]),
                match=f"k{number:05}",
                undone_at=NOW if number % 2 else None,
            )
            work.applied_matches.add(applied_match)
        for number in range(MANY):
            merge = new_merge(
                f"m{number}",
                site_id=SiteId(("large", "before", "behind")[number % 3]),
                survivor=f"k{number:05}",
                absorbed=f"g{number:05}",
            )
            work.merges.add(merge if number % 2 else undone(merge))
        work.commit()
    with storage() as work:
        if work.transaction.dialect == "postgresql":  # it does so by itself, but later
            work.transaction.connection.exec_driver_sql("ANALYZE")
        work.commit()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def large(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SqlStorage]:
    """Yield a storage with a large site, with the statistics that it would have."""
    where = str(tmp_path_factory.mktemp("large") / "s.db")
    if request.param == "postgresql":
        where = request.getfixturevalue("postgresql")
        empty(where)
    with SqlStorage.open(where) as storage:
        fill(storage)
        yield storage


QUERIES: dict[str, tuple[Callable[[SqlUnitOfWork], object], int, set[str]]] = {
    "candidates by blocking key": (
        lambda work: work.roster.blocked(SITE, blocking_keys(CHILD), 50),
        1,
        {"st_blocking_keys"},
    ),
    "how common values are": (
        lambda work: work.roster.frequencies(SITE, terms(CHILD)),
        1,
        {"st_term_counts"},
    ),
    "a code by its digest": (
        lambda work: work.codes.by_digest(CodeDigest(f"{77:064x}")),
        1,
        {"st_codes"},
    ),
    "a student by an identifier": (
        lambda work: work.roster.holders(SITE, Identifier.EMAIL, {"e77@example.org"}),
        1,
        {"st_identifiers"},
    ),
    "students by names": (
        lambda work: work.roster.search(SITE, ["given1234", "family12"], 50),
        3,
        {"st_students", "st_search_words", "st_enrolments"},
    ),
    "a page of a roster": (
        lambda work: work.roster.students(SITE, PAGE),
        2,
        {"st_students", "st_enrolments"},
    ),
    "the students of a school": (
        lambda work: work.roster.enrolled(SITE, SchoolId("school7")),
        3,
        {"st_students", "st_enrolments"},
    ),
    "a student's records": (
        lambda work: work.roster.records(SITE, PAGE[3]),
        1,
        {"st_records"},
    ),
    "the imports that are due": (
        lambda work: work.imports.due(),
        1,
        {"st_imports"},
    ),
    "one student of an import": (
        lambda work: work.imports.row(IMPORT, StudentKey("r77")),
        1,
        {"st_import_rows"},
    ),
    "whom a student of an import is taken by": (
        lambda work: work.imports.rows_taking(IMPORT, [StudentKey("k77")]),
        1,
        {"st_import_rows"},
    ),
    "how many students of an import are so": (
        lambda work: work.imports.kinds(IMPORT),
        1,
        {"st_import_rows"},
    ),
    "the students of an import who are so": (
        lambda work: work.imports.rows(IMPORT, [FLAGGED.kind]),
        1,
        {"st_import_rows"},
    ),
    "who was merged with a student": (
        lambda work: work.applied_matches.standing_for(SITE, [StudentKey("k00336")]),
        1,
        {"st_arrivals"},
    ),
    "whose match with some students was undone": (
        lambda work: work.applied_matches.undone_for(SITE, [StudentKey("k00333")]),
        1,
        {"st_arrivals"},
    ),
    "the merges into some students": (
        lambda work: work.merges.into(SITE, [StudentKey("k00333")]),
        1,
        {"st_merges"},
    ),
    "the merges of some students that were undone": (
        lambda work: work.merges.undone(SITE, [StudentKey("g00336")]),
        1,
        {"st_merges"},
    ),
    "the merge that took a student": (
        lambda work: work.merges.absorbing(SITE, StudentKey("g00333")),
        1,
        {"st_merges"},
    ),
    "the match of one student": (
        lambda work: work.applied_matches.get(ImportId("i333"), StudentKey("r0")),
        1,
        {"st_arrivals"},
    ),
    "the next student of an import": (
        lambda work: work.imports.take_pending_row(IMPORT),
        2,
        {"st_imports", "st_import_rows"},
    ),
}
ALIASES = {"kept": "st_blocking_keys"}


def plans_of(
    work: SqlUnitOfWork, query: Callable[[SqlUnitOfWork], object]
) -> list[Any]:
    """Return the plan of every statement that a query runs, as it runs it."""
    connection = work.transaction.connection
    plans: list[Any] = []

    def explain(_: object, cursor: Any, sql: str, values: Any, *rest: Any) -> None:
        if work.transaction.dialect == "sqlite":
            rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            plans.append([row[3] for row in rows])
        else:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
            plans.append(cursor.fetchone()[0][0]["Plan"])

    sa.event.listen(connection, "before_cursor_execute", explain)
    assert query(work)
    sa.event.remove(connection, "before_cursor_execute", explain)
    return plans


def accesses(plan: Any) -> Iterator[tuple[str, bool]]:
    """Yield each table that a plan reads, and whether by an index on what is sought."""
    if isinstance(plan, list):
        for step in plan:
            if found := re.match(r"(SCAN|SEARCH) (\w+)", step):
                table = ALIASES.get(found[2], found[2])
                yield table, found[1] == "SEARCH" and "USING" in step and "=?" in step
        return
    if "Relation Name" in plan:
        yield plan["Relation Name"], "Index Cond" in plan
    for part in plan.get("Plans", ()):
        yield from accesses(part)


@pytest.mark.parametrize("name", QUERIES)
def test_no_table_is_read_from_end_to_end(large: SqlStorage, name: str) -> None:
    """Every table that the query reads is searched by an index."""
    query, statements, tables = QUERIES[name]
    with large() as work:
        plans = plans_of(work, query)
    assert len(plans) == statements
    read = [access for plan in plans for access in accesses(plan)]
    own = [(table, by_index) for table, by_index in read if table.startswith("st_")]
    assert {table for table, _ in own} == tables
    assert [table for table, by_index in own if not by_index] == []


def test_who_is_taken_is_not_sought_in_the_whole_import(large: SqlStorage) -> None:
    """Both columns that tell it are searched, and not the rows of the import."""
    query, _, _ = QUERIES["whom a student of an import is taken by"]
    with large() as work:
        plan = str(plans_of(work, query))
    assert "st_import_rows_of_match" in plan
    assert "st_import_rows_of_became" in plan


def test_who_is_so_is_not_sought_in_the_whole_import(large: SqlStorage) -> None:
    """Kinds are counted in the index, and the few rows of one are found by it."""
    for name in (
        "how many students of an import are so",
        "the students of an import who are so",
    ):
        query, _, _ = QUERIES[name]
        with large() as work:
            assert "st_import_rows_of_kind" in str(plans_of(work, query))


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("the merges into some students", "st_merges_of_survivor"),
        ("the merge that took a student", "st_merges_of_absorbed"),
    ],
)
def test_a_merge_is_not_sought_among_all_of_the_site(
    large: SqlStorage, name: str, index: str
) -> None:
    """It is found by the student, and not only by the site."""
    with large() as work:
        assert index in str(plans_of(work, QUERIES[name][0]))


def test_the_check_sees_a_table_read_to_its_end(large: SqlStorage) -> None:
    """A query for which there is no index is told as what it is."""
    by_year = sa.select(schema.students.c.key).where(schema.students.c.year == "")
    with large() as work:
        [plan] = plans_of(work, lambda work: work.transaction.rows(by_year))
    assert [by_index for _, by_index in accesses(plan)] == [False]
