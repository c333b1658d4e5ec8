"""How an administrator enters a code, and sees what becomes of it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from schools.models import School, StaffAccount
from student_transfer import Actor
from student_transfer.errors import (
    NotAllowedError,
    NotFoundError,
    StorageBusyError,
    StudentTransferError,
)
from student_transfer.imports import ImportId
from student_transfer.sites import SchoolId
from transfers.service import actor_of, service

_STATUS: dict[type[StudentTransferError], int] = {
    NotAllowedError: 403,
    NotFoundError: 404,
    StorageBusyError: 503,
}

View = Callable[[HttpRequest, Actor], HttpResponse]


def for_staff(view: View) -> Callable[..., HttpResponse]:
    """Let a view know who acts, and tell people what the library refuses."""

    @sensitive_post_parameters("code")
    @never_cache
    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        account = StaffAccount.objects.filter(user=request.user.pk).first()
        if account is None:
            return _show(request, "enter", {"error": NotAllowedError()}, 403)
        try:
            return view(request, actor_of(account))
        except StudentTransferError as error:
            return _show(request, "enter", {"error": error}, _status_of(error))

    return wrapped


@require_GET
@for_staff
def imports(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List the imports under way and those that have ended."""
    use = service()
    lists = {
        "pending": use.pending_imports(actor),
        "completed": use.completed_imports(actor),
    }
    return _show(request, "imports", lists)


@require_http_methods(["GET", "POST"])
@for_staff
def enter(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Take a code, and show where it is from and where it can go (LOOK-1, LOOK-2)."""
    if request.method == "GET":
        return _show(request, "enter", {})
    code = request.POST.get("code", "")
    found = service().look_up(actor, code)
    schools = School.objects.filter(organisation__slug=actor.site_id).order_by("name")
    return _show(request, "start", {"found": found, "code": code, "schools": schools})


@require_POST
@for_staff
def start(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Claim the code and start an import into a school (LOOK-3)."""
    school = SchoolId(request.POST.get("school", ""))
    service().start_import(actor, request.POST.get("code", ""), school)
    return redirect("transfers:imports")


@require_POST
@for_staff
def confirm(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Schedule an import whose preview is ready, as the matching decided (IMP-1).

    These pages have no review: where the matching is in doubt, that is told first.
    """
    accepted = request.POST.get("unreviewed") == "yes"
    import_id = ImportId(request.POST.get("import", ""))
    service().confirm(actor, import_id, accept_unreviewed=accepted)
    return redirect("transfers:imports")


def _status_of(error: StudentTransferError) -> int:
    return _STATUS.get(type(error), 409)


def _show(
    request: HttpRequest, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    return render(request, f"transfers/{name}.html", context, status=status)
