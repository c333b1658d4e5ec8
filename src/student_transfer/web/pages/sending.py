"""The tab *Transfer Student Data*: who would go, the code, the site's codes."""

import re
from functools import partial
from secrets import token_hex

from starlette.responses import Response

from student_transfer.codes import CodeEvent, CodeId, Scope, StudentScope, YearScope
from student_transfer.errors import (
    ConcurrentChangeError,
    NotFoundError,
    StudentTransferError,
    UnchosenError,
)
from student_transfer.permissions import Action
from student_transfer.services import CodeEntry, FoundStudents
from student_transfer.sites import SchoolId
from student_transfer.students import StudentKey
from student_transfer.web.failures import status_of
from student_transfer.web.forms import Fields
from student_transfer.web.pages.route import does, reads
from student_transfer.web.paging import PAGE_SIZE, Paging
from student_transfer.web.visit import Visit

_GENERATE = Action.GENERATE_CODE
_OTHER_SCHOOL = UnchosenError(
    "The school was changed after the years were shown.",
    advice="Choose a year of the school that is chosen now.",
)


def show(visit: Visit) -> Response:
    """Offer a whole year or one student, and list the site's codes (CODE-8)."""
    return _tab(visit)


def _tab(visit: Visit, error: StudentTransferError | None = None) -> Response:
    """Show the tab, with what was wrong about the choice of a year."""
    service, actor = visit.service, visit.actor
    schools = service.schools(actor, _GENERATE)
    school = _school(visit.query)
    if school is None and len(schools) == 1:
        school = schools[0].id
    turned, codes, more = Paging(visit.query.number("codes")).uncounted(
        partial(service.codes, actor)
    )
    return visit.page(
        "sending.html",
        200 if error is None else status_of(error),
        tab="transfer",
        site=service.site(actor),
        schools=schools,
        school=school,
        years=service.years(actor, school) if school else None,
        codes=codes,
        codes_page=turned.page,
        more_codes=more,
        error=error,
    )


def _school(fields: Fields) -> SchoolId | None:
    return SchoolId(fields.key("school")) if fields.key("school") else None


def find(visit: Visit) -> Response:
    """Search the site for one student, by school, year and name (CODE-1).

    A name is sent as a form, so that no child's name is in an address.
    """
    posted = visit.request.method == "POST"
    fields = visit.form if posted else visit.query
    paging = Paging(fields.number("page"))
    found = None

    def ask(offset: int) -> FoundStudents:
        return visit.service.students(
            visit.actor,
            _GENERATE,
            name=fields.text("name"),
            school_id=_school(fields),
            year=fields.text("year"),
            offset=offset,
            limit=PAGE_SIZE,
        )

    if posted:
        paging, found = paging.ask(ask, lambda asked: asked.total)
    return visit.page(
        "sending_student.html",
        tab="transfer",
        site=visit.service.site(visit.actor),
        schools=visit.school_names(_GENERATE),
        filters={
            "school": fields.key("school"),
            **{name: fields.text(name) for name in ("name", "year")},
        },
        found=found,
        **paging.of(found.total if found else 0),
    )


def _scope(fields: Fields) -> Scope | None:
    """Read what is to be transferred; None where nothing is chosen yet."""
    school, key = (fields.key(name) for name in ("school", "student"))
    year = fields.text("year")
    if school and key:
        return StudentScope(SchoolId(school), StudentKey(key))
    if school and year:
        return YearScope(SchoolId(school), year)
    return None


def who(visit: Visit) -> Response:
    """Show whom a code would be for (CODE-2), of the school whose years were shown."""
    scope = _scope(visit.query)
    if scope is None:
        return visit.to("transfer", school=visit.query.key("school"))
    if visit.query.key("years_of") not in {"", scope.school_id}:
        return _tab(visit, _OTHER_SCHOOL)
    going = visit.service.who_goes(visit.actor, scope)
    paging = Paging(visit.query.number("page")).within(len(going.students))
    return visit.page(
        "who.html",
        tab="transfer",
        site=visit.service.site(visit.actor),
        going=going,
        fields={name: visit.query.key(name) for name in ("school", "year", "student")},
        once=token_hex(32),
        students=paging.part(going.students),
        **paging.of(len(going.students)),
    )


_MARK = re.compile("[0-9a-f]{64}")  # of `token_hex`


def generate(visit: Visit) -> Response:
    """Generate a code and show it this once (CODE-10); reloading makes no other.

    The mark of the form is the ID of the code, so it is made once, whichever process
    the form is sent to.

    Raises:
        UnchosenError: No school, or neither a year nor a student.
    """
    scope = _scope(visit.form)
    if scope is None:
        raise UnchosenError(advice="Choose a school, and then a year or a student.")
    mark = visit.form.text("once")
    code_id = CodeId(mark) if _MARK.fullmatch(mark) else None
    site = visit.service.site(visit.actor)  # first: the code is shown this once
    going = visit.service.who_goes(visit.actor, scope)
    try:
        new = visit.service.generate_code(visit.actor, scope, code_id=code_id)
    except ConcurrentChangeError:
        known = {entry.issued.id for entry in visit.service.codes(visit.actor)}
        if code_id in known:
            return visit.to("transfer", done="generated")
        raise
    return visit.page(
        "code.html",
        tab="transfer",
        site=site,
        going=going,
        code=new.code.reveal(),
        issued=new.issued,
    )


def transfer_again(visit: Visit) -> Response:
    """Redirect whoever opens the address of the form to the tab."""
    return visit.to("transfer")


def _entry(visit: Visit) -> CodeEntry:
    """Find a code of the actor's.

    Raises:
        NotFoundError: There is none of that ID.
    """
    code_id = CodeId(visit.request.path_params["code_id"])
    for entry in visit.service.codes(visit.actor):
        if entry.issued.id == code_id:
            return entry
    raise NotFoundError.of("transfer code")


def ask_revoke(visit: Visit) -> Response:
    """Ask before a code is withdrawn (CODE-8).

    Raises:
        IllegalTransitionError: It is used or withdrawn already.
    """
    entry = _entry(visit)
    entry.issued.check(CodeEvent.REVOKE)
    return visit.page(
        "revoke.html",
        tab="transfer",
        site=visit.service.site(visit.actor),
        entry=entry,
    )


def revoke(visit: Visit) -> Response:
    """Withdraw a code (CODE-8)."""
    visit.service.revoke_code(visit.actor, CodeId(visit.request.path_params["code_id"]))
    return visit.to("transfer", done="revoked")


PAGES = (
    reads("/transfer", "transfer", show),
    reads("/transfer/student", "find_student", find),
    does("/transfer/student", "find_student_named", find),
    reads("/transfer/who", "who", who),
    does("/transfer/code", "generate", generate),
    reads("/transfer/code", "generate_again", transfer_again),
    reads("/codes/{code_id}/revoke", "ask_revoke", ask_revoke),
    does("/codes/{code_id}/revoke", "revoke", revoke),
)
