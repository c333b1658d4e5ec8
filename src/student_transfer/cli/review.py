"""Commands of the preview and its review: preview, review, explain."""

import sys
from pathlib import Path
from typing import Annotated

import attrs
import typer
from rich.text import Text

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
    Row,
    harmless,
    out,
    print_fields,
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
from student_transfer.formats.writing import write_whole
from student_transfer.imports import ImportRow
from student_transfer.linkage.explaining.explanation import Explanation, percent
from student_transfer.linkage.explaining.waterfall import LEAST_WIDTH, waterfall_text
from student_transfer.linkage.explaining.waterfall_svg import waterfall_svg
from student_transfer.matching import ImportAs, WhyNot
from student_transfer.services import PossibleMatch, Preview, PreviewRow
from student_transfer.students import Student, StudentKey

review_app = typer.Typer(
    no_args_is_help=True, help="Review the matches of an import, one by one."
)


def _name(student: Student | None) -> str:
    return student.full_name if student is not None else ""


def preview_row(shown: PreviewRow) -> Row:
    """Give the fields of one student of the preview."""
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
    """Give the counts of a preview."""
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


def explanation_rows(explanation: Explanation) -> list[Row]:
    """Give the sum of a comparison: a row for each field."""
    prior = {"field": "(prior)", "level": "", "weight": explanation.prior}
    fields = [
        {"field": one.field, "level": one.level.value, "weight": one.weight}
        for one in explanation.steps
    ]
    total = {"field": "total", "level": "", "weight": explanation.total}
    return [prior, *fields, total]


def explain(
    import_id: ImportArgument,
    incoming: Incoming,
    student: StudentArgument,
    *,
    svg: Annotated[
        Path | None,
        typer.Option(
            "--svg", metavar="FILE", help="Draw the sum as a picture in this file too."
        ),
    ] = None,
    acting: As,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Say, field by field, why two students do or do not match.

    The bars add up: each begins where the one above it ends, to the right for one
    child, to the left for two. Below is what keeps the two from being matched.
    """
    session = open_session(database, acting)
    found = find_import(session, import_id)
    why = session.service.why_not(
        session.actor, found, StudentKey(incoming), StudentKey(student)
    )
    if svg is not None:
        drawn = waterfall_svg(why.explanation, why.sentence)
        write_whole(svg, drawn.encode())
    if as_json:
        fields = {
            "probability": why.explanation.probability,
            "fields": explanation_rows(why.explanation),
            **why.as_dict(),
        }
        print_fields(fields, as_json=True)
        return
    _print_waterfall(why.explanation)
    _print_why(why)
    if svg is not None:
        say(f"The picture is in {svg}.")


_MOST_COLUMNS = 100


def _print_waterfall(explanation: Explanation) -> None:
    """Draw the sum, in colour where the terminal has it."""
    width = max(LEAST_WIDTH, min(out.width, _MOST_COLUMNS))
    drawn = waterfall_text(explanation, width, ascii_only=not _can_print_blocks())
    say(Text("Evidence", "bold underline"))
    for line in drawn.splitlines():
        text = Text(harmless(line))
        text.highlight_regex("█+", "blue")
        text.highlight_regex("░+", "yellow")
        say(text)


def _can_print_blocks() -> bool:
    try:
        "█░▒▏╵".encode(sys.stdout.encoding or "ascii")
    except UnicodeError:
        return False
    return True


def _print_why(why: WhyNot) -> None:
    """Say how likely the two are one child, and what keeps them from being matched."""
    say("")
    alone = percent(why.explanation.probability)
    say(f"Probability that they are one child, by themselves: {alone}")
    if why.proposed is not None:
        say(f"With every candidate considered: {percent(why.proposed)}")
    say(why.sentence)
    if why.other is not None:
        say(f"The other student is {why.other}.")
    if not why.was_compared:
        say("")
        rows = [attrs.asdict(one) for one in why.keys]
        columns = ("purpose", "incoming", "existing", "shared", "too_common")
        print_rows(rows, columns, title="Blocking keys", as_json=False)
