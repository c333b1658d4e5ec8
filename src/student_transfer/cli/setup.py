"""Commands that set sites up: init, administrators, administrator, load."""

from pathlib import Path
from typing import Annotated

import typer

from student_transfer import formats, loading
from student_transfer.adapters.sql import SqlStorage
from student_transfer.cli.options import DEFAULT_DATABASE, As, Database, Json
from student_transfer.cli.output import Exit, err, out, print_fields, print_rows
from student_transfer.cli.session import open_session, open_storage
from student_transfer.errors import InputFileError, NotAllowedError
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.records import StarProduct
from student_transfer.sites import RosterSource, SchoolId, Site, SiteId, SiteKind


def init(
    site: Annotated[str, typer.Argument(help="A short ID for the site, such as oak.")],
    name: Annotated[str, typer.Argument(help="The site's name.")],
    *,
    kind: Annotated[
        SiteKind, typer.Option(help="A school network, or a single school.")
    ] = SiteKind.NETWORK,
    roster: Annotated[
        RosterSource,
        typer.Option(help="Who owns the roster: people by hand, or an SIS."),
    ] = RosterSource.MANUAL,
    administrator: Annotated[
        str,
        typer.Option(
            "--administrator",
            help="The ID of the first administrator.",
            show_default="admin@SITE",
        ),
    ] = "",
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Make a database if there is none, and a site with its first administrator.

    Run it once for each site; the second run for one site changes its name.
    """
    storage = SqlStorage.open(database)
    site_id = SiteId(site)
    actor_id = ActorId(administrator or f"admin@{site}")
    _put_actor(storage, Actor(actor_id, site_id, Role.NETWORK_ADMINISTRATOR))
    with storage() as uow:
        uow.sites.put_site(Site(site_id, name, kind, roster))
        uow.commit()
    out.print(f"Site {site} is in {database}; its administrator is {actor_id}.")
    out.print(f"Next: student-transfer load FILES --as {actor_id} --db {database}")


def _put_actor(storage: SqlStorage, actor: Actor) -> None:
    """Keep an administrator, but never take one away from another site.

    Raises:
        NotAllowedError: The ID is in use on another site.
    """
    known = storage.actor(actor.id)
    if known is not None and known.site_id != actor.site_id:
        raise NotAllowedError(
            "An administrator of another site has this ID.", advice="Choose another."
        )
    storage.put_actor(actor)


def administrators(
    database: Database = DEFAULT_DATABASE,
    *,
    as_json: Json = False,
) -> None:
    """List the administrators that can be named with --as."""
    rows = [
        {
            "id": actor.id,
            "site": actor.site_id,
            "role": actor.role.value.replace("_", " "),
            "schools": ", ".join(sorted(actor.schools)),
        }
        for actor in open_storage(database).actors()
    ]
    columns = ("id", "site", "role", "schools")
    print_rows(rows, columns, title="Administrators", as_json=as_json)


def administrator(
    name: Annotated[str, typer.Argument(help="The ID of the administrator.")],
    *,
    acting: As,
    school: Annotated[
        list[str] | None,
        typer.Option(help="A school to administer; none given means all of them."),
    ] = None,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Add an administrator to your site, for all of its schools or for some."""
    session = open_session(database, acting)
    if session.actor.role is not Role.NETWORK_ADMINISTRATOR:
        raise NotAllowedError("You may not add administrators here.", rule="PERM-2")
    schools = {SchoolId(one) for one in school or ()}
    role = Role.SCHOOL_ADMINISTRATOR if schools else Role.NETWORK_ADMINISTRATOR
    actor = Actor(ActorId(name), session.actor.site_id, role, schools)
    _put_actor(session.storage, actor)
    out.print(f"{name} can now act with --as {name}.")


def schools(
    *, acting: As, database: Database = DEFAULT_DATABASE, as_json: Json = False
) -> None:
    """List the schools of your site, with how many students each has."""
    session = open_session(database, acting)
    with session.storage(read_only=True) as work:
        rows = [
            {
                "id": school.id,
                "name": school.name,
                "students": len(work.roster.enrolled(school.site_id, school.id)),
            }
            for school in work.sites.schools(session.actor.site_id)
        ]
    print_rows(rows, ("id", "name", "students"), title="Schools", as_json=as_json)


def load(
    files: Annotated[
        list[Path],
        typer.Argument(help="Files, folders or zips: OneRoster, SDS, Star, AR."),
    ],
    *,
    acting: As,
    strict: Annotated[
        bool, typer.Option("--strict", help="Load nothing if any row has a problem.")
    ] = False,
    product: Annotated[
        StarProduct | None,
        typer.Option(help="The product of Star exports whose names do not tell."),
    ] = None,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Load schools, students and records onto your site.

    The format of each file is told by its headers. A second load of the same files
    changes nothing. Rows with problems are named, and the others are loaded.
    """
    session = open_session(database, acting)
    if session.actor.role is not Role.NETWORK_ADMINISTRATOR:
        raise NotAllowedError("You may not load files here.", rule="PERM-2")
    site_id = session.actor.site_id
    reading = formats.read(files, site_id, product=product)
    if not reading.formats and reading.problems:
        raise InputFileError(
            "There was nothing to load.", [str(one) for one in reading.problems]
        )
    report = loading.load(session.storage, site_id, reading, strict=strict)
    counts = {name.replace(" ", "_"): n for name, n in report.counts().items()}
    print_fields(counts, as_json=as_json)
    for note in report.notes:
        err.print(f"Note: {note}", markup=False)
    for problem in report.problems:
        err.print(f"Problem: {problem}", markup=False)
    if report.problems:
        raise typer.Exit(Exit.BAD_FILES)
