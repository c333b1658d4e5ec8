"""Commands of the destination site: from entering a code to the import log."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from student_transfer.cli.options import (
    DEFAULT_DATABASE,
    As,
    Code,
    Database,
    ImportArgument,
    Json,
    SchoolOption,
    ask_for_code,
)
from student_transfer.cli.output import (
    Exit,
    err,
    out,
    print_error,
    print_fields,
    print_rows,
    progress_bar,
)
from student_transfer.cli.session import (
    find_import,
    open_session,
    open_storage,
    short,
)
from student_transfer.errors import ImportFailedError, StudentTransferError
from student_transfer.import_log import write_log
from student_transfer.services import Ran, TransferService
from student_transfer.sites import SchoolId


def enter(
    code: Code = "",
    *,
    acting: As,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Look at a transfer code: where the students are now. Changes nothing."""
    session = open_session(database, acting)
    found = session.service.look_up(session.actor, ask_for_code(code))
    schools = [{"id": one.id, "name": one.name} for one in found.schools]
    fields: dict[str, object] = {
        "previous_site": found.previous_site,
        "previous_school": found.previous_school,
        "enter_until": found.enter_until,
    }
    if as_json:
        print_fields({**fields, "schools": schools}, as_json=True)
        return
    print_fields(fields, as_json=False)
    out.print("\nIf that is right: student-transfer start --school ID")
    print_rows(schools, ("id", "name"), title="Enrol students in", as_json=False)


def start(
    code: Code = "",
    *,
    school: SchoolOption,
    acting: As,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Start an import with a transfer code into one of your schools."""
    session = open_session(database, acting)
    entered = ask_for_code(code)
    import_ = session.service.start_import(session.actor, entered, SchoolId(school))
    if as_json:
        fields = {"import": import_.id, "state": import_.state}
        print_fields(fields, as_json=True)
        return
    out.print(f"Import {short(import_.id)} is started and waits for its analysis.")
    out.print("Next: student-transfer work, then: student-transfer preview")


def work(*, database: Database = DEFAULT_DATABASE) -> None:
    """Run the analyses and imports that are due, on all sites.

    In an application this is a background job; it is safe to run it again after a
    crash, or from two places at once.
    """
    service = TransferService(open_storage(database))
    with progress_bar("Working") as update:
        ran = service.run_due(update)
    for one in ran:
        _print_ran(one)
    if not ran:
        out.print("Nothing is due.")
    if any(one.error is not None for one in ran):
        raise typer.Exit(Exit.IMPORT_FAILED)


def _print_ran(ran: Ran) -> None:
    """Say how one background step went."""
    name = short(ran.import_id)
    if ran.error is None and ran.state is not None:
        out.print(f"Import {name} is now {ran.state.value}.")
    elif isinstance(ran.error, StudentTransferError):
        print_error(ran.error)
        cause = ran.error.__cause__
        if isinstance(ran.error, ImportFailedError) and cause is not None:
            err.print(f"The cause: {type(cause).__name__}")
    else:
        err.print(f"Import {name} failed: {type(ran.error).__name__}")


def resume(
    import_id: ImportArgument, *, acting: As, database: Database = DEFAULT_DATABASE
) -> None:
    """Schedule a failed import again. What arrived stays; nothing arrives twice."""
    session = open_session(database, acting)
    found = find_import(session, import_id)
    session.service.resume(found)
    out.print(f"Import {short(found)} is scheduled again. Next: student-transfer work")


def confirm(
    import_id: ImportArgument, *, acting: As, database: Database = DEFAULT_DATABASE
) -> None:
    """Import the students of a reviewed preview."""
    session = open_session(database, acting)
    found = find_import(session, import_id)
    scheduled = session.service.confirm(session.actor, found)
    if scheduled.unreviewed:
        err.print(f"Note: {scheduled.unreviewed} students still had the review flag.")
    out.print(scheduled.message)


def cancel(
    import_id: ImportArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    acting: As,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Cancel an import that is not confirmed. The code can be entered again."""
    session = open_session(database, acting)
    found = find_import(session, import_id)
    sure = yes or typer.confirm("Cancel this import?", err=True)
    session.service.cancel(session.actor, found, confirmed=sure)
    out.print(f"Import {short(found)} is cancelled; its code can be entered again.")


_PENDING = ("id", "school", "students", "state", "progress", "overdue", "reference")
_COMPLETED = (
    *("id", "school", "date", "students", "status"),
    *("imported", "failed", "to_merge", "reference"),
)


def imports(
    *, acting: As, database: Database = DEFAULT_DATABASE, as_json: Json = False
) -> None:
    """List the pending and the completed imports, newest first."""
    session = open_session(database, acting)
    pending = [
        {
            "id": one.import_.id if as_json else short(one.import_.id),
            "school": one.school,
            "students": one.students,
            "state": one.import_.state.value,
            "progress": f"{one.progress.done} of {one.progress.total}",
            "overdue": one.overdue,
            "reference": one.import_.reference,
            "started": one.import_.started_at,
        }
        for one in session.service.pending_imports(session.actor)
    ]
    completed = [
        {
            "id": one.import_.id if as_json else short(one.import_.id),
            "school": one.school,
            "date": one.date,
            "students": one.students,
            "status": one.status.value,
            "imported": one.imported,
            "failed": one.failed,
            "to_merge": one.to_merge,
            "reference": one.import_.reference,
        }
        for one in session.service.completed_imports(session.actor)
    ]
    if as_json:
        print_fields({"pending": pending, "completed": completed}, as_json=True)
        return
    print_rows(pending, _PENDING, title="Pending imports", as_json=False)
    print_rows(completed, _COMPLETED, title="Completed imports", as_json=False)


def log(
    import_id: ImportArgument,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write the CSV here, - for standard output."
        ),
    ] = None,
    acting: As,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Show the log of an import, or write it as CSV for a spreadsheet."""
    session = open_session(database, acting)
    rows = session.service.import_log(session.actor, find_import(session, import_id))
    if output is not None and str(output) == "-":
        sys.stdout.buffer.write(write_log(rows))
        return
    if output is not None:
        output.write_bytes(write_log(rows))
        out.print(f"{len(rows)} students written to {escape(str(output))}.")
        return
    shown = [
        {
            "first_name": row.first_name,
            "last_name": row.last_name,
            "year": row.year,
            "status": row.source_import_status.value,
            "scores": row.score_import_status.value,
            "student_id": f"{row.source_student_id} → {row.destination_student_id}",
            "user_name": f"{row.source_user_name} → {row.destination_user_name}",
            "email": f"{row.source_email} → {row.destination_email}",
            "detail": row.detail,
        }
        for row in rows
    ]
    columns = ("first_name", "last_name", "year", "status", "scores", "detail")
    print_rows(shown, columns, title="Import log", as_json=as_json)
