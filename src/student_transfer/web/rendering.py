"""From values to HTML: templates that escape everything, in the reader's words."""

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from pathlib import Path

import jinja2
from babel.dates import format_date, format_time
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from student_transfer.codes import Scope, YearScope
from student_transfer.matching import percent
from student_transfer.request_email import MarkedText
from student_transfer.students import Student
from student_transfer.web.wording import Wording, translations

_TEMPLATES = Path(__file__).parent / "templates"


class Page(HTMLResponse):
    """A page, whatever its text: half a surrogate pair shows as a question mark."""

    def render(self, content: str) -> bytes:
        """Encode the page."""
        return content.encode("utf-8", "replace")


class Renderer:
    """Fills templates: those of the host's folder first, then those of the pages."""

    def __init__(self, wording: Wording, overriding: Path | str | None) -> None:
        """Load templates and the catalogue once.

        Raises:
            ValueError: There is no such wording, or no such folder.
        """
        if overriding is not None and not Path(overriding).is_dir():
            raise ValueError(f"there is no folder of templates {str(overriding)!r}")
        folders = [*([overriding] if overriding is not None else []), _TEMPLATES]
        self.wording = wording
        self._catalogue = translations(wording)
        self._environment = jinja2.Environment(
            loader=jinja2.ChoiceLoader(
                [
                    jinja2.FileSystemLoader(folders),
                    # So that a template of the host can extend the one it replaces.
                    jinja2.PrefixLoader(
                        {"student_transfer": jinja2.FileSystemLoader(_TEMPLATES)}
                    ),
                ]
            ),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self._environment.install_gettext_translations(  # type: ignore[attr-defined] # of the extension
            self._catalogue, newstyle=True
        )
        self._environment.filters |= {
            "scope": self.scope,
            "words": self.words,
            "percent": percent,
            "person": person,
            "marked": self.marked,
        }
        self._environment.globals["lang"] = wording.replace("_", "-")

    def words(self, text: str) -> str:
        """Return a text of the library in the words of the catalogue."""
        return self._catalogue.gettext(text) if text else ""

    def scope(self, scope: Scope, otherwise: str = "") -> str:
        """Name the year that is transferred, or what is given for one student."""
        if not isinstance(scope, YearScope):
            return otherwise
        if not scope.number:
            return scope.label
        return self.words("Year %(year)s") % {"year": scope.number}

    def marked(self, text: MarkedText) -> Markup:
        """Write a text whose placeholders stand out (REQ-2)."""
        said = []
        for part in text.parts:
            if isinstance(part, str):
                said.append(escape(self.words(part)))
            elif part.value:
                said.append(escape(part.value))
            else:
                label = escape(f"[{self.words(part.label)}]")
                said.append(Markup('<mark class="placeholder">{}</mark>').format(label))
        return Markup().join(said)

    def local(self, zone: tzinfo) -> dict[str, Callable[..., str]]:
        """Return how instants and days are written for a reader in this zone."""

        def when(instant: datetime | None) -> str:
            if instant is None:
                return ""
            time = format_time(instant, "short", tzinfo=zone, locale=self.wording)
            return f"{day_of(instant)}, {time}".replace("\u202f", "\u00a0")

        def day(value: date | None) -> str:
            return format_date(value, "medium", locale=self.wording) if value else ""

        def day_of(instant: datetime | None) -> str:
            return "" if instant is None else day(instant.astimezone(zone).date())

        return {"when": when, "day": day, "day_of": day_of}

    def page(self, template: str, values: dict[str, object], status: int = 200) -> Page:
        """Fill a template."""
        return Page(self.text(template, values), status)

    def text(self, template: str, values: dict[str, object]) -> str:
        """Fill a template; give the text."""
        return self._environment.get_template(template).render(values)


def person(student: Student | None) -> Markup:
    """Write a name so that its direction of writing disturbs nothing beside it.

    >>> person(Student(key="1", site_id="a", given_name="<b>", family_name="Ng"))
    Markup('<bdi>&lt;b&gt; Ng</bdi>')
    """
    if student is None:
        return Markup()
    return Markup("<bdi>{}</bdi>").format(student.full_name or "—")
