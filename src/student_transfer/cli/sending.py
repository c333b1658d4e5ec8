"""Commands of the source site, and the request to it: request, code."""

from typing import Annotated

import typer
from rich.text import Text

from student_transfer.cli.options import DEFAULT_DATABASE, As, Database, Json
from student_transfer.cli.output import print_fields, print_rows, say
from student_transfer.cli.session import one_of, open_session, short
from student_transfer.codes import CodeId, Scope, StudentScope, YearScope
from student_transfer.request_email import RequestFor
from student_transfer.sites import SchoolId, SiteKind
from student_transfer.students import StudentKey

code_app = typer.Typer(no_args_is_help=True, help="Transfer codes of your site.")


def request(
    *,
    acting: As,
    about: Annotated[
        RequestFor, typer.Option("--for", help="One student, or a whole year.")
    ] = RequestFor.YEAR,
    source: Annotated[
        SiteKind,
        typer.Option("--from", help="Whether the other site is a network or a school."),
    ] = SiteKind.SCHOOL,
    database: Database = DEFAULT_DATABASE,
    html: Annotated[bool, typer.Option("--html", help="Print HTML.")] = False,
    as_json: Json = False,
) -> None:
    """Print the email that asks another site for its students' data.

    What you have to fill in stands in [BRACKETS].
    """
    session = open_session(database, acting)
    email = session.service.request_email(session.actor, about=about, source=source)
    if as_json:
        fields = {
            "subject": email.subject.plain(),
            "plain": email.plain(),
            "html": email.html(),
            "placeholders": [one.name for one in email.placeholders],
        }
        print_fields(fields, as_json=True)
        return
    typer.echo(email.html() if html else email.plain())


@code_app.command("generate")
def generate(
    school: Annotated[str, typer.Argument(metavar="SCHOOL", help="The school's ID.")],
    *,
    year: Annotated[str, typer.Option(help="The whole year to transfer.")] = "",
    student: Annotated[
        str, typer.Option(help="The key of the one student to transfer.")
    ] = "",
    acting: As,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Generate a transfer code for a year, or for one student, of a school.

    The code is shown once and cannot be shown again.
    """
    session = open_session(database, acting)
    if bool(year) == bool(student):
        raise typer.BadParameter("give either --year or --student")
    scope: Scope
    if year:
        scope = YearScope(SchoolId(school), year)
    else:
        scope = StudentScope(SchoolId(school), StudentKey(student))
    new = session.service.generate_code(session.actor, scope)
    if as_json:
        fields = {
            "id": new.issued.id,
            "code": new.code.reveal(),
            "students": len(new.issued.students),
            "expires_at": new.issued.expires_at,
        }
        print_fields(fields, as_json=True)
        return
    count = len(new.issued.students)
    say(f"Transfer code for {count} student{'' if count == 1 else 's'}:")
    say("")
    say(Text(f"    {new.code.reveal()}", "bold"))
    say("")
    until = new.issued.expires_at.strftime("%d %B %Y, %H:%M UTC")
    say(f"Send it to the other administrator. It works once, until {until}.")
    say("It is not kept and cannot be shown again.")


@code_app.command("list")
def list_codes(
    *, acting: As, database: Database = DEFAULT_DATABASE, as_json: Json = False
) -> None:
    """List the codes of your site with their state, newest first."""
    session = open_session(database, acting)
    rows = [
        {
            "id": entry.issued.id if as_json else short(entry.issued.id),
            "school": entry.school,
            "for": entry.students,
            "students": len(entry.issued.students),
            "state": entry.status.value,
            "generated_at": entry.issued.generated_at,
            "expires_at": entry.issued.expires_at,
        }
        for entry in session.service.codes(session.actor)
    ]
    columns = ("id", "school", "for", "students", "state", "expires_at")
    print_rows(rows, columns, title="Transfer codes", as_json=as_json)


@code_app.command("revoke")
def revoke(
    code: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="The code's ID, or the beginning of it; not the code."
        ),
    ],
    *,
    acting: As,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Withdraw a code that has not been used."""
    session = open_session(database, acting)
    ids = [entry.issued.id for entry in session.service.codes(session.actor)]
    found = CodeId(one_of("transfer code", code, ids))
    session.service.revoke_code(session.actor, found)
    say(f"The code {short(found)} is withdrawn and will not be accepted.")
