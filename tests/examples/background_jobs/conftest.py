"""The host with jobs, on a database of its own for each test."""

from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from background_jobs.demo import invent, put
from background_jobs.host import Host
from student_transfer.demo.world import World
from tests.examples.background_jobs.scene import (
    ANOTHER_YEAR,
    Scene,
    database,
    settings_for,
    stored,
)


@pytest.fixture(scope="module")
def world() -> World:
    """Invent two small sites; 58 students are in the year, and 26 in another."""
    whole = invent(58)
    school = whole.source_school.id
    source = [
        one
        for one in whole.source_students
        if school in one.enrolments and one.year in {whole.year, ANOTHER_YEAR}
    ]
    met = set(whole.truth.values())
    there = sorted(whole.destination_students, key=lambda one: one.key not in met)[:150]
    return attrs.evolve(
        whole,
        source_students=tuple(source),
        source_records={one.key: whole.source_records[one.key] for one in source},
        destination_students=tuple(there),
        destination_records={
            one.key: whole.destination_records.get(one.key, ()) for one in there
        },
    )


@pytest.fixture(scope="module")
def template(postgresql: str, world: World) -> Iterator[str]:
    """Yield a database with the two sites and an empty queue."""
    with database(postgresql) as url:
        with Host(settings_for(url)) as host:
            put(host.storage, world)
        yield url


@pytest.fixture
def scene(postgresql: str, template: str, world: World) -> Iterator[Scene]:
    """Yield the host on a database of its own; its workers are stopped in the end."""
    with database(postgresql, template) as url, Host(settings_for(url)) as host:
        opened = Scene(host, world)
        yield opened
        opened.stop()


@pytest.fixture(scope="module")
def undisturbed(postgresql: str, template: str, world: World) -> dict[str, Any]:
    """Return what is stored after a run in one go, without a queue."""
    with database(postgresql, template) as url, Host(settings_for(url)) as host:
        alone = Scene(host, world)
        import_id = alone.start()
        host.service.analyse(import_id)
        alone.confirm(import_id)
        host.service.run_import(import_id)
        return stored(host.storage, world)
