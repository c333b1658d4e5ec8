"""Commands for who is two, or wrongly one: merge, unmerge, merges, unmatch."""

from typing import Annotated

import typer

from student_transfer.cli.options import (
    DEFAULT_DATABASE,
    As,
    Database,
    ImportArgument,
    Incoming,
    Json,
    StudentArgument,
    Yes,
    agrees,
)
from student_transfer.cli.output import (
    Exit,
    print_fields,
    print_rows,
    say,
    warn,
)
from student_transfer.cli.session import (
    find_import,
    one_of,
    open_session,
    short,
    told,
)
from student_transfer.errors import UnlikeError
from student_transfer.merges import MergeId
from student_transfer.services import MatchUndo
from student_transfer.students import StudentKey


def merge(
    student: StudentArgument,
    duplicate: Annotated[
        str,
        typer.Argument(
            metavar="DUPLICATE", help="The key of the record that goes into the first."
        ),
    ],
    *,
    yes: Yes = False,
    acting: As,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Merge two records of one student: the first stays, the second goes into it."""
    session = open_session(database, acting)
    keys = StudentKey(student), StudentKey(duplicate)
    seen = None
    if not yes:
        plan = session.service.plan_merge(session.actor, *keys)
        seen = plan.mark
        gone, stays = (told(one.student) for one in (plan.absorbed, plan.survivor))
        if plan.plainly_differing:
            warn(UnlikeError(plan.plainly_differing).message)
        if not agrees(f"Merge {gone} into {stays}?"):
            warn("Nothing was merged.")
            raise typer.Exit(Exit.REFUSED)
    done = session.service.merge_students(
        session.actor, *keys, seen=seen, accept_unlike=yes
    )
    came = len(done.result.records) - len(done.survivor.records)
    if as_json:
        print_fields({"merge": done.id, "records": came}, as_json=True)
        return
    into, from_ = done.survivor.student, done.absorbed.student
    say(f"Merged {from_.full_name} ({from_.key}) into {into.full_name} ({into.key}).")
    say(f"{_records(came)} came along. The merge is {short(done.id)}.")
    say(f"To undo it: student-transfer unmerge {short(done.id)}")


def unmerge(
    merge_id: Annotated[
        str,
        typer.Argument(metavar="MERGE", help="The merge's ID, or the beginning of it."),
    ],
    *,
    acting: As,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Undo a merge: both records are exactly as they were."""
    session = open_session(database, acting)
    ids = [one.id for one in session.service.merges(session.actor)]
    found = MergeId(one_of("merge", merge_id, ids))
    session.service.undo_merge(session.actor, found)
    say("Undone; both records are as they were before the merge.")


def merges(
    *, acting: As, database: Database = DEFAULT_DATABASE, as_json: Json = False
) -> None:
    """List the merges on your site, newest first."""
    session = open_session(database, acting)
    rows = [
        {
            "id": one.id if as_json else short(one.id),
            "student": one.survivor.student.key,
            "duplicate": one.absorbed.student.key,
            "merged_at": one.merged_at,
            "merged_by": one.merged_by,
            "undone_at": one.undone_at,
        }
        for one in session.service.merges(session.actor)
    ]
    columns = ("id", "student", "duplicate", "merged_at", "merged_by", "undone_at")
    print_rows(rows, columns, title="Merges", as_json=as_json)


def unmatch(
    import_id: ImportArgument,
    incoming: Incoming,
    *,
    yes: Yes = False,
    acting: As,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Undo a match of an import: the student who came gets a record of their own.

    The records that came go along. A field that was changed since stays as it is. The
    log of the import has the student's key.
    """
    session = open_session(database, acting)
    service, actor, key = session.service, session.actor, StudentKey(incoming)
    found = find_import(session, import_id)
    seen = None
    if not yes:
        plan = service.plan_undo_match(actor, found, key)
        seen = plan.mark
        came = told(plan.applied_matches[0].source)
        for line in (f"{_records(len(plan.records))} would go along.", *_notes(plan)):
            warn(line)
        if not agrees(f"Give {came} a record apart from {told(plan.now)}?"):
            warn("Nothing was changed.")
            raise typer.Exit(Exit.REFUSED)
    done = service.undo_match(actor, found, key, seen=seen)
    if as_json:
        fields = {
            "student": done.stays.key,
            "new_student": done.goes.key,
            "records": len(done.records),
            "changed_since": done.changed_since,
            "imports": [one.import_id for one in done.applied_matches],
        }
        print_fields(fields, as_json=True)
        return
    goes, stays = done.goes, done.stays
    say(f"{goes.full_name} has a record of their own now, with the key {goes.key}.")
    went = f"{_records(len(done.records))} went along"
    say(f"{went}; all else stays with {stays.full_name} ({stays.key}).")
    for line in _notes(done):
        say(line)


def _records(count: int) -> str:
    return f"{count} record{'' if count == 1 else 's'}"


def _notes(undo: MatchUndo) -> list[str]:
    """Return what a person may not expect when a match is undone (AFTER-2)."""
    notes = []
    if undo.changed_since:
        fields = ", ".join(one.replace("_", " ") for one in undo.changed_since)
        notes.append(f"Changed since the import, so not taken back: {fields}.")
    count = len(undo.applied_matches)
    if count > 1:
        notes.append(
            f"The student came by {count} imports; the match is undone in each."
        )
    return notes
