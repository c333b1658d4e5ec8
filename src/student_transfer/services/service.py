"""The object that a host calls. Every method is one use case.

Methods with an ``actor`` act for a person, and each checks that the person may do it
(PERM-3): a refusal changes nothing, and anything of another site is "not found".
Those without (`analyse`, `run_import`, `due`, `run_due`, `resume`,
`forget_expired_codes`) are for the host's background jobs and operators. An argument of
the wrong type, such as a student in place of a key, is refused with a TypeError that
names the argument.
"""

from collections.abc import Collection

from student_transfer import system
from student_transfer.codes import CodeId, IssuedCode, Scope, TransferCode
from student_transfer.field_types import checks_arguments
from student_transfer.import_log import LogRow
from student_transfer.imports import Edit, Import, ImportId, ImportRow, LogEntry
from student_transfer.matching import (
    DEFAULT_SETTINGS,
    Comparison,
    ImportAs,
    Settings,
    WhyNot,
    suggest,
)
from student_transfer.merges import Merge, MergeId
from student_transfer.permissions import Action, Actor, DefaultPolicy, Policy
from student_transfer.ports import (
    Clock,
    IdSource,
    Matcher,
    RandomSource,
    UnitOfWorkFactory,
)
from student_transfer.request_email import RequestEmail, RequestFor
from student_transfer.services import (
    analysis,
    background,
    duplicates,
    import_lifecycle,
    import_lists,
    importing,
    match_review,
    match_undo,
    previewing,
    review,
    review_decisions,
    site_lookup,
    transfer_codes,
)
from student_transfer.services.background import Ran
from student_transfer.services.context import (
    Context,
    OnFailure,
    OnProgress,
    log_nothing,
)
from student_transfer.services.duplicates import MergePlan
from student_transfer.services.import_lifecycle import LookedUp, Scheduled
from student_transfer.services.import_lists import (
    CompletedImport,
    ImportProgress,
    PendingImport,
)
from student_transfer.services.match_review import MatchReview
from student_transfer.services.match_undo import MatchUndo
from student_transfer.services.previewing import Preview
from student_transfer.services.review import PossibleMatch
from student_transfer.services.site_lookup import WhoGoes, YearCount
from student_transfer.services.steps import Due, OnDue, tell_nobody
from student_transfer.services.student_search import FoundStudents
from student_transfer.services.transfer_codes import CodeEntry, NewCode
from student_transfer.sites import School, SchoolId, Site, SiteId, SiteKind
from student_transfer.students import Student, StudentKey


@checks_arguments
class TransferService:
    """Transfers students between sites: from the request to the import log."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        *,
        clock: Clock = system.utc_now,
        new_id: IdSource = system.new_id,
        randomness: RandomSource = system.secure_bytes,
        policy: Policy | None = None,
        settings: Settings = DEFAULT_SETTINGS,
        matcher: Matcher = suggest,
        on_due: OnDue = tell_nobody,
        on_failure: OnFailure = log_nothing,
    ) -> None:
        """Build the service over a host's storage.

        Args:
            unit_of_work: Opens transactions over the host's storage.
            clock: Tells the time, aware, in any zone; a naive time is refused.
            new_id: Names new students, codes, imports and merges.
            randomness: Gives secure bytes for transfer codes (CODE-9).
            policy: Who may do what; the default is PERM-1 and PERM-2.
            settings: The thresholds and limits of the matching (MATCH-6).
            matcher: Proposes the matches; try another one's laws first
                (`student_transfer.testing.laws`).
            on_due: Called when a background step becomes due, in the unit of work that
                makes it so and before its commit, so that it can enqueue the job in
                the same transaction. An error that it raises undoes the change.
            on_failure: Called when a student of an import could not be brought for an
                unexpected reason, with the import, the student's key on the source
                site and the error: for the host's own log.

        Raises:
            TypeError: One of these is something else, such as a path for a storage.
        """
        self._context = Context(
            unit_of_work=unit_of_work,
            clock=clock,
            new_id=new_id,
            randomness=randomness,
            policy=DefaultPolicy() if policy is None else policy,
            settings=settings,
            matcher=matcher,
            on_due=on_due,
            on_failure=on_failure,
        )

    # Looking at the own site ------------------------------------------------------

    def site(self, actor: Actor) -> Site:
        """Return the actor's own site.

        Raises:
            NotAllowedError: The actor may do nothing there.
            NotFoundError: The storage does not know it.
        """
        return site_lookup.site(self._context, actor)

    def schools(self, actor: Actor, action: Action) -> tuple[School, ...]:
        """Return the schools for which the actor may do this, by name (PERM-2).

        Raises:
            NotAllowedError: There is none, and the actor may not do it at all.
        """
        return site_lookup.schools(self._context, actor, action)

    def years(self, actor: Actor, school_id: SchoolId) -> tuple[YearCount, ...]:
        """Count the enrolled students of each year of a school (CODE-1, CODE-2).

        Raises:
            NotFoundError: The school is not on the actor's site.
            NotAllowedError: It is not one of the actor's schools.
        """
        return site_lookup.years(self._context, actor, school_id)

    def students(
        self,
        actor: Actor,
        action: Action,
        *,
        name: str = "",
        school_id: SchoolId | None = None,
        year: str = "",
        offset: int = 0,
        limit: int | None = 50,
    ) -> FoundStudents:
        """Find students of the own site for whom the actor may do this (PERM-2).

        Without a name the students are listed who are enrolled in the actor's schools.
        If those are too many to look through, a school or a name has to be given; one
        school is listed whatever its size. With a name, an actor who may act for every
        school finds students without a school, too.

        Args:
            actor: Who looks.
            action: What the student is looked for.
            name: Beginnings of names, or of the student ID.
            school_id: Only those of one school.
            year: Only those of one year, however it is written.
            offset: How many to pass over, for a page after the first.
            limit: How many to give at most; None for all.

        Raises:
            NotFoundError: The school is not on the actor's site.
            NotAllowedError: The actor may not do this there.
        """
        return site_lookup.students(
            self._context,
            actor,
            action,
            name=name,
            school_id=school_id,
            year=year,
            offset=offset,
            limit=limit,
        )

    def student(self, actor: Actor, action: Action, key: StudentKey) -> Student:
        """Return a student of the own site for whom the actor may do this (PERM-2).

        Raises:
            NotFoundError: The student is not on the actor's site.
            NotAllowedError: The student is in none of the actor's schools.
        """
        return site_lookup.student(self._context, actor, action, key)

    # Asking another site, and answering ---------------------------------------------

    def request_email(
        self, actor: Actor, *, about: RequestFor, source: SiteKind
    ) -> RequestEmail:
        """Return the email text that asks another site for data (REQ-1, REQ-2).

        ``destination`` is filled with the name of the own site, and can be filled
        again with the name of a school; the other placeholders are for the person.

        Args:
            actor: Who asks.
            about: One student, or a whole year.
            source: Whether the other site is a school network or a single school.

        Raises:
            NotAllowedError: The actor may not ask for data.
            NotFoundError: The storage does not know the actor's site.
        """
        return transfer_codes.request_email(self._context, actor, about, source)

    def who_goes(self, actor: Actor, scope: Scope) -> WhoGoes:
        """Show whom a code would be for, before it is generated (CODE-1, CODE-2).

        Raises:
            NotFoundError: The school is not on the actor's site.
            NotAllowedError: It is not one of the actor's schools.
            EmptyScopeError: Nobody who is enrolled there falls under the scope.
        """
        return site_lookup.who_goes(self._context, actor, scope)

    def generate_code(
        self, actor: Actor, scope: Scope, *, code_id: CodeId | None = None
    ) -> NewCode:
        """Generate a transfer code for a student or a year of an own school.

        The code in clear is in the answer and nowhere else (CODE-1 to CODE-3,
        CODE-10).

        Args:
            actor: Who generates it.
            scope: The student or the year.
            code_id: The id of the code, where the host chooses it. A second request
                with the same id, as by a form that is sent again, is refused.

        Raises:
            ConcurrentChangeError: There is a code of this id already.
            ValueError: The id does not have 1 to 64 characters.
            NotFoundError: The school is not on the actor's site.
            NotAllowedError: It is not one of the actor's schools.
            EmptyScopeError: Nobody who is enrolled there falls under the scope.
        """
        return transfer_codes.generate_code(
            self._context, actor, scope, code_id=code_id
        )

    def codes(
        self, actor: Actor, *, offset: int = 0, limit: int | None = None
    ) -> tuple[CodeEntry, ...]:
        """List the codes of the actor's schools with their status (CODE-8).

        Args:
            actor: Who looks.
            offset: How many to pass over, for a page after the first.
            limit: How many to give at most; None gives all. Each is read with the keys
                of its students, so a page of a long list takes less time.

        Raises:
            ValueError: One of the two is below 0.
        """
        return transfer_codes.list_codes(
            self._context, actor, offset=offset, limit=limit
        )

    def revoke_code(self, actor: Actor, code_id: CodeId) -> IssuedCode:
        """Withdraw a code that is not used (CODE-8).

        The preview of an import that holds it is forgotten, and all that can be done
        with the import is to cancel it; one that is being analysed cancels itself.

        Raises:
            NotFoundError: There is no such code on the actor's site.
            IllegalTransitionError: It is used or revoked already.
        """
        return transfer_codes.revoke_code(self._context, actor, code_id)

    # Entering a code ------------------------------------------------------------------

    def look_up(self, actor: Actor, code: str | TransferCode) -> LookedUp:
        """Show where an entered code comes from; changes nothing (LOOK-1).

        Args:
            actor: Who has entered the code, on the destination site.
            code: As a person typed or pasted it, or as `generate_code` gave it.

        Raises:
            CodeRefusedError: One of its eight kinds, in the order of CODE-11.
        """
        return import_lifecycle.look_up(self._context, actor, code)

    def start_import(
        self, actor: Actor, code: str | TransferCode, school_id: SchoolId
    ) -> Import:
        """Claim the code and start an import into a school (LOOK-2, LOOK-3).

        The import is *analysing*: `analyse` is now due. The code is as for `look_up`.

        Raises:
            CodeRefusedError: As `look_up`.
            NotFoundError: The school is not on the actor's site.
            NotAllowedError: It is not one of the actor's schools.
        """
        return import_lifecycle.start_import(self._context, actor, code, school_id)

    def listed_imports(self, actor: Actor) -> tuple[Import, ...]:
        """Return the imports of both lists, newest first, without their rows (LOOK-3).

        Every import into the site is read, with the keys of its students, which
        `imports.Import` holds, and with nothing else about them.
        """
        return import_lists.listed_imports(self._context, actor)

    def pending_imports(self, actor: Actor) -> tuple[PendingImport, ...]:
        """List the imports under way, newest first, with progress (LOOK-3, PREV-1).

        One whose code the source has withdrawn says so, until it is cancelled (CODE-8).
        """
        return import_lists.pending_imports(self._context, actor)

    def progress(self, actor: Actor, import_id: ImportId) -> ImportProgress:
        """Show how far an import is (PREV-1).

        It reads no student, so a page may call it often, whatever the size of the
        import.

        Raises:
            NotFoundError: There is no such import on the actor's site.
            NotAllowedError: It is into a school that is not the actor's.
            RevokedCodeError: The source has withdrawn the code meanwhile.
        """
        return import_lists.import_progress(self._context, actor, import_id)

    def completed_imports(
        self, actor: Actor, *, offset: int = 0, limit: int | None = None
    ) -> tuple[CompletedImport, ...]:
        """List the ended imports, newest first (DONE-1, DONE-2).

        Args:
            actor: Who looks.
            offset: How many to pass over, for a page after the first.
            limit: How many to give at most; None gives all. The rows of each are
                counted, so a page of a long list takes less time.
        """
        return import_lists.completed_imports(
            self._context, actor, offset=offset, limit=limit
        )

    # Preview and review ---------------------------------------------------------------

    def preview(
        self,
        actor: Actor,
        import_id: ImportId,
        *,
        name: str = "",
        import_as: ImportAs | None = None,
        needs_review: bool | None = None,
        offset: int = 0,
        limit: int | None = None,
    ) -> Preview:
        """Show the counts and the students of an import (PREV-2, PREV-3).

        Args:
            actor: Who looks.
            import_id: The import.
            name: Show only students with names that begin so (REV-1).
            import_as: Show only matched, or only new students.
            needs_review: Show only those with, or without, the flag.
            offset: How many of these to pass over, for a page after the first.
            limit: How many to show at most; None shows all.

        Raises:
            RevokedCodeError: The source has withdrawn the code meanwhile.
        """
        return previewing.preview(
            self._context,
            actor,
            import_id,
            name=name,
            import_as=import_as,
            needs_review=needs_review,
            offset=offset,
            limit=limit,
        )

    def review_row(
        self,
        actor: Actor,
        import_id: ImportId,
        source_key: StudentKey,
        beside: StudentKey | None = None,
        *,
        about: Collection[StudentKey] = (),
    ) -> MatchReview:
        """Return one incoming student with all that the review of it shows (REV-1).

        Args:
            actor: Who looks.
            import_id: The import.
            source_key: The incoming student.
            beside: The student of the own site to compare with, where that is to be
                another than the match.
            about: Further students of the own site who are shown with it, such as
                those whom a search found: who has taken them is told too.

        Raises:
            NotFoundError: There is no such import, or no such student.
            IllegalTransitionError: There is no preview yet.
            NotAllowedError: The import is not the actor's to review; or it is not
                reviewed any more, and ``beside`` is of another school (PERM-2).
            RevokedCodeError: The source has withdrawn the code meanwhile.
        """
        return match_review.review_row(
            self._context, actor, import_id, source_key, beside, about=about
        )

    def possible_matches(
        self, actor: Actor, import_id: ImportId, source_key: StudentKey
    ) -> tuple[PossibleMatch, ...]:
        """Return the possible matches of an incoming student, best first (REV-1).

        After the review only those who are in a school of the actor's (PERM-2).

        Raises:
            NotFoundError: There is no such import, or no such student.
            IllegalTransitionError: There is no preview yet.
            NotAllowedError: The actor may not review the import.
            RevokedCodeError: The source has withdrawn the code meanwhile.
        """
        return review.possible_matches(self._context, actor, import_id, source_key)

    def search_students(
        self,
        actor: Actor,
        import_id: ImportId,
        text: str,
        *,
        offset: int = 0,
        limit: int | None = 50,
    ) -> FoundStudents:
        """Search the own site by names or student ID, to choose a match (REV-1).

        Args:
            actor: Who reviews the import.
            import_id: The import.
            text: Beginnings of names, or of the student ID; without any, nobody is
                found.
            offset: How many to pass over, for a page after the first.
            limit: How many to give at most; None for all that are found.

        Raises:
            IllegalTransitionError: The import is not under review.
            RevokedCodeError: The source has withdrawn the code meanwhile.
        """
        return review.search_students(
            self._context, actor, import_id, text, offset=offset, limit=limit
        )

    def explain(
        self,
        actor: Actor,
        import_id: ImportId,
        source_key: StudentKey,
        student_key: StudentKey,
    ) -> Comparison:
        """Compare an incoming student with one of the site, field by field (PREV-6).

        Raises:
            NotFoundError: One of the two, or the import, is not there; or the incoming
                student was not on the source site any more (IMP-10).
            IllegalTransitionError: There is no preview yet.
            NotAllowedError: The actor may not review the import; or it is not reviewed
                any more, and the student of the site is of another school (PERM-2).
            RevokedCodeError: The source has withdrawn the code meanwhile.
        """
        return review.explain(self._context, actor, import_id, source_key, student_key)

    def why_not(
        self,
        actor: Actor,
        import_id: ImportId,
        source_key: StudentKey,
        student_key: StudentKey,
    ) -> WhyNot:
        """Return why an incoming student is not matched with one of the site (PREV-6).

        The two may never have been compared: then it is said what kept them apart, and
        the explanation says how they would have compared.

        Raises:
            NotFoundError: One of the two, or the import, is not there; or the incoming
                student was not on the source site any more (IMP-10).
            IllegalTransitionError: There is no preview yet.
            NotAllowedError: The actor may not review the import; or it is not reviewed
                any more, and the student of the site is of another school (PERM-2).
            RevokedCodeError: The source has withdrawn the code meanwhile.
        """
        return review.why_not(self._context, actor, import_id, source_key, student_key)

    def keep_match(
        self,
        actor: Actor,
        import_id: ImportId,
        source_key: StudentKey,
        match: StudentKey | None,
    ) -> ImportRow:
        """Keep what is decided for a student, and remove the review flag (REV-1).

        Args:
            actor: Who has looked.
            import_id: The import.
            source_key: The incoming student.
            match: The match that the person has looked at; None for a new student.

        Raises:
            IllegalTransitionError: The import is not under review.
            ConcurrentChangeError: The match is another one by now.
            DecisionError: The match has gone, or its key is another child's (IMP-8).
            RevokedCodeError: The source has withdrawn the code meanwhile.
        """
        return review_decisions.keep_match(
            self._context, actor, import_id, source_key, match
        )

    def clear_match(
        self, actor: Actor, import_id: ImportId, source_key: StudentKey
    ) -> ImportRow:
        """Import a student as a new one (REV-1).

        Raises:
            IllegalTransitionError: The import is not under review.
            RevokedCodeError: The source has withdrawn the code meanwhile.
        """
        return review_decisions.clear_match(self._context, actor, import_id, source_key)

    def choose_match(
        self,
        actor: Actor,
        import_id: ImportId,
        source_key: StudentKey,
        student_key: StudentKey,
        *,
        accept_unlike: bool = False,
    ) -> ImportRow:
        """Match a student with any student of the own site (REV-1).

        Args:
            actor: Who chooses.
            import_id: The import.
            source_key: The incoming student.
            student_key: The student of the own site.
            accept_unlike: Whether the person has said once more that the two are one
                child, though they plainly differ.

        Raises:
            NotFoundError: One of the two is not there.
            IllegalTransitionError: The import is not under review.
            MatchTakenError: That student is already the match of another incoming
                student, whose key on the source site the error gives (REV-2).
            UnlikeError: They plainly differ, and that is not accepted (MATCH-1).
            RevokedCodeError: The source has withdrawn the code meanwhile.
        """
        return review_decisions.choose_match(
            self._context,
            actor,
            import_id,
            source_key,
            student_key,
            accept_unlike=accept_unlike,
        )

    def edits(self, actor: Actor, import_id: ImportId) -> tuple[Edit, ...]:
        """Return every edit of the review, oldest first (REV-3).

        The edits of every import are kept, even of one that was cancelled or whose code
        the source has withdrawn: they name students by key alone.

        Raises:
            NotFoundError: There is no such import on the actor's site.
            NotAllowedError: It is into a school that is not the actor's.
        """
        return review_decisions.edits(self._context, actor, import_id)

    def analyse_again(self, actor: Actor, import_id: ImportId) -> Import:
        """Have a ready preview analysed again: `analyse` is now due (PREV-7).

        What people decided stays, and follows merges. A decision that does not hold any
        more is replaced by a proposal, which says so and is flagged for review.

        Raises:
            NotFoundError: There is no such import on the actor's site.
            NotAllowedError: The actor may not review the import.
            IllegalTransitionError: There is no preview that is ready.
            RevokedCodeError: The source has withdrawn the code meanwhile.
        """
        return import_lifecycle.analyse_again(self._context, actor, import_id)

    def confirm(
        self,
        actor: Actor,
        import_id: ImportId,
        *,
        version: int | None = None,
        accept_unreviewed: bool = False,
    ) -> Scheduled:
        """Schedule the import and use the code: `run_import` is now due (IMP-1).

        Students who are flagged for review are imported unseen only where a person
        says so (MATCH-1).

        Args:
            actor: Who confirms.
            import_id: The import.
            version: The `imports.Import.version` of the preview that the person has
                seen, which every edit of the review counts up. Without it the preview
                is confirmed as it is by now.
            accept_unreviewed: Whether the person accepts that flagged students are
                imported as proposed though nobody has looked at them.

        Raises:
            ConcurrentChangeError: The import has another version by now.
            IllegalTransitionError: The preview is not ready, or it was confirmed.
            NotFoundError: The school to enrol in is no longer on the site.
            RevokedCodeError: The source has withdrawn the code meanwhile.
            UnreviewedError: Nobody has looked at some flagged students, and that is
                not accepted.
        """
        return import_lifecycle.confirm(
            self._context,
            actor,
            import_id,
            version,
            accept_unreviewed=accept_unreviewed,
        )

    def cancel(
        self, actor: Actor, import_id: ImportId, *, confirmed: bool = False
    ) -> Import:
        """End an import that is not confirmed yet and release its code (IMP-2).

        Args:
            actor: Who cancels.
            import_id: The import.
            confirmed: Whether the person has said yes a second time.

        Raises:
            ConfirmationRequiredError: The second yes is missing.
            IllegalTransitionError: The import is scheduled or has ended.
        """
        return import_lifecycle.cancel(
            self._context, actor, import_id, confirmed=confirmed
        )

    # Background steps -----------------------------------------------------------------

    def analyse(
        self, import_id: ImportId, on_progress: OnProgress | None = None
    ) -> Import:
        """Make the preview of an import that is being analysed (PREV-1, PREV-7).

        Safe to call twice, from two workers at once, and again after a crash.

        Raises:
            NotFoundError: There is no such import.
            AnalysisFailedError: It failed and is still due; carries the cause.
            StorageError: The storage is busy, others changed the import at each try,
                or its failure could not be saved. It is still due.
        """
        return analysis.analyse(self._context, import_id, on_progress)

    def run_import(
        self, import_id: ImportId, on_progress: OnProgress | None = None
    ) -> Import:
        """Import the students of a scheduled import, one transaction each (IMP-6).

        Safe to call twice, from two workers at once, and again after a crash.

        Raises:
            NotFoundError: There is no such import.
            ImportFailedError: It stopped; what arrived stays (IMP-7).
            StorageError: The storage is busy, others changed the import at each try,
                or its failure could not be saved. It is still due, and what arrived
                stays.
        """
        return importing.run_import(self._context, import_id, on_progress)

    def resume(self, import_id: ImportId) -> Import:
        """Schedule an import again that failed, or of which some students did (IMP-7).

        For an operator: what arrived stays, nothing arrives twice, and students who
        failed unexpectedly are tried again.

        Raises:
            NotFoundError: There is no such import.
            IllegalTransitionError: It has not ended, or nothing of it is left to do:
                nobody waits, and nobody failed unexpectedly.
        """
        return background.resume(self._context, import_id)

    def due(self) -> tuple[Due, ...]:
        """Return which background steps are due, on all sites, oldest first.

        For a sweep that gives lost jobs to the queue again; changes nothing.

        Raises:
            StorageError: The storage is busy, or cannot be read.
        """
        return background.due(self._context)

    def run_due(self, on_progress: OnProgress | None = None) -> tuple[Ran, ...]:
        """Run every background step that is due; errors of steps are in the answer.

        Raises:
            StorageError: What is due cannot be read now; ask again.
        """
        return background.run_due(self._context, on_progress)

    def forget_expired_codes(self, site_id: SiteId) -> int:
        """Let codes of a site that expired unused forget whom they were for (CODE-3).

        Only codes for a year have that to forget. Returns how many have forgotten it.
        Call it every night: a code forgets by itself when it is used or revoked, but
        not when it expires. Safe to call twice, and from two workers at once.

        Raises:
            StorageError: The storage is busy, or cannot be written; nothing changed.
        """
        return transfer_codes.forget_expired_codes(self._context, site_id)

    # Afterwards -----------------------------------------------------------------------

    def import_log(self, actor: Actor, import_id: ImportId) -> tuple[LogRow, ...]:
        """Return the log of an import; `import_log.write_log` makes the CSV (LOG-1)."""
        entries = self.log_entries(actor, import_id)
        return tuple(entry.outcome.log_row for entry in entries)

    def log_entries(self, actor: Actor, import_id: ImportId) -> tuple[LogEntry, ...]:
        """Return the log with the students' keys, and what can be undone (AFTER-2).

        Raises:
            NotFoundError: There is no such import.
            NotAllowedError: It is into a school that is not the actor's.
        """
        return import_lists.log_entries(self._context, actor, import_id)

    def plan_merge(
        self, actor: Actor, survivor: StudentKey, absorbed: StudentKey
    ) -> MergePlan:
        """Show what `merge_students` would make of two records (AFTER-1).

        Raises:
            NotFoundError: One of the two is not on the actor's site.
            MergeRefusedError: They are one and the same record.
        """
        return duplicates.plan_merge(self._context, actor, survivor, absorbed)

    def merge_students(
        self,
        actor: Actor,
        survivor: StudentKey,
        absorbed: StudentKey,
        *,
        seen: str | None = None,
        accept_unlike: bool = False,
    ) -> Merge:
        """Merge two records of one student on the own site (AFTER-1).

        Where a Student Information System owns the site's roster only records are
        added to the survivor: keep the record that is that system's (IMP-9).

        Args:
            actor: Who merges.
            survivor: The student who stays.
            absorbed: The student who goes.
            seen: `MergePlan.mark` of what a person has looked at, if anybody did.
            accept_unlike: Whether a person has said that the two are one child, however
                plainly they differ; not needed where it was ``seen``.

        Raises:
            ConcurrentChangeError: One of the two is not as it was ``seen``.
            NotFoundError: One of the two is not on the actor's site.
            NotAllowedError: The actor may not merge both of them.
            UnlikeError: The two plainly differ, and nobody has looked (MATCH-1).
            MergeRefusedError: They are one and the same record, or the storage cannot
                keep every record of both (CONF-5).
        """
        return duplicates.merge_students(
            self._context,
            actor,
            survivor,
            absorbed,
            seen=seen,
            accept_unlike=accept_unlike,
        )

    def undo_merge(self, actor: Actor, merge_id: MergeId) -> Merge:
        """Restore both records of a merge exactly (AFTER-2).

        Raises:
            NotFoundError: There is no such merge on the actor's site.
            NotAllowedError: One of the two is, or was, in schools of others alone.
            MergeUndoRefusedError: The survivor was edited since; what changed is named.
            UndoRefusedError: The storage cannot keep every record (CONF-5).
        """
        return duplicates.undo_merge(self._context, actor, merge_id)

    def undo_match(
        self,
        actor: Actor,
        import_id: ImportId,
        source_key: StudentKey,
        *,
        seen: str | None = None,
    ) -> MatchUndo:
        """Separate an incoming student from whom an import merged it with (AFTER-2).

        The student who came gets a record of their own, with what the import brought,
        as if nobody had been matched. The student of the site becomes what it was
        before the import; what somebody has changed since stays as it is, and so does
        every record that did not come with the import. If the child came to the same
        student more than once, all these matches are undone. The log says so.

        Args:
            actor: Who undoes it.
            import_id: The import.
            source_key: The student's key on the source site.
            seen: `MatchUndo.mark` of what a person has looked at, if anybody did.

        Raises:
            ConcurrentChangeError: The student of the site is not as it was ``seen``.
            NotFoundError: There is no such import on the actor's site, no such row of
                it, or the school that the student came into is no longer there.
            NotAllowedError: The actor may not merge students of these schools.
            MatchUndoRefusedError: The student was not merged with another one, or had
                come to the same record before; the match was undone already; the import
                has not brought the student yet, or is still running; the student of the
                site was merged with another one since, and that can be undone; or is
                gone; or the storage cannot keep every record (CONF-5).
        """
        return match_undo.undo_match(
            self._context, actor, import_id, source_key, seen=seen
        )

    def plan_undo_match(
        self, actor: Actor, import_id: ImportId, source_key: StudentKey
    ) -> MatchUndo:
        """Show what `undo_match` would make, before it is done; changes nothing.

        Args:
            actor: Who asks.
            import_id: The import.
            source_key: The student's key on the source site.

        Raises:
            NotFoundError: As `undo_match`.
            NotAllowedError: Likewise.
            MatchUndoRefusedError: Likewise.
        """
        return match_undo.plan_undo_match(self._context, actor, import_id, source_key)

    def get_merge(self, actor: Actor, merge_id: MergeId) -> Merge:
        """Show one merge, before it is undone; changes nothing (AFTER-2).

        Raises:
            NotFoundError: There is no such merge on the actor's site.
            NotAllowedError: One of the two is, or was, in schools of others alone.
        """
        return duplicates.get_merge(self._context, actor, merge_id)

    def merges(
        self, actor: Actor, *, offset: int = 0, limit: int | None = None
    ) -> tuple[Merge, ...]:
        """List the merges on the own site that the actor may undo, newest first.

        Both records have to be in one of the actor's schools, now as before the merge.

        Args:
            actor: Who looks.
            offset: How many to pass over, for a page after the first.
            limit: How many to give at most; None gives all. Each is read with all the
                records of both students, so a page of a long list takes less time.

        Raises:
            ValueError: One of the two is below 0.
        """
        return duplicates.merges(self._context, actor, offset=offset, limit=limit)
