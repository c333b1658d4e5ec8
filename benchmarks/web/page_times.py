"""Time of the server for each page, beside that of the use cases behind it.

    python -m benchmarks.web.page_times [--site 100000] [--incoming 2000]

Makes a site and a year in SQLite, then loads each page several times, without network.
A page's ratio is its median time over that of its use cases called bare.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import attrs
from starlette.requests import Request
from starlette.testclient import TestClient

from student_transfer.adapters.sql import SqlStorage
from student_transfer.codes import YearScope
from student_transfer.demo.chance import Chance
from student_transfer.demo.children import Children, Register
from student_transfer.demo.histories import school_year_of
from student_transfer.demo.name_mix import name_mix
from student_transfer.demo.world import TODAY, world
from student_transfer.imports import ImportId
from student_transfer.permissions import Action, Actor
from student_transfer.services import TransferService
from student_transfer.sites import School, SchoolId
from student_transfer.students import StudentKey
from student_transfer.web import create_app

SCHOOL_SIZE = 1_000
ROUNDS = 7


class Many(Register):
    """A register of more students than the demonstration's has keys for."""

    def _key(self) -> str:
        return f"{self.site.id}-{len(self.students):06}"


def make(storage: SqlStorage, on_site: int, incoming: int) -> tuple[Actor, Actor]:
    """Fill two sites; a fifth of the incoming students are there already."""
    told = world(1)
    chance = Chance(7)
    children = Children(chance, name_mix(), school_year_of(TODAY))
    there = Many(chance, told.destination, lambda g, f: f"{g}.{f}", 999_999)
    coming = Many(chance, told.source, lambda g, f: g[:1] + f, 999_999)
    schools = [
        School(SchoolId(f"school-{n}"), told.destination.id, f"School {n:03}")
        for n in range(max(1, on_site // SCHOOL_SIZE))
    ]
    for number in range(on_site):
        child = children.born(7 + number % 5)
        there.enter(child, schools[number % len(schools)], {})
        if number < incoming // 5:
            coming.enter(child, told.source_school, {})
    while len(coming.students) < incoming:
        coming.enter(children.born(6), told.source_school, {})
    with storage() as work:
        for site in (told.source, told.destination):
            work.sites.put_site(site)
        for school in (*schools, told.source_school):
            work.sites.put_school(school)
        work.roster.add_all(there.students.values())
        work.roster.add_all(
            attrs.evolve(one, year="6") for one in coming.students.values()
        )
        work.commit()
    return told.source_administrator, told.destination_administrator


def timed(step: Callable[[], object]) -> float:
    """Return the median time in milliseconds, after one call to warm up."""
    step()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return median(times) * 1000


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--site", type=int, default=100_000)
    parser.add_argument("--incoming", type=int, default=2_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        storage = SqlStorage.open(Path(folder) / "pages.db")
        started = time.perf_counter()
        old, new = make(storage, asked.site, asked.incoming)
        print(f"made in {time.perf_counter() - started:.0f} s")
        measure(TransferService(storage), old, new)


def _as_if(actor: Actor, _: Request) -> Actor:
    return actor


def measure(service: TransferService, old: Actor, new: Actor) -> None:
    """Take an import to its preview, and time each page of it."""
    scope = YearScope(world(1).source_school.id, "6")
    code = service.generate_code(old, scope).code.reveal()
    school = service.schools(new, Action.START_IMPORT)[0].id
    import_id = service.start_import(new, code, school).id
    started = time.perf_counter()
    service.run_due()
    print(f"analysed in {time.perf_counter() - started:.1f} s")
    preview = service.preview(new, import_id)
    print(f"{preview.matched} matched, {preview.new} new, of {preview.found}")
    key = next(row.row.source_key for row in preview.rows if row.matched)
    match = next(row.matched.key for row in preview.rows if row.matched)
    client = {
        actor.id: TestClient(create_app(service, partial(_as_if, actor)))
        for actor in (old, new)
    }
    pages = [
        *importing(service, new, import_id, key, match),
        *sending(service, old, scope),
    ]
    print(f"{'page':36} {'page, ms':>9} {'bare, ms':>9} {'ratio':>6}")
    for name, actor, path, bare in pages:
        get = partial(client[actor.id].get, path)
        get().raise_for_status()
        page, alone = timed(get), timed(bare)
        print(f"{name:36} {page:9.1f} {alone:9.1f} {page / alone:6.2f}")


Page = tuple[str, Actor, str, Callable[[], object]]
"""What a page is called, who opens it, where it is, and its bare use cases."""


def importing(
    service: TransferService,
    new: Actor,
    import_id: ImportId,
    key: StudentKey,
    match: StudentKey,
) -> list[Page]:
    """Return the pages of the destination."""
    at = f"/imports/{import_id}"
    return [
        (
            "Import Student Data",
            new,
            "/",
            lambda: (
                service.listed_imports(new),
                service.pending_imports(new),
                service.completed_imports(new, limit=20),
            ),
        ),
        (
            "Import Preview",
            new,
            at,
            lambda: service.preview(new, import_id, limit=0),
        ),
        (
            "Review and Edit Matches, page 1",
            new,
            f"{at}/matches",
            lambda: service.preview(new, import_id, limit=50),
        ),
        (
            "the same, page 20",
            new,
            f"{at}/matches?page=20",
            lambda: service.preview(new, import_id, offset=950, limit=50),
        ),
        (
            "Review one match",
            new,
            f"{at}/match?incoming={key}",
            lambda: service.review_row(new, import_id, key),
        ),
        (
            "its picture",
            new,
            f"{at}/waterfall.svg?incoming={key}&beside={match}",
            lambda: service.explain(new, import_id, key, match),
        ),
    ]


def sending(service: TransferService, old: Actor, scope: YearScope) -> list[Page]:
    """Return the pages of the source."""
    return [
        (
            "Transfer Student Data, a school",
            old,
            f"/transfer?school={scope.school_id}",
            lambda: (service.years(old, scope.school_id), service.codes(old)),
        ),
        (
            "Who will be transferred",
            old,
            f"/transfer/who?school={scope.school_id}&year=6",
            lambda: service.who_goes(old, scope),
        ),
    ]


if __name__ == "__main__":
    main()
