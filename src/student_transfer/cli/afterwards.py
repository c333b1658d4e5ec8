"""Commands for duplicates on one's own site: merge, unmerge, merges."""

from typing import Annotated

import typer

from student_transfer.cli.options import (
    DEFAULT_DATABASE,
    As,
    Database,
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
from student_transfer.cli.session import one_of, open_session, short, told
from student_transfer.merging import MergeId
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
        if not agrees(f"Merge {gone} into {stays}?"):
            warn("Nothing was merged.")
            raise typer.Exit(Exit.REFUSED)
    done = session.service.merge_students(session.actor, *keys, seen=seen)
    came = len(done.result.records) - len(done.survivor.records)
    if as_json:
        print_fields({"merge": done.id, "records": came}, as_json=True)
        return
    brought = f"{came} record{'' if came == 1 else 's'} came along"
    into, from_ = done.survivor.student, done.absorbed.student
    say(f"Merged {from_.full_name} ({from_.key}) into {into.full_name} ({into.key}).")
    say(f"{brought}. The merge is {short(done.id)}.")
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
