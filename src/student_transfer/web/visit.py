"""One request of one person: what every page is given, and how it answers."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

import attrs
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from student_transfer.errors import NotAllowedError
from student_transfer.imports import ImportId
from student_transfer.permissions import Action, Actor
from student_transfer.services import TransferService
from student_transfer.sites import SchoolId
from student_transfer.web.forms import Fields
from student_transfer.web.host import Host
from student_transfer.web.rendering import Renderer


@attrs.frozen(kw_only=True)
class Visit:
    """A request, who makes it, and what was sent."""

    request: Request
    actor: Actor
    query: Fields
    form: Fields
    host: Host
    renderer: Renderer

    @property
    def service(self) -> TransferService:
        """The use cases."""
        return self.host.service

    @property
    def import_id(self) -> ImportId:
        """The import that the address names."""
        return ImportId(self.request.path_params["import_id"])

    def url(self, name: str, /, **given: object) -> str:
        """Return the address of a page, under wherever the pages are mounted."""
        return address(self.request, name, **given)

    def page(self, template: str, /, status: int = 200, **values: object) -> Response:
        """Fill a template with these values and with what all of them use."""
        return self.renderer.page(template, self.common() | values, status)

    def common(self) -> dict[str, object]:
        """Return what every template can use."""
        zone = self.host.zone(self.request)
        return {
            "actor": self.actor,
            "url": self.url,
            "token": self.host.forms.token(self.actor),
            "done": self.query.text("done"),
            "request": self.request,
            "site": None,
            "tab": "",
            "error": None,
            **self.renderer.local(zone),
        }

    def to(self, name: str, /, **given: object) -> Response:
        """Send the browser on to a page, after something was done."""
        return RedirectResponse(self.url(name, **given), 303)

    def school_names(self, action: Action) -> Mapping[str, str]:
        """Return the names of the schools for which the actor may do this."""
        found = self.service.schools(self.actor, action)
        return {school.id: school.name for school in found}

    def may(self, action: Action, school_id: SchoolId) -> bool:
        """Return whether the actor may do this for a school of the site (PERM-2)."""
        try:
            return school_id in self.school_names(action)
        except NotAllowedError:  # for no school at all
            return False


def address(request: Request, name: str, /, **given: object) -> str:
    """Return the path of a page: `_PARTS` are put into it, others go after the ?.

    Only the path, so that no proxy in between can lead it elsewhere.
    """
    parts = {key: str(value) for key, value in given.items() if key in _PARTS}
    rest = {k: v for k, v in given.items() if k not in _PARTS and v not in {None, ""}}
    path = request.app.url_path_for(name, **parts)
    root = request.scope.get("root_path", "")
    query = f"?{urlencode(rest, errors='replace')}" if rest else ""
    return f"{quote(root + str(path), errors='replace')}{query}"


_PARTS = frozenset({"import_id", "code_id", "merge_id", "path"})
