"""On the source site: transfer codes are generated, listed and revoked."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from itertools import islice

import attrs

from student_transfer.codes import (
    RANDOM_BYTES,
    CodeEvent,
    CodeId,
    CodeStatus,
    IssuedCode,
    Scope,
    StudentScope,
    TransferCode,
    YearScope,
    expired_before,
    in_scope,
)
from student_transfer.errors import (
    ConcurrentChangeError,
    EmptyScopeError,
    NotFoundError,
)
from student_transfer.identity import known_by, those_seen
from student_transfer.permissions import Action, Actor
from student_transfer.request_email import RequestEmail, RequestFor
from student_transfer.request_email import request_email as email_of
from student_transfer.services.context import Context
from student_transfer.services.labels import Names
from student_transfer.services.lookups import get_site
from student_transfer.services.retries import retrying
from student_transfer.services.student_search import check_page, read_on
from student_transfer.sites import SiteId, SiteKind
from student_transfer.students import Student, StudentKey


@attrs.frozen(kw_only=True)
class NewCode:
    """A code that was just generated.

    Attributes:
        code: The code in clear. This is its only showing (CODE-10).
        issued: What is kept of it.
    """

    code: TransferCode
    issued: IssuedCode


@attrs.frozen(kw_only=True)
class CodeEntry:
    """A code in the list of the source's administrator (CODE-8).

    Attributes:
        issued: What is kept of it.
        school: The name of the school that the students are in.
        students: The student's name, or the year.
        status: The code's state, or that it has expired unused.
    """

    issued: IssuedCode
    school: str
    students: str = attrs.field(repr=False)
    status: CodeStatus

    @property
    def can_be_revoked(self) -> bool:
        """Whether it can be withdrawn still; one that expired can, too (CODE-8)."""
        return self.issued.allows(CodeEvent.REVOKE)


def request_email(
    context: Context, actor: Actor, about: RequestFor, source: SiteKind
) -> RequestEmail:
    """Return the email that asks for data, with the name of the own site (REQ-1)."""
    context.require(actor, Action.REQUEST_DATA)
    email = email_of(about, source)
    with context.unit_of_work(read_only=True) as work:
        return email.fill(destination=get_site(work, actor.site_id).name)


_LONGEST_ID = 64  # characters, as of every id that an `IdSource` gives


def generate_code(
    context: Context, actor: Actor, scope: Scope, *, code_id: CodeId | None = None
) -> NewCode:
    """Generate a code for one student or a whole year of a school (CODE-1)."""
    if code_id is not None and not 0 < len(code_id) <= _LONGEST_ID:
        raise ValueError(f"The id of a code has 1 to {_LONGEST_ID} characters.")
    with context.unit_of_work() as work:
        context.require_school(work, actor, Action.GENERATE_CODE, scope.school_id)
        enrolled = work.roster.enrolled(actor.site_id, scope.school_id)
        students = in_scope(enrolled, scope)
        if not students:
            raise EmptyScopeError
        by_key = {student.key: student for student in enrolled}
        code = TransferCode.generate(context.randomness(RANDOM_BYTES))
        issued = IssuedCode(
            id=CodeId(context.new_id()) if code_id is None else code_id,
            digest=code.digest,
            site_id=actor.site_id,
            scope=scope,
            students=students,
            generated_at=context.now(),
            generated_by=actor.id,
            seen=tuple(known_by(by_key[key]) for key in students),
        )
        work.codes.add(issued)
        work.commit()
    return NewCode(code=code, issued=issued)


def list_codes(
    context: Context, actor: Actor, *, offset: int = 0, limit: int | None = None
) -> tuple[CodeEntry, ...]:
    """List the codes of the actor's schools, newest first (CODE-8).

    Raises:
        ValueError: The offset or the limit is below 0.
    """
    context.require(actor, Action.SEE_CODES)
    check_page(offset, limit)
    now, end = context.now(), None if limit is None else offset + limit
    with context.unit_of_work(read_only=True) as work:
        own = (
            code
            for code in read_on(partial(work.codes.of_site, actor.site_id), end)
            if context.allows(actor, Action.SEE_CODES, {code.scope.school_id})
        )
        codes = list(islice(own, offset, end))
        scopes = (code.scope for code in codes)
        keys = {one.student for one in scopes if isinstance(one, StudentScope)}
        students = work.roster.students(actor.site_id, keys)
        every = context.allows_everywhere(work, actor, Action.SEE_CODES)
        theirs = {
            key: student
            for key, student in students.items()
            if every or context.allows_one(actor, Action.SEE_CODES, student)
        }
        names = Names(work)
        return tuple(
            CodeEntry(
                issued=code,
                school=names.school(code.site_id, code.scope.school_id),
                students=_label(context, code, students, theirs),
                status=code.status(now),
            )
            for code in codes
        )


def _label(
    context: Context,
    code: IssuedCode,
    students: Mapping[StudentKey, Student],
    theirs: Mapping[StudentKey, Student],
) -> str:
    """Name the year, or the student whom the code is for (CODE-3, PERM-2).

    Whoever is of none of the actor's schools by now is named as when the code was
    generated.
    """
    if isinstance(code.scope, YearScope):
        return code.scope.label
    key = code.scope.student
    there = {key: students[key]} if key in students else {}
    if those_seen(code.seen, there, context.settings):
        for student in (theirs.get(key), *code.seen):
            if student is not None:
                return student.full_name
    return "(not on this site as when the code was generated)"


def revoke_code(context: Context, actor: Actor, code_id: CodeId) -> IssuedCode:
    """Withdraw a code of the own site that is not used (CODE-8).

    The preview of an import that holds it is forgotten: it shows students of this site.
    That counts as a change of the import, so that an analysis that is under way keeps
    nothing of what it has read.
    """
    return retrying(lambda: _revoke(context, actor, code_id))  # its import goes on


def _revoke(context: Context, actor: Actor, code_id: CodeId) -> IssuedCode:
    with context.unit_of_work() as work:
        code = work.codes.get(code_id)
        if code is None or code.site_id != actor.site_id:
            raise NotFoundError.of("transfer code")
        context.require(actor, Action.REVOKE_CODE, {code.scope.school_id})
        revoked = code.after(CodeEvent.REVOKE)
        work.codes.change(code, revoked)
        import_ = work.imports.get(code.holder) if code.holder else None
        if import_ is not None:
            work.imports.put_rows(import_.id, [])
            work.imports.save(import_)
        work.commit()
    return revoked


def forget_expired_codes(context: Context, site_id: SiteId) -> int:
    """Let the codes of a site that have expired unused forget their children (CODE-3).

    Returns how many have forgotten. One that somebody revokes meanwhile does not count:
    it forgets by that.
    """
    now, forgotten = context.now(), 0
    with context.unit_of_work() as work:
        for code in work.codes.available(site_id, expired_before(now)):
            kept = code.kept_at(now)
            if kept == code:
                continue
            with suppress(ConcurrentChangeError):
                work.codes.change(code, kept)
                forgotten += 1
        work.commit()
    return forgotten
