"""On the destination: a code is entered, an import started, confirmed or cancelled."""

from datetime import datetime

import attrs

from student_transfer.codes import (
    CodeEvent,
    IssuedCode,
    StudentScope,
    TransferCode,
    check_entered,
)
from student_transfer.errors import (
    ClaimedCodeError,
    ConcurrentChangeError,
    ConfirmationRequiredError,
    RevokedCodeError,
    UnreviewedError,
)
from student_transfer.imports import (
    Import,
    ImportEvent,
    ImportId,
    Progress,
    how_many,
    scheduled_message,
)
from student_transfer.permissions import Action, Actor
from student_transfer.ports import UnitOfWork
from student_transfer.services.context import Context
from student_transfer.services.labels import Names
from student_transfer.services.lookups import get_site, held_code
from student_transfer.sites import School, SchoolId


@attrs.frozen(kw_only=True)
class LookedUp:
    """What an accepted code shows: nothing about any student (LOOK-1).

    Attributes:
        previous_site: The name of the previous school network, or of the site that is
            a single school.
        previous_school: The name of the previous school.
        enter_until: The last instant at which the code can be used.
        schools: The schools of the own site to choose from (LOOK-2).
    """

    previous_site: str
    previous_school: str
    enter_until: datetime
    schools: tuple[School, ...]


@attrs.frozen(kw_only=True)
class Scheduled:
    """The answer to *Import students* (IMP-1).

    Attributes:
        import_: The import, now scheduled.
        message: What happens now and what to do afterwards, for the person.
        unreviewed: How many students still had the review flag.
    """

    import_: Import
    message: str
    unreviewed: int


def _accepted(
    context: Context, work: UnitOfWork, actor: Actor, entered: str | TransferCode
) -> IssuedCode:
    """Accept what was entered on the actor's site, or refuse it (CODE-11)."""
    code = TransferCode.parse(entered) if isinstance(entered, str) else entered
    return check_entered(
        work.codes.by_digest(code.digest), entered_on=actor.site_id, now=context.now()
    )


def look_up(context: Context, actor: Actor, entered: str | TransferCode) -> LookedUp:
    """Show where a code comes from, without changing anything (LOOK-1)."""
    context.require(actor, Action.ENTER_CODE)
    with context.unit_of_work(read_only=True) as work:
        code = _accepted(context, work, actor, entered)
        return LookedUp(
            previous_site=get_site(work, code.site_id).name,
            previous_school=Names(work).school(code.site_id, code.scope.school_id),
            enter_until=code.expires_at,
            schools=tuple(
                school
                for school in work.sites.schools(actor.site_id)
                if context.allows(actor, Action.START_IMPORT, {school.id})
            ),
        )


def start_import(
    context: Context, actor: Actor, entered: str | TransferCode, school_id: SchoolId
) -> Import:
    """Claim the code and begin an import into the school (LOOK-2, LOOK-3)."""
    context.require(actor, Action.ENTER_CODE)
    with context.unit_of_work() as work:
        code = _accepted(context, work, actor, entered)
        context.require_school(work, actor, Action.START_IMPORT, school_id)
        import_ = Import(
            id=ImportId(context.new_id()),
            site_id=actor.site_id,
            school_id=school_id,
            code_id=code.id,
            source_site_id=code.site_id,
            scope=code.scope,
            students=code.students,
            started_at=context.now(),
            started_by=actor.id,
        )
        try:
            work.codes.change(code, code.after(CodeEvent.CLAIM, import_.id))
        except ConcurrentChangeError as error:
            _accepted(
                context, work, actor, entered
            )  # it may have been revoked (CODE-8)
            raise ClaimedCodeError from error
        work.imports.add(import_)
        work.imports.set_progress(import_.id, Progress(0, len(import_.students)))
        context.tell_due(work, import_)
        work.commit()
    return import_


def analyse_again(context: Context, actor: Actor, import_id: ImportId) -> Import:
    """Have a ready preview analysed again; decisions of people stay (PREV-7)."""
    with context.unit_of_work() as work:
        import_ = context.find_import(work, actor, Action.REVIEW_MATCHES, import_id)
        again = import_.after(ImportEvent.ANALYSE_AGAIN, at=context.now())
        held_code(work, import_)
        saved = work.imports.save(again)
        work.imports.set_progress(import_id, Progress(0, len(import_.students)))
        context.tell_due(work, saved)
        work.commit()
    return saved


def confirm(
    context: Context,
    actor: Actor,
    import_id: ImportId,
    version: int | None,
    *,
    accept_unreviewed: bool,
) -> Scheduled:
    """Schedule a reviewed import and use its code (IMP-1, CODE-4).

    Raises:
        ConcurrentChangeError: It is not the version that the person has seen.
        UnreviewedError: Nobody has looked at flagged students; that is not accepted.
        NotFoundError: The school to enrol in is no longer on the site (LOOK-2).
    """
    action = Action.CONFIRM_IMPORT
    with context.unit_of_work() as work:
        import_ = context.find_import(work, actor, action, import_id)
        context.require_school(work, actor, action, import_.school_id)
        confirmed = import_.after(ImportEvent.CONFIRM, at=context.now())
        if version not in {None, import_.version}:
            raise ConcurrentChangeError
        code = held_code(work, import_)
        work.codes.change(code, code.after(CodeEvent.USE))
        kinds = work.imports.kinds(import_id)
        unreviewed = how_many(kinds, lambda kind: kind.needs_review)
        if unreviewed and not accept_unreviewed:
            raise UnreviewedError(unreviewed)
        saved = work.imports.save(confirmed)
        work.imports.set_progress(import_id, Progress(0, how_many(kinds)))
        context.tell_due(work, saved)
        work.commit()
    message = scheduled_message(one_student=isinstance(import_.scope, StudentScope))
    return Scheduled(import_=saved, message=message, unreviewed=unreviewed)


def cancel(
    context: Context, actor: Actor, import_id: ImportId, *, confirmed: bool
) -> Import:
    """End an import that is not confirmed and release its code (IMP-2, CODE-4)."""
    with context.unit_of_work() as work:
        import_ = context.find_import(work, actor, Action.CANCEL_IMPORT, import_id)
        cancelled = import_.after(ImportEvent.CANCEL, at=context.now())
        if not confirmed:
            raise ConfirmationRequiredError
        saved = end_unused(work, cancelled)
        work.commit()
    return saved


def end_unused(work: UnitOfWork, cancelled: Import) -> Import:
    """Save a cancelled import, release its code and forget the preview.

    The preview held other people's data for a transfer that does not happen.
    """
    try:
        code = held_code(work, cancelled)
    except RevokedCodeError:
        pass  # there is nothing left to release
    else:
        work.codes.change(code, code.after(CodeEvent.RELEASE))
    work.imports.put_rows(cancelled.id, [])
    return work.imports.save(cancelled)
