"""Commands of the destination site: from entering a code to the import log."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from student_transfer.cli.options import (
    DEFAULT_DATABASE,
    As,
    Code,
    Database,
    ImportArgument,
    Json,
    SchoolOption,
    Yes,
    agrees,
    ask_for_code,
    check_output,
)
from student_transfer.cli.output import (
    Exit,
    Row,
    print_error,
    print_failure,
    print_fields,
    print_json,
    print_rows,
    progress_bar,
    say,
    warn,
)
from student_transfer.cli.session import (
    Session,
    find_import,
    open_session,
    open_storage,
    short,
)
from student_transfer.errors import (
    BackgroundStepError,
    StorageError,
    StudentTransferError,
)
from student_transfer.formats.writing import write_whole
from student_transfer.import_log import write_log
from student_transfer.imports import ImportId
from student_transfer.outcomes import Outcome
from student_transfer.services import Ran, TransferService
from student_transfer.sites import SchoolId
from student_transfer.students import StudentKey


def enter(
    code: Code = None,
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
    say("")
    print_rows(schools, ("id", "name"), title="Enrol students in", as_json=False)
    say("")
    say("If that is right: student-transfer start --school ID")


def start(
    code: Code = None,
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
    name = short(import_.id)
    say(f"Import {name} is started and waits for its analysis.")
    say(f"Next: student-transfer work, then: student-transfer preview {name}")


def work(*, database: Database = DEFAULT_DATABASE, as_json: Json = False) -> None:
    """Run the analyses and imports that are due, on all sites.

    Transfer codes that have expired unused forget the names of whom they were for.

    In an application this is a background job; it is safe to run it again after a
    crash, or from two places at once.
    """
    storage = open_storage(database)
    service = TransferService(storage)
    with progress_bar("Working") as update:
        ran = service.run_due(update)
    for one in ran:
        if one.error is not None:
            _print_failed(one, one.error)
        elif one.state is not None and not as_json:
            say(f"Import {short(one.import_id)} is now {one.state.value}.")
    if as_json:
        print_json([_ran_fields(one) for one in ran])
    elif not ran:
        say("Nothing is due.")
    with storage(read_only=True) as unit:
        sites = unit.sites.all_sites()
    for site in sites:
        service.forget_expired_codes(site.id)
    if any(one.error is not None for one in ran):
        raise typer.Exit(Exit.IMPORT_FAILED)


def _ran_fields(ran: Ran) -> Row:
    """Return what JSON says of a background step; state or error is null."""
    error = ran.error
    return {
        "import": ran.import_id,
        "state": ran.state,
        "error": None if error is None else type(error).__name__,
        "reference": error.reference
        if isinstance(error, BackgroundStepError)
        else None,
    }


def _print_failed(ran: Ran, error: Exception) -> None:
    """Say how a background step failed; of an unforeseen error only the kind."""
    if not isinstance(error, StudentTransferError):
        kind = type(error).__name__
        print_failure(f"Import {short(ran.import_id)} failed: {kind}.")
        return
    print_error(error)
    if isinstance(error, StorageError):
        warn(f"Import {short(ran.import_id)} is still due: student-transfer work")
    if isinstance(error, BackgroundStepError) and error.__cause__ is not None:
        warn(f"The cause: {type(error.__cause__).__name__}")


def resume(
    import_id: ImportArgument, *, acting: As, database: Database = DEFAULT_DATABASE
) -> None:
    """Schedule a failed import again. What arrived stays; nothing arrives twice."""
    session = open_session(database, acting)
    found = find_import(session, import_id)
    session.service.resume(found)
    say(f"Import {short(found)} is scheduled again. Next: student-transfer work")


def confirm(
    import_id: ImportArgument,
    *,
    yes: Yes = False,
    acting: As,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Import the students of a reviewed preview; asks if somebody needs review."""
    session = open_session(database, acting)
    found = find_import(session, import_id)
    shown = session.service.preview(session.actor, found, limit=0)
    flagged = shown.unreviewed
    if flagged and not yes and not agrees(_unreviewed(flagged)):
        next_ = f"student-transfer preview {short(found)} --flagged"
        warn(f"Nothing was imported. Next: {next_}")
        raise typer.Exit(Exit.REFUSED)
    scheduled = session.service.confirm(
        session.actor,
        found,
        version=shown.import_.version,
        accept_unreviewed=bool(flagged),
    )
    if as_json:
        fields = {
            "import": found,
            "message": scheduled.message,
            "unreviewed": scheduled.unreviewed,
        }
        print_fields(fields, as_json=True)
        return
    say(scheduled.message)
    say("Here the import runs with: student-transfer work")


def _unreviewed(count: int) -> str:
    """Return the question before students come whom nobody looked at (MATCH-1)."""
    who = "1 student needs" if count == 1 else f"{count} students need"
    return (
        f"{who} review, and may be merged with another child's record. Import anyway?"
    )


def cancel(
    import_id: ImportArgument,
    *,
    yes: Yes = False,
    acting: As,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Cancel an import that is not confirmed. The code can be entered again."""
    session = open_session(database, acting)
    found = find_import(session, import_id)
    if not yes and not agrees("Cancel this import?"):
        warn("The import was not cancelled.")
        raise typer.Exit(Exit.REFUSED)
    session.service.cancel(session.actor, found, confirmed=True)
    say(f"Import {short(found)} is cancelled; its code can be entered again.")


_PENDING = (
    *("id", "school", "students", "state", "progress"),
    *("overdue", "revoked", "reference"),
)
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
            "done": one.progress.done,
            "total": one.progress.total,
            "overdue": one.overdue,
            "revoked": one.revoked,
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
    check_output(output, database)
    session = open_session(database, acting)
    found = find_import(session, import_id)
    if output is None:
        _show_log(session, found, as_json=as_json)
        return
    rows = session.service.import_log(session.actor, found)
    if str(output) == "-":
        sys.stdout.buffer.write(write_log(rows))
        return
    write_whole(output, write_log(rows))
    count = f"{len(rows)} student{'' if len(rows) == 1 else 's'}"
    say(f"The log of {count} is in {output}.")


_LOG = (
    *("incoming", "first_name", "last_name", "year"),
    *("status", "scores", "can_unmatch", "detail"),
)


def _show_log(session: Session, import_id: ImportId, *, as_json: bool) -> None:
    """Show the log with what the CSV has no column for: the students' keys."""
    entries = session.service.log_entries(session.actor, import_id)
    rows = [_log_fields(entry.source_key, entry.outcome) for entry in entries]
    print_rows(rows, _LOG, title="Import log", below="detail", as_json=as_json)


def _log_fields(source_key: StudentKey, outcome: Outcome) -> dict[str, Any]:
    row = outcome.log_row
    return {
        "incoming": source_key,
        "student": outcome.student,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "year": row.year,
        "status": row.source_import_status.value,
        "scores": row.score_import_status.value,
        "can_unmatch": outcome.can_undo_match,
        "source_student_id": row.source_student_id,
        "destination_student_id": row.destination_student_id,
        "source_user_name": row.source_user_name,
        "destination_user_name": row.destination_user_name,
        "source_email": row.source_email,
        "destination_email": row.destination_email,
        "detail": row.detail,
    }
