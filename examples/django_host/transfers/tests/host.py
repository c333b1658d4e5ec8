"""How the kit of `student_transfer.testing` gets at the platform's database.

Any process can import it: it sets Django up itself.
"""

import atexit
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "school_platform.settings")
django.setup()

from django.apps import apps  # noqa: E402 - Django is set up now
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.transaction import atomic  # noqa: E402

from school_platform.databases import database  # noqa: E402
from schools.models import Organisation  # noqa: E402
from schools.models import School as PlatformSchool  # noqa: E402
from student_transfer.sites import (  # noqa: E402
    RosterSource,
    School,
    Site,
    SiteId,
    SiteKind,
)
from student_transfer.testing import Capability, Host, Rows  # noqa: E402
from transfers.storage import PlatformStorage  # noqa: E402

_OF_PUPILS = """
    SELECT count(*) FROM {table} AS what
    JOIN schools_pupil AS pupil ON pupil.id = what.{column}
    JOIN schools_organisation AS site ON site.id = pupil.organisation_id
    WHERE site.slug = {{0}}
"""
_RESULTS = [
    _OF_PUPILS.format(table=table, column="pupil_id")
    for table in ("schools_testresult", "schools_readingquiz")
]
_COUNTING = {
    Rows.STUDENTS: _OF_PUPILS.format(table="schools_pupil", column="id"),
    Rows.RECORDS: f"SELECT ({_RESULTS[0]}) + ({_RESULTS[1]})",
    Rows.CODES: "SELECT count(*) FROM transfers_transfercode WHERE site = {0}",
    Rows.IMPORTS: "SELECT count(*) FROM transfers_transferimport WHERE site = {0}",
    Rows.MERGES: "SELECT count(*) FROM transfers_pupilmerge WHERE site = {0}",
    Rows.APPLIED_MATCHES: (
        "SELECT count(*) FROM transfers_pupilarrival WHERE site = {0}"
    ),
}


def use(location: str) -> str:
    """Let Django know a database by its location; that is its alias then."""
    settings = {"default": database(location)}
    connections.settings[location] = connections.configure_settings(settings)["default"]
    return location


def make(location: str) -> None:
    """Make the platform's tables at a location."""
    call_command("migrate", database=use(location), verbosity=0)
    connections[location].close()


@cache
def empty_file() -> Path:
    """Make a database without a row, once; to be copied."""
    folder = mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder, "empty.db")
    make(str(path))
    return path


class SqliteHost(Host[PlatformStorage]):
    """The platform on SQLite."""

    claims = (
        Capability.SITES
        | Capability.DURABLE
        | Capability.THREADS
        | Capability.PROCESSES
        | Capability.BACK_DOOR
    )

    def begin(self, folder: Path) -> str:
        """Copy a database without a row into the folder."""
        return str(shutil.copy(empty_file(), folder / "platform.db"))

    def open(self, location: str) -> PlatformStorage:
        """Open the database, to give up soon."""
        return PlatformStorage(use(location), patience=2.0)

    def put_sites(
        self,
        storage: PlatformStorage,
        sites: Sequence[Site],
        schools: Sequence[School],
    ) -> None:
        """Put organisations and schools into the platform, as the platform does."""
        using = storage.database
        made = {
            site.id: Organisation.objects.using(using).create(
                slug=site.id,
                name=site.name,
                is_trust=site.kind is SiteKind.NETWORK,
                management_system=(
                    "Arbor" if site.roster_source is RosterSource.SIS else ""
                ),
            )
            for site in sites
        }
        PlatformSchool.objects.using(using).bulk_create(
            PlatformSchool(organisation=made[one.site_id], code=one.id, name=one.name)
            for one in schools
        )
        connections[using].close()

    def count_rows(self, location: str, rows: Rows, site_id: SiteId) -> int:
        """Count in the file, without Django."""
        with closing(sqlite3.connect(location)) as connection:
            query = _COUNTING[rows].format("?1")
            [[count]] = connection.execute(query, [site_id])
        return int(count)


@cache
def _made_on_server(location: str) -> str:
    make(location)
    return location


class PostgresqlHost(SqliteHost):
    """The platform on the PostgreSQL database that ``SCHOOL_PLATFORM_TEST`` names.

    Its URL is needed, and each run empties the platform's tables in it.
    """

    def begin(self, folder: Path) -> str:
        """Empty the tables; give the URL of their database."""
        del folder  # the server keeps the data
        location = _made_on_server(os.environ["SCHOOL_PLATFORM_TEST"])
        with atomic(use(location)), connections[location].cursor() as cursor:
            for app in (
                "auth",
                "schools",
                "transfers",
            ):  # references are checked in the end
                for model in apps.get_app_config(app).get_models(
                    include_auto_created=True
                ):
                    table = model._meta.db_table
                    cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - of ours
        connections[location].close()
        return location

    def count_rows(self, location: str, rows: Rows, site_id: SiteId) -> int:
        """Count in the database, without Django."""
        import psycopg  # noqa: PLC0415 - only there

        with psycopg.connect(location) as connection:
            query = _COUNTING[rows].format("%(site)s")
            [[count]] = connection.execute(query, {"site": site_id})
        return int(count)
