"""The demonstration: a year of students moves from one site to another.

Every step is one of the public calls that a host makes, on a SQLite file that is kept.
The truth about the invented students is known, so the story checks itself.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from shlex import quote
from textwrap import wrap

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from student_transfer.adapters.sql import SqlStorage
from student_transfer.codes import YearScope
from student_transfer.demo.filling import fill
from student_transfer.demo.world import World, world
from student_transfer.errors import (
    CodeRefusedError,
    SameSiteCodeError,
    UsedCodeError,
)
from student_transfer.formats.writing import write_whole
from student_transfer.import_log import read_log, write_log
from student_transfer.imports import (
    Import,
    ImportId,
    ImportState,
    ImportStatus,
    Progress,
)
from student_transfer.matching import ImportAs
from student_transfer.permissions import Actor
from student_transfer.records import Record
from student_transfer.request_email import RequestFor
from student_transfer.services import Preview, PreviewRow, TransferService
from student_transfer.sites import School, Site
from student_transfer.students import Student, StudentKey

_INDENT = 4  # columns before a quoted text
_SHOWN = 12  # rows of a table that the story shows
# Names that nobody else gives to files: those of an earlier run are replaced.
_DATABASE = "student-transfer-demo.db"
_LOG = "student-transfer-demo-log.csv"

Everything = Mapping[StudentKey, tuple[Student, Sequence[Record]]]


def run_story(directory: Path, seed: int, console: Console | None = None) -> bool:
    """Tell the whole story; give whether every step was as it should be.

    Args:
        directory: Where the database and the log are kept; made if need be. Those of
            an earlier run are replaced.
        seed: Which people to invent.
        console: Where to tell it; by default standard output.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob(f"{_DATABASE}*"):
        old.unlink()
    with SqlStorage.open(directory / _DATABASE) as storage:
        story = _Story(directory, storage, world(seed), console or _console())
        story.tell()
    return story.ok


def _console() -> Console:
    """Return standard output, wide enough for tables also when it is a file."""
    console = Console(highlight=False)
    if console.is_terminal:
        return console
    return Console(highlight=False, width=max(120, console.width))


class _Story:
    """The demonstration as it goes on, and what was checked so far."""

    def __init__(
        self, directory: Path, storage: SqlStorage, invented: World, console: Console
    ) -> None:
        self.ok = True
        self._console = console
        self._directory = directory
        self._storage = storage
        self._world = invented
        self._service = TransferService(storage)
        self._sender, self._network_head, self._receiver = invented.administrators

    def tell(self) -> None:
        """Go through the steps in order."""
        self._two_sites()
        before = self._everything(self._world.source, self._world.source_students)
        self._request()
        code = self._generate()
        self._look_up(code)
        import_id = self._start(code).id
        self._analyse(import_id)
        self._preview(import_id)
        self._review(import_id)
        self._import(import_id)
        self._log(import_id)
        self._refusals(code)
        self._heading("Afterwards")
        after = self._everything(self._world.source, self._world.source_students)
        self._check("nothing on the source site has changed", before == after)
        self._goodbye()

    # What it is told with -------------------------------------------------------------

    def _say(self, text: str = "") -> None:
        self._console.print(text)

    def _heading(self, text: str) -> None:
        self._say(f"\n[bold cyan]{escape(text)}[/]")

    def _quote(self, text: str) -> None:
        """Show a text that is part of the story, not of its telling."""
        width = self._console.width - _INDENT
        for line in text.splitlines():
            parts = wrap(line, width, break_on_hyphens=False) or [""]
            for part in parts:
                self._say(f"{' ' * _INDENT}{escape(part)}".rstrip())

    def _check(self, what: str, held: object) -> None:
        """Show a check, and remember it when it fails."""
        mark = "[green]✓[/]" if held else "[bold red]✗ NOT SO:[/]"
        self._say(f"{mark} {escape(what)}")
        self.ok = self.ok and bool(held)

    def _under_a_bar(
        self, title: str, step: Callable[[Callable[[Progress], None]], object]
    ) -> None:
        """Take a background step under a progress bar."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Bar(*columns, console=self._console) as bar:
            task = bar.add_task(title, total=None)
            step(lambda now: bar.update(task, completed=now.done, total=now.total))

    def _table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Show a table."""
        table = Table()
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(escape(str(cell)) for cell in row))
        self._console.print(table)

    # The steps ------------------------------------------------------------------------

    def _two_sites(self) -> None:
        """Fill the database with the invented sites."""
        told = self._world
        self._heading("Two sites, with invented people")
        fill(self._storage, told)
        self._describe(told.source, told.source_schools, told.source_students)
        self._describe(
            told.destination, told.destination_schools, told.destination_students
        )

    def _describe(
        self, site: Site, schools: Sequence[School], students: Sequence[Student]
    ) -> None:
        self._say(
            f"{escape(site.name)}: {len(schools)} schools, {len(students)} students"
        )

    def _request(self) -> None:
        """The new site's administrator asks the old site."""
        self._heading("1. The new site asks the old one")
        email = self._service.request_email(
            self._receiver, about=RequestFor.YEAR, source=self._world.source.kind
        )
        self._say("The email to copy; what stands in [BRACKETS] is for you to fill in:")
        self._quote(email.plain())
        self._check("the email lists what is to be filled in", email.unfilled)

    def _generate(self) -> str:
        """The old site's administrator generates a code."""
        told = self._world
        self._heading("2. The old site generates a transfer code")
        scope = YearScope(told.source_school.id, told.year)
        new = self._service.generate_code(self._sender, scope)
        count = len(new.issued.students)
        self._say(f"For {count} students, {scope.label} of {told.source_school.name}:")
        self._quote(f"\n{new.code.reveal()}\n")
        self._say("It is shown this once; only a digest of it is kept.")
        self._check("every student of the year is in it", count == len(told.truth))
        return new.code.reveal()

    def _look_up(self, code: str) -> None:
        """The new site's administrator enters the code."""
        told = self._world
        self._heading("3. The new site enters the code")
        found = self._service.look_up(self._receiver, code.lower().replace("-", " "))
        self._say(f"Previous school network: {escape(found.previous_site)}")
        self._say(f"Previous school:         {escape(found.previous_school)}")
        self._check(
            "it shows the network and the school, and nothing about any student",
            (found.previous_site, found.previous_school)
            == (told.source.name, told.source_school.name),
        )

    def _start(self, code: str) -> Import:
        """The school is chosen, and the import joins the pending ones."""
        school = self._world.destination_school
        import_ = self._service.start_import(self._receiver, code, school.id)
        self._say(f"Enrol students in:       {escape(school.name)}")
        [pending] = self._service.pending_imports(self._receiver)
        self._check("the import is analysing", pending.import_ == import_)
        return import_

    def _analyse(self, import_id: ImportId) -> None:
        """The background job finds matches."""
        self._heading("4. The analysis runs in the background")
        self._under_a_bar(
            "Analysing", lambda update: self._service.analyse(import_id, update)
        )
        state = self._service.preview(self._receiver, import_id).import_.state
        self._check("the preview is ready", state is ImportState.READY)

    def _preview(self, import_id: ImportId) -> None:
        """The preview is shown, and held against the truth."""
        self._heading("5. The preview")
        preview = self._service.preview(self._receiver, import_id)
        self._say(
            f"{preview.new} new students, {preview.matched} matched, "
            f"{preview.needs_review} to review. Some of those with possible matches:"
        )
        telling = [row for row in preview.rows if row.row.suggestion.candidates]
        telling.sort(key=lambda row: not row.needs_review)
        self._table(
            ("incoming", "born", "import as", "flag", "matched with", "why"),
            map(_preview_cells, telling[:_SHOWN]),
        )
        self._check(
            "no student is matched with another child unless it is flagged",
            all(
                self._truth_of(row) == row.row.decision.match
                for row in _matched(preview)
                if not row.needs_review
            ),
        )
        offered = [row for row in preview.rows if self._truth_of(row) in _offered(row)]
        there = [row for row in preview.rows if self._truth_of(row) is not None]
        self._check(
            f"the right student is offered for {len(offered)} of the {len(there)} "
            "who are there already",
            len(offered) == len(there),
        )

    def _truth_of(self, row: PreviewRow) -> StudentKey | None:
        """Return the same child on the destination site, if there."""
        return self._world.truth[row.source_key]

    def _review(self, import_id: ImportId) -> None:
        """A person goes through the flagged students and changes one match."""
        self._heading("6. A person reviews the matches")
        preview = self._service.preview(self._receiver, import_id, needs_review=True)
        changed, decisions = 0, len(preview.rows)
        for row in preview.rows:
            changed += self._decide(import_id, row)
        if not changed:  # every proposal was right
            changed = self._change_and_change_back(import_id)
            decisions += 2
        edits = self._service.edits(self._receiver, import_id)
        self._check("at least one match was changed", changed)
        self._check(
            "every decision is on file: who, when, before and after",
            len(edits) == decisions,
        )

    def _change_and_change_back(self, import_id: ImportId) -> int:
        """Clear a match that is right, and choose the same student again."""
        preview = self._service.preview(self._receiver, import_id)
        row = _matched(preview)[0]
        key, name = row.source_key, _name(row.incoming)
        self._service.clear_match(self._receiver, import_id, key)
        self._say(f"{name}: cleared, so a new student")
        truth = self._truth_of(row)
        if truth is not None:
            self._service.choose_match(self._receiver, import_id, key, truth)
            self._say(f"{name}: on second thoughts matched with the student {truth}")
        return 1

    def _decide(self, import_id: ImportId, row: PreviewRow) -> bool:
        """Decide one student as somebody who knows the child would."""
        key, truth = row.source_key, self._truth_of(row)
        name = _name(row.incoming)
        if truth == row.row.decision.match:
            self._service.keep_match(self._receiver, import_id, key, truth)
            self._say(f"{name}: looked at, and kept as it is proposed")
            return False
        if truth is None:
            self._service.clear_match(self._receiver, import_id, key)
            self._say(f"{name}: not the same child, so a new student")
        else:
            chosen = self._service.choose_match(self._receiver, import_id, key, truth)
            self._say(f"{name}: matched with the student {chosen.decision.match}")
        return True

    def _import(self, import_id: ImportId) -> None:
        """The students are imported in the background."""
        self._heading("7. The students are imported")
        self._say(self._service.confirm(self._receiver, import_id).message)
        self._under_a_bar(
            "Importing", lambda update: self._service.run_import(import_id, update)
        )
        [completed] = self._service.completed_imports(self._receiver)
        self._say("\nCompleted imports:")
        self._table(
            ("requesting school", "date", "students", "status", "imported", "failed"),
            [
                (
                    completed.school,
                    completed.date.date(),
                    completed.students,
                    completed.status.value,
                    completed.imported,
                    completed.failed,
                )
            ],
        )
        self._check(
            "every student has arrived",
            (completed.imported, completed.failed) == (len(self._world.truth), 0),
        )
        self._check(
            "conflicts changed some of the data, and the status says so",
            completed.status is ImportStatus.CHANGES,
        )
        self._check_arrivals(import_id)

    def _check_arrivals(self, import_id: ImportId) -> None:
        """Hold what arrived against the truth, child by child."""
        with self._storage(read_only=True) as work:
            rows = work.imports.rows(import_id)
        arrived = {row.source_key: row.outcome.student for row in rows if row.outcome}
        truth = self._world.truth
        self._check(
            "each child who was there is merged with its own record",
            all(arrived[key] == there for key, there in truth.items() if there),
        )
        theirs = [key for key in arrived.values() if key is not None]
        self._check("no two children became one", len(set(theirs)) == len(theirs))
        now = self._everything_of(self._world.destination, theirs)
        lost = 0
        for key, there in arrived.items():
            has = {record.origin for record in now[there][1]} if there else set()
            sent = {record.origin for record in self._world.source_records.get(key, ())}
            lost += len(sent - has)
        self._check("not one record was lost", lost == 0)

    def _log(self, import_id: ImportId) -> None:
        """The log is written as CSV, read back and shown."""
        self._heading("8. The import log")
        rows = self._service.import_log(self._receiver, import_id)
        path = self._directory / _LOG
        write_whole(path, write_log(rows))
        self._say(f"Written to {path}. Those with changes come first here:")
        first = sorted(rows, key=lambda row: not row.detail)[:_SHOWN]
        self._table(
            ("first name", "last name", "status", "scores", "user name", "detail"),
            (
                (
                    row.first_name,
                    row.last_name,
                    row.source_import_status.value,
                    row.score_import_status.value,
                    f"{row.source_user_name} → {row.destination_user_name}",
                    row.detail,
                )
                for row in first
            ),
        )
        back = read_log(path.read_bytes())
        self._check("the file reads back into the same rows", back == rows)

    def _refusals(self, code: str) -> None:
        """The same code again, and a code on its own site, are refused."""
        self._heading("9. What is refused")
        self._refused(self._receiver, code, UsedCodeError, "The same code again:")
        self._refused(
            self._sender, code, SameSiteCodeError, "The code on the site it is from:"
        )

    def _refused(
        self, actor: Actor, code: str, kind: type[CodeRefusedError], what: str
    ) -> None:
        self._say(what)
        try:
            self._service.look_up(actor, code)
        except CodeRefusedError as error:
            self._quote(str(error))
            self._check("refused, and for the right reason", type(error) is kind)
        else:
            self._check("refused", held=False)

    def _goodbye(self) -> None:
        database = self._directory / _DATABASE
        self._say(f"\nThe database is kept until the demo is run again: {database}.")
        self._say("Look around in it:")
        self._quote(
            f"student-transfer imports --db {quote(str(database))} "
            f"--as {self._receiver.id}"
        )
        verdict = "Every step was as it should be." if self.ok else "Some steps failed."
        self._say(f"\n[bold]{verdict}[/]")

    # Looking at the storage ---------------------------------------------------------

    def _everything(self, site: Site, students: Iterable[Student]) -> Everything:
        """Read every one of these students with all records."""
        return self._everything_of(site, [student.key for student in students])

    def _everything_of(self, site: Site, keys: Collection[StudentKey]) -> Everything:
        with self._storage(read_only=True) as work:
            found = work.source.students(site.id, keys)
            return {
                key: (student, work.source.records(site.id, key))
                for key, student in found.items()
            }


def _name(student: Student | None) -> str:
    return student.full_name if student is not None else ""


def _matched(preview: Preview) -> list[PreviewRow]:
    return [row for row in preview.rows if row.import_as is ImportAs.MATCHED]


def _offered(row: PreviewRow) -> set[StudentKey | None]:
    """Return who is offered as the same child: the match and the possible matches."""
    return {one.key for one in row.row.suggestion.candidates}


def _preview_cells(row: PreviewRow) -> tuple[object, ...]:
    """Return what the preview's table shows of one student."""
    incoming = row.incoming
    return (
        _name(incoming),
        incoming.date_of_birth if incoming is not None else "",
        row.import_as.value,
        "review" if row.needs_review else "",
        _name(row.matched),
        row.why,
    )
