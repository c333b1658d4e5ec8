"""*Review and Edit Matches*: the list, and one incoming student."""

from collections.abc import Collection, Mapping

from starlette.responses import Response

from student_transfer.errors import (
    MatchTakenError,
    StudentTransferError,
    UnchosenError,
    UnlikeError,
)
from student_transfer.imports import ImportEvent
from student_transfer.matching import (
    Explanation,
    ImportAs,
    waterfall_description,
    waterfall_svg,
)
from student_transfer.permissions import Action
from student_transfer.services import FoundStudents, Preview
from student_transfer.students import Student, StudentKey
from student_transfer.web.failures import status_of
from student_transfer.web.pages.fields import field_pairs, labels
from student_transfer.web.pages.route import does, reads
from student_transfer.web.paging import PAGE_SIZE, Paging
from student_transfer.web.protection import PICTURE_POLICY
from student_transfer.web.visit import Visit

_FLAGS = {"yes": True, "no": False}


def listed(visit: Visit) -> Response:
    """List the incoming students, narrowed by name, status and flag (REV-1).

    A name is sent as a form, so that no child's name is in an address.
    """
    fields = visit.form if visit.request.method == "POST" else visit.query
    name = visit.form.text("name")
    status = fields.choice("status", ImportAs)
    flag = fields.text("flag") if fields.text("flag") in _FLAGS else ""
    paging = Paging(fields.number("page"))
    if visit.request.method == "POST" and not name:
        chosen = status.value if status else ""
        page = paging.page if paging.page > 1 else ""
        where = {"status": chosen, "flag": flag, "page": page}
        return visit.to("matches", import_id=visit.import_id, **where)

    def ask(offset: int) -> Preview:
        return visit.service.preview(
            visit.actor,
            visit.import_id,
            name=name,
            import_as=status,
            needs_review=_FLAGS.get(flag),
            offset=offset,
            limit=PAGE_SIZE,
        )

    paging, shown = paging.ask(ask, lambda asked: asked.found)
    return visit.page(
        "matches.html",
        tab="import",
        site=visit.service.site(visit.actor),
        shown=shown,
        import_=shown.import_,
        filters={"name": name, "status": status.value if status else "", "flag": flag},
        **paging.of(shown.found),
    )


def one(visit: Visit) -> Response:
    """Show one incoming student beside a student of the site (PREV-6, REV-1)."""
    return _one(visit, visit.query.key("incoming"), visit.query.key("beside"))


def search(visit: Visit) -> Response:
    """Search the own site for a student to choose (REV-1)."""
    name = visit.form.text("name")

    def ask(offset: int) -> FoundStudents:
        return visit.service.search_students(
            visit.actor, visit.import_id, name, offset=offset, limit=PAGE_SIZE
        )

    paging = Paging(visit.form.number("page"))
    paging, found = paging.ask(ask, lambda asked: asked.total)
    incoming, beside = visit.form.key("incoming"), visit.form.key("beside")
    shown = {"searched": name, "found": found, **paging.of(found.total)}
    about = tuple(student.key for student in found.students)
    return _one(visit, incoming, beside, searched=shown, about=about)


def _one(
    visit: Visit,
    incoming: str,
    beside: str,
    *,
    searched: Mapping[str, object] | None = None,
    about: tuple[StudentKey, ...] = (),
    error: StudentTransferError | None = None,
    holder: Student | None = None,
) -> Response:
    row = visit.service.review_row(
        visit.actor,
        visit.import_id,
        StudentKey(incoming),
        StudentKey(beside) if beside else None,
        about=about,
    )
    student, other, why = row.shown.row.incoming, row.beside, row.why
    return visit.page(
        "match.html",
        200 if error is None else status_of(error),
        tab="import",
        site=visit.service.site(visit.actor),
        row=row,
        import_=row.import_,
        editable=row.import_.allows(ImportEvent.EDIT),
        incoming=student,
        key=row.shown.row.source_key,
        beside=other,
        why=why,
        pairs=field_pairs(student, other, why.explanation if why else None)
        if student and other
        else [],
        told=waterfall_description(why.explanation) if why else "",
        schools=visit.school_names(Action.REVIEW_MATCHES),
        error=error,
        holder=holder,
        **(searched or {"searched": "", "found": None}),
    )


def decide(visit: Visit) -> Response:
    """Keep the match, choose another, or import as a new student (REV-1)."""
    incoming = StudentKey(visit.form.key("incoming"))
    chosen = visit.form.key("student")
    what = visit.form.text("decision")
    service, actor, import_id = visit.service, visit.actor, visit.import_id
    try:
        if what == "keep":
            seen = StudentKey(visit.form.key("match")) or None
            service.keep_match(actor, import_id, incoming, seen)
        elif what == "new":
            service.clear_match(actor, import_id, incoming)
        elif what == "choose" and chosen:
            sure = visit.form.text("one_child") == "yes"
            service.choose_match(
                actor, import_id, incoming, StudentKey(chosen), accept_unlike=sure
            )
        else:
            raise UnchosenError(advice="Use one of the buttons of the page.")
    except UnlikeError as error:
        return _ask_again(visit, incoming, StudentKey(chosen), error.fields)
    except MatchTakenError as error:
        holder = service.review_row(actor, import_id, error.holder)
        named = holder.shown.row.incoming
        return _one(visit, incoming, chosen, error=error, holder=named)
    return visit.to("match", import_id=import_id, incoming=incoming, done=what)


def _ask_again(
    visit: Visit, incoming: StudentKey, chosen: StudentKey, fields: Collection[str]
) -> Response:
    """Ask once more where somebody plainly different was chosen (MATCH-1)."""
    row = visit.service.review_row(visit.actor, visit.import_id, incoming, chosen)
    return visit.page(
        "unlike.html",
        tab="import",
        site=visit.service.site(visit.actor),
        import_=row.import_,
        incoming=row.shown.row.incoming,
        beside=row.beside,
        differing=labels(fields),
    )


def waterfall(visit: Visit) -> Response:
    """Draw why the score is what it is (PREV-6)."""
    comparison = visit.service.explain(
        visit.actor,
        visit.import_id,
        StudentKey(visit.query.key("incoming")),
        StudentKey(visit.query.key("beside")),
    )
    return Response(
        waterfall_svg(Explanation.of(comparison)).encode("utf-8", "replace"),
        media_type="image/svg+xml",
        headers={"Content-Security-Policy": PICTURE_POLICY},
    )


def list_again(visit: Visit) -> Response:
    """Redirect whoever opens the address of the form to the list."""
    return visit.to("matches", import_id=visit.import_id)


PAGES = (
    reads("/imports/{import_id}/matches", "matches", listed),
    does("/imports/{import_id}/matches", "matches_named", listed),
    reads("/imports/{import_id}/match", "match", one),
    does("/imports/{import_id}/match/search", "match_search", search),
    reads("/imports/{import_id}/match/search", "match_search_again", list_again),
    does("/imports/{import_id}/match/decide", "decide", decide),
    reads("/imports/{import_id}/match/decide", "decide_again", list_again),
    reads("/imports/{import_id}/waterfall.svg", "waterfall", waterfall),
)
