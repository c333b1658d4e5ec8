"""Commands that set sites up, and show what is on them."""

import re
from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import Annotated, Any, Literal

import attrs
import typer

from student_transfer import formats, loading
from student_transfer.adapters.sql import SqlStorage
from student_transfer.cli.notes import note_line
from student_transfer.cli.options import DEFAULT_DATABASE, As, Database, Json
from student_transfer.cli.output import Exit, print_fields, print_rows, say, warn
from student_transfer.cli.session import (
    STUDENT_COLUMNS,
    open_session,
    open_storage,
    student_row,
)
from student_transfer.errors import InputFileError, NotAllowedError, NotFoundError
from student_transfer.formats.dates import SAID
from student_transfer.formats.findings import summed_up
from student_transfer.merges import differing_fields
from student_transfer.permissions import Action, Actor, ActorId, Role
from student_transfer.records import StarProduct
from student_transfer.sites import RosterSource, SchoolId, Site, SiteId, SiteKind
from student_transfer.students import Student, StudentKey

_ID = re.compile(r"[^\W_][\w.@+-]{0,63}")


def _checked_id(text: str) -> str:
    """Refuse an ID that could not be typed again or that looks like an option."""
    if not _ID.fullmatch(text):
        raise typer.BadParameter(
            "write at most 64 letters, digits and . _ @ + -, beginning with a letter "
            "or digit"
        )
    return text


def _checked_name(text: str) -> str:
    """Refuse a name that nobody would recognise."""
    if not text.strip() or not text.isprintable():
        raise typer.BadParameter("give a name in printable letters")
    return text


def init(
    site: Annotated[
        str,
        typer.Argument(
            metavar="SITE",
            help="A short ID for the site, such as oak.",
            callback=_checked_id,
        ),
    ],
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="The site's name.", callback=_checked_name),
    ],
    *,
    kind: Annotated[
        SiteKind | None,
        typer.Option(
            help="A school network, or a single school.",
            show_default=SiteKind.NETWORK.value,
        ),
    ] = None,
    roster: Annotated[
        RosterSource | None,
        typer.Option(
            help="Who owns the roster: people by hand, or an SIS.",
            show_default=RosterSource.MANUAL.value,
        ),
    ] = None,
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

    Run it once for each site. A second run changes its name, and what else is given;
    it adds no administrator, unless the site has none.
    """
    storage, site_id = SqlStorage.open(database), SiteId(site)
    first = _first_administrator(storage, site_id, administrator)
    given = {"name": name, "kind": kind, "roster_source": roster}
    said = {field: one for field, one in given.items() if one}
    changed = _put_site(storage, Site(site_id, name), said)
    if changed is None:
        say(f"Site {site} is in {database}.")
    else:
        told = f"Changed: {', '.join(changed)}." if changed else "Nothing was changed."
        say(f"Site {site} was in {database} already. {told}")
    if first is not None:
        storage.put_actor(first)
        say(f"Its administrator is {first.id}.")
        where = quote(str(database))
        say(f"Next: student-transfer load FILES --as {first.id} --db {where}")


def _put_site(storage: SqlStorage, new: Site, said: dict[str, Any]) -> list[str] | None:
    """Put a site there as is said, and name what is different; None where it is new."""
    with storage() as work:
        before = work.sites.site(new.id)
        after = attrs.evolve(before or new, **said)
        work.sites.put_site(after)
        work.commit()
    return None if before is None else differing_fields(before, after)


def _first_administrator(
    storage: SqlStorage, site_id: SiteId, asked_for: str
) -> Actor | None:
    """Make the administrator of a site that has none; None where it has one.

    A run that was killed may have left a site without one, or one without the site.

    Raises:
        NotAllowedError: The site has others than the one asked for, or the ID is taken.
    """
    there = [
        actor.id
        for actor in storage.actors()
        if actor.site_id == site_id and actor.role is Role.NETWORK_ADMINISTRATOR
    ]
    if asked_for and there and asked_for not in there:
        raise NotAllowedError(
            "The site has an administrator already, so nothing was changed.",
            advice="Leave --administrator out. One of the site's administrators adds "
            "others with: student-transfer administrator",
        )
    if there:
        return None
    first = ActorId(_checked_id(asked_for or f"admin@{site_id}"))
    if storage.actor(first) is not None:
        raise NotAllowedError(
            "An administrator has this ID already, so nothing was changed.",
            advice="Choose another with --administrator.",
        )
    return Actor(first, site_id, Role.NETWORK_ADMINISTRATOR)


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
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="The ID of the administrator.", callback=_checked_id
        ),
    ],
    *,
    acting: As,
    school: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="A school to administer, and again for each further one; "
            "none given means all of them.",
        ),
    ] = None,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Add an administrator to your site, for all of its schools or for some.

    For one who is there already the schools are set anew.
    """
    session = open_session(database, acting)
    if session.actor.role is not Role.NETWORK_ADMINISTRATOR:
        raise NotAllowedError("You may not add administrators here.", rule="PERM-2")
    if name == session.actor.id:
        raise NotAllowedError(
            "You may not change your own rights.",
            advice="Ask another network administrator of your site.",
            rule="PERM-2",
        )
    schools = {SchoolId(one) for one in school or ()}
    with session.storage(read_only=True) as work:
        there = {one.id for one in work.sites.schools(session.actor.site_id)}
    if not schools <= there:
        raise NotFoundError.of("school")
    role = Role.SCHOOL_ADMINISTRATOR if schools else Role.NETWORK_ADMINISTRATOR
    actor = Actor(ActorId(name), session.actor.site_id, role, schools)
    _put_actor(session.storage, actor)
    say(f"{name} can now act with --as {name}.")


def schools(
    *, acting: As, database: Database = DEFAULT_DATABASE, as_json: Json = False
) -> None:
    """List your schools, with how many students each has."""
    session = open_session(database, acting)
    service, actor = session.service, session.actor
    rows = [
        {
            "id": school.id,
            "name": school.name,
            "students": service.students(
                actor, Action.SEE_IMPORT, school_id=school.id, limit=0
            ).total,
        }
        for school in service.schools(actor, Action.SEE_IMPORT)
    ]
    print_rows(rows, ("id", "name", "students"), title="Schools", as_json=as_json)


def students(
    words: Annotated[
        list[str] | None, typer.Argument(help="Beginnings of names, or a student ID.")
    ] = None,
    *,
    acting: As,
    school: Annotated[str, typer.Option(help="Only those of one school.")] = "",
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """List the students of your schools with their keys, or find some by name."""
    session = open_session(database, acting)
    service, actor, action = session.service, session.actor, Action.SEE_IMPORT
    name, found = " ".join(words or ()), dict[StudentKey, Student]()
    listed: list[SchoolId | None] = [SchoolId(school)] if school else []
    if not school:
        listed += [one.id for one in service.schools(actor, action)]
    if not school and name:
        listed.append(None)  # those without a school are found by name alone
    for school_id in listed:
        shown = service.students(
            actor, action, name=name, school_id=school_id, limit=None
        )
        found |= {student.key: student for student in shown.students}
        if shown.cut_off:  # those of the schools are all here
            warn("Some without a school may be left out: add another word.")
    rows = [student_row(student) for student in found.values()]
    print_rows(rows, STUDENT_COLUMNS, title="Students", as_json=as_json)


_Dates = Annotated[
    Literal["day-first", "month-first"] | None,
    typer.Option(
        help="What comes first in dates such as 3/5/2014; without, the dates of the "
        "column tell.",
    ),
]

_AsOf = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help="Read OneRoster and School Data Sync v2.1 as of this day: who has "
        "left before it is not enrolled. Without it, as of today.",
    ),
]


def load(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILES",
            help="Files, folders or zips: OneRoster, School Data Sync, Star exports, "
            "Accelerated Reader quizzes.",
            readable=False,  # which is told like all that is wrong with a file
        ),
    ],
    *,
    acting: As,
    strict: Annotated[
        bool, typer.Option("--strict", help="Load nothing if any row has a problem.")
    ] = False,
    product: Annotated[
        StarProduct | None,
        typer.Option(
            metavar="PRODUCT",
            help="Star exports whose names do not tell are of: "
            "reading, maths or early_literacy.",
        ),
    ] = None,
    as_of: _AsOf = None,
    dates: _Dates = None,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Load schools, students and records onto your site.

    The format of each file is told by its headers. A second load of the same files
    changes nothing. Rows with problems are named, of very many of one kind the first,
    and the others are loaded.
    """
    session = open_session(database, acting)
    if session.actor.role is not Role.NETWORK_ADMINISTRATOR:
        raise NotAllowedError("You may not load files here.", rule="PERM-2")
    site_id = session.actor.site_id
    day = None if as_of is None else as_of.date()
    order = SAID[dates] if dates else None
    reading = formats.read(files, site_id, product=product, as_of=day, date_order=order)
    if not reading.formats and reading.problems:
        for note in reading.notes:
            warn(f"Note: {note_line(note)}")
        raise InputFileError(
            "There was nothing to load.", [*summed_up(reading.problems)]
        )
    report = loading.load(session.storage, site_id, reading, strict=strict)
    _print_report(report, as_json=as_json)
    for note in report.notes:
        warn(f"Note: {note_line(note)}")
    for problem in summed_up(report.problems):
        warn(f"Problem: {problem}")
    if report.problems:
        raise typer.Exit(Exit.BAD_FILES)


def _print_report(report: loading.LoadReport, *, as_json: bool) -> None:
    """Say what a load did: JSON with a count for each outcome, else a table."""
    if as_json:
        counts = report.counts().items()
        print_fields({name.replace(" ", "_"): n for name, n in counts}, as_json=True)
        return
    tallies = {
        "schools": report.schools,
        "students": report.students,
        "records": report.records,
    }
    rows = [{"what": what, **attrs.asdict(tally)} for what, tally in tallies.items()]
    columns = ("what", "added", "changed", "unchanged")
    print_rows(rows, columns, title="Loaded", as_json=False)
