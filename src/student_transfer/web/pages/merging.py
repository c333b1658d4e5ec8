"""*Merge duplicates*: find two records of one student, preview, merge, undo."""

from functools import partial

from starlette.responses import Response

from student_transfer.merges import MergeId
from student_transfer.permissions import Action
from student_transfer.services import FoundStudents
from student_transfer.sites import SchoolId
from student_transfer.students import StudentKey
from student_transfer.web.pages.fields import field_pairs, labels
from student_transfer.web.pages.route import does, reads
from student_transfer.web.paging import PAGE_SIZE, Paging
from student_transfer.web.visit import Visit

_MERGE = Action.MERGE_STUDENTS


def show(visit: Visit) -> Response:
    """Search for the two records, one after the other (AFTER-1)."""
    posted = visit.request.method == "POST"
    fields = visit.form if posted else visit.query
    keep, other = (StudentKey(fields.key(name)) for name in ("keep", "other"))
    if keep and other:
        return visit.to("merge_plan", keep=keep, other=other)
    paging, name = Paging(fields.number("page")), fields.text("name")
    school = fields.key("school")
    found = None

    def ask(offset: int) -> FoundStudents:
        return visit.service.students(
            visit.actor,
            _MERGE,
            name=name,
            school_id=SchoolId(school) if school else None,
            offset=offset,
            limit=PAGE_SIZE,
        )

    if posted:
        paging, found = paging.ask(ask, lambda asked: asked.total)
    chosen = keep or other
    turned, merges, more = Paging(fields.number("merges")).uncounted(
        partial(visit.service.merges, visit.actor)
    )
    return visit.page(
        "merging.html",
        tab="merge",
        site=visit.service.site(visit.actor),
        chosen=visit.service.student(visit.actor, _MERGE, chosen) if chosen else None,
        keep=keep,
        other=other,
        schools=visit.school_names(_MERGE),
        filters={"name": name, "school": school},
        found=found,
        **paging.of(found.total if found else 0),
        merges=merges,
        merges_page=turned.page,
        more_merges=more,
    )


def plan(visit: Visit) -> Response:
    """Show what the merge would make, before it is done (AFTER-1)."""
    keep, other = (StudentKey(visit.query.key(name)) for name in ("keep", "other"))
    planned = visit.service.plan_merge(visit.actor, keep, other)
    stays, goes = planned.survivor.student, planned.absorbed.student
    pairs = field_pairs(stays, goes)
    return visit.page(
        "merge_plan.html",
        tab="merge",
        site=visit.service.site(visit.actor),
        plan=planned,
        stays=stays,
        goes=goes,
        differing=labels(planned.plainly_differing),
        rows=zip(
            pairs,
            field_pairs(stays, planned.result.student),
            strict=True,
        ),
        schools=visit.school_names(_MERGE),
    )


def merge(visit: Visit) -> Response:
    """Merge the two records, if they are as the page showed them (AFTER-1)."""
    keep, other = (StudentKey(visit.form.key(name)) for name in ("keep", "other"))
    seen = visit.form.text("seen")
    visit.service.merge_students(visit.actor, keep, other, seen=seen)
    return visit.to("merging", done="merged")


def _merge_id(visit: Visit) -> MergeId:
    return MergeId(visit.request.path_params["merge_id"])


def ask_undo(visit: Visit) -> Response:
    """Ask before a merge is undone (AFTER-2)."""
    return visit.page(
        "undo.html",
        tab="merge",
        site=visit.service.site(visit.actor),
        merge=visit.service.get_merge(visit.actor, _merge_id(visit)),
    )


def undo(visit: Visit) -> Response:
    """Restore both records (AFTER-2)."""
    visit.service.undo_merge(visit.actor, _merge_id(visit))
    return visit.to("merging", done="undone")


PAGES = (
    reads("/merge", "merging", show),
    does("/merge", "merging_named", show),
    reads("/merge/preview", "merge_plan", plan),
    does("/merge/preview", "merge", merge),
    reads("/merges/{merge_id}/undo", "ask_undo", ask_undo),
    does("/merges/{merge_id}/undo", "undo", undo),
)
