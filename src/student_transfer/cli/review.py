"""Commands of the preview and its review: preview, review, explain."""

from typing import Annotated

import typer

from student_transfer.cli.explained import (
    ExplainedPair,
    draw_why,
    print_why,
    why_fields,
)
from student_transfer.cli.options import (
    DEFAULT_DATABASE,
    As,
    Database,
    ImportArgument,
    Incoming,
    Json,
    StudentArgument,
    Svg,
    Yes,
    agrees,
    check_picture,
)
from student_transfer.cli.output import (
    Exit,
    Row,
    print_fields,
    print_json,
    print_rows,
    say,
    warn,
)
from student_transfer.cli.session import (
    STUDENT_COLUMNS,
    find_import,
    open_session,
    student_row,
    told,
)
from student_transfer.errors import UnlikeError
from student_transfer.imports import ImportRow
from student_transfer.matching import ImportAs
from student_transfer.services import PossibleMatch, Preview, PreviewRow
from student_transfer.students import Student, StudentKey

review_app = typer.Typer(
    no_args_is_help=True, help="Review the matches of an import, one by one."
)


def _name(student: Student | None) -> str:
    return student.full_name if student is not None else ""


def preview_row(shown: PreviewRow) -> Row:
    """Return the fields of one student of the preview."""
    row = shown.row
    by_person = row.decision.by_person
    return {
        "incoming": row.source_key,
        "name": _name(row.incoming),
        "born": row.incoming.date_of_birth if row.incoming else None,
        "import_as": shown.import_as.value,
        "flag": shown.needs_review,
        "matched_with": _name(shown.matched),
        "student": shown.matched.key if shown.matched else row.decision.match,
        "decided_by": "person" if by_person else "matching",
        "why": "decided in the review" if by_person else row.suggestion.why,
    }


PREVIEW_COLUMNS = (
    "incoming",
    "name",
    "born",
    "import_as",
    "flag",
    "matched_with",
    "why",
)


def preview_counts(shown: Preview) -> Row:
    """Return the counts of a preview."""
    return {
        "state": shown.import_.state.value,
        "done": shown.progress.done,
        "total": shown.progress.total,
        "new": shown.new,
        "matched": shown.matched,
        "no_longer_on_source": shown.absent,
        "needs_review": shown.needs_review,
    }


def preview(
    import_id: ImportArgument,
    *,
    name: Annotated[str, typer.Option(help="Only names that begin so.")] = "",
    import_as: Annotated[
        ImportAs | None, typer.Option("--import-as", help="Only matched, or only new.")
    ] = None,
    flagged: Annotated[
        bool | None,
        typer.Option("--flagged/--not-flagged", help="Only those to review, or not."),
    ] = None,
    acting: As,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Show who will be new, who is matched with whom, and who needs review."""
    session = open_session(database, acting)
    shown = session.service.preview(
        session.actor,
        find_import(session, import_id),
        name=name,
        import_as=import_as,
        needs_review=flagged,
    )
    rows = [preview_row(row) for row in shown.rows]
    counts = preview_counts(shown)
    if as_json:
        print_fields({**counts, "students": rows}, as_json=True)
        return
    print_fields(counts, as_json=False)
    print_rows(rows, PREVIEW_COLUMNS, title="Students", below="why", as_json=False)


def _print_decision(row: ImportRow) -> None:
    """Say what will be done now."""
    who = told(row.incoming) if row.incoming else row.source_key
    if row.decision.import_as is ImportAs.NEW:
        say(f"{who} will be imported as a new student.")
        return
    match = told(row.matched) if row.matched else row.decision.match
    say(f"{who} will be merged with {match}.")


@review_app.command("keep")
def keep(
    import_id: ImportArgument,
    incoming: Incoming,
    match: Annotated[
        str,
        typer.Argument(
            metavar="[MATCH]",
            help="The key of the match that you have seen; another one is not kept.",
        ),
    ] = "",
    *,
    acting: As,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Keep what is proposed for a student, and take the flag off."""
    session = open_session(database, acting)
    found = find_import(session, import_id)
    service, actor, key = session.service, session.actor, StudentKey(incoming)
    if match:
        seen: StudentKey | None = StudentKey(match)
    else:
        seen = service.review_row(actor, found, key).shown.row.decision.match
    _print_decision(service.keep_match(actor, found, key, seen))


@review_app.command("clear")
def clear(
    import_id: ImportArgument,
    incoming: Incoming,
    *,
    acting: As,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Import a student as a new one."""
    session = open_session(database, acting)
    found = find_import(session, import_id)
    key = StudentKey(incoming)
    _print_decision(session.service.clear_match(session.actor, found, key))


@review_app.command("choose")
def choose(
    import_id: ImportArgument,
    incoming: Incoming,
    student: StudentArgument,
    *,
    yes: Yes = False,
    acting: As,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Match a student with any student of your site.

    Asks where the two plainly differ.
    """
    session = open_session(database, acting)
    found = find_import(session, import_id)
    service, actor = session.service, session.actor
    keys = StudentKey(incoming), StudentKey(student)
    try:
        row = service.choose_match(actor, found, *keys, accept_unlike=yes)
    except UnlikeError as error:
        shown = service.review_row(actor, found, *keys)
        both = filter(None, (shown.shown.row.incoming, shown.beside))
        warn(error.message)
        if not agrees(f"Are {' and '.join(map(told, both))} one child?"):
            warn("Nothing was changed.")
            raise typer.Exit(Exit.REFUSED) from None
        row = service.choose_match(actor, found, *keys, accept_unlike=True)
    _print_decision(row)


def _possible_row(possible: PossibleMatch) -> Row:
    return {
        **student_row(possible.student),
        "probability": possible.candidate.probability,
        "why": possible.candidate.why,
    }


@review_app.command("show")
def show(
    import_id: ImportArgument,
    incoming: Incoming,
    *,
    acting: As,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Show the possible matches of one incoming student, best first."""
    session = open_session(database, acting)
    found = find_import(session, import_id)
    possible = session.service.possible_matches(
        session.actor, found, StudentKey(incoming)
    )
    columns = (*STUDENT_COLUMNS, "probability", "why")
    rows = [_possible_row(one) for one in possible]
    print_rows(rows, columns, title="Possible matches", below="why", as_json=as_json)


@review_app.command("search")
def search(
    import_id: ImportArgument,
    words: Annotated[list[str], typer.Argument(help="Beginnings of names, or an ID.")],
    *,
    acting: As,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Search your site for a student to choose."""
    session = open_session(database, acting)
    found = find_import(session, import_id)
    shown = session.service.search_students(
        session.actor, found, " ".join(words), limit=None
    )
    if shown.cut_off:
        warn("There are more: add another word.")
    rows = [student_row(one) for one in shown.students]
    print_rows(rows, STUDENT_COLUMNS, title="Students", as_json=as_json)


@review_app.command("history")
def history(
    import_id: ImportArgument,
    *,
    acting: As,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Show every decision that people took: who, when, before and after."""
    session = open_session(database, acting)
    found = find_import(session, import_id)
    rows = [
        {
            "incoming": edit.source_key,
            "by": edit.by,
            "at": edit.at,
            "before": f"{edit.before.import_as.value} {edit.before.match or ''}",
            "after": f"{edit.after.import_as.value} {edit.after.match or ''}",
        }
        for edit in session.service.edits(session.actor, found)
    ]
    columns = ("incoming", "by", "at", "before", "after")
    print_rows(rows, columns, title="Decisions", as_json=as_json)


def explain(
    import_id: ImportArgument,
    incoming: Incoming,
    student: StudentArgument,
    *,
    svg: Svg = None,
    acting: As,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Say, field by field, why two students do or do not match.

    The bars add up: each begins where the one above it ends, to the right for one
    child, to the left for two. Below is what keeps the two from being matched.
    """
    check_picture(svg, database)
    session = open_session(database, acting)
    found = find_import(session, import_id)
    one, other = StudentKey(incoming), StudentKey(student)
    why = session.service.why_not(session.actor, found, one, other)
    pair = ExplainedPair(one, other, why)
    if svg is not None:
        draw_why(pair, svg)
    if as_json:
        print_json(why_fields(why))
        return
    print_why(pair, svg)
