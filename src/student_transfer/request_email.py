"""The email that asks another site's administrator for a transfer code (REQ-1, REQ-2).

Who needs students' data copies this text, changes what is marked and sends it. There
are four variants: one student or a whole year, from a school or from a school network.
The wording of all four is in this module and nowhere else.

The text is data: plain text with placeholders between. So a user interface can mark
them, offer a field for each, and say which are still to be filled.
"""

import html
import unicodedata
from collections.abc import Iterator, Mapping
from enum import Enum
from string import Formatter

import attrs

from student_transfer.codes import LIFETIME
from student_transfer.errors import wrong_type
from student_transfer.sites import SiteKind


class RequestFor(Enum):
    """What is asked for (REQ-1)."""

    STUDENT = "student"
    YEAR = "year"


def _one_line(value: str) -> str:
    """Turn control characters, line breaks and runs of blanks into one blank."""
    blanked = (" " if unicodedata.category(sign) == "Cc" else sign for sign in value)
    return " ".join("".join(blanked).split())


@attrs.frozen
class Placeholder:
    """A part that the requester has to change (REQ-2).

    Attributes:
        name: Names it in `RequestEmail.fill`.
        label: What stands there until it is filled, for a person.
        value: What it is filled with, always one line, so that no value can add a
            header to the email; blank while it is not filled.
    """

    name: str
    label: str
    value: str = attrs.field(default="", repr=False, converter=_one_line)

    def plain(self) -> str:
        """Return the value, or the label in square brackets.

        >>> Placeholder("year", "YEAR").plain()
        '[YEAR]'
        """
        return self.value or f"[{self.label}]"

    def html(self) -> str:
        """Return the escaped value, or the label in brackets and marked.

        >>> Placeholder("year", "YEAR").html()
        '<mark class="placeholder">[YEAR]</mark>'
        """
        escaped = html.escape(self.plain())
        if self.value:
            return escaped
        return f'<mark class="placeholder">{escaped}</mark>'


Part = str | Placeholder


@attrs.frozen
class MarkedText:
    """A text with placeholders, in its parts."""

    parts: tuple[Part, ...]

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """The placeholders, each as often as it stands in the text."""
        return tuple(part for part in self.parts if isinstance(part, Placeholder))

    def fill(self, values: Mapping[str, str]) -> "MarkedText":
        """Return the text with these values; names it does not have are passed over."""
        return MarkedText(tuple(_filled(part, values) for part in self.parts))

    def plain(self) -> str:
        """Return plain text, with what is not filled in square brackets."""
        return "".join(
            part if isinstance(part, str) else part.plain() for part in self.parts
        )

    def html(self) -> str:
        """Return HTML without a surrounding element, with what is not filled marked."""
        return "".join(
            html.escape(part).replace("\n", "<br>\n")
            if isinstance(part, str)
            else part.html()
            for part in self.parts
        )


@attrs.frozen
class RequestEmail:
    """An email that asks for a transfer code: subject and body (REQ-1).

    Each of the two can be rendered alone, for a mail program; `plain` and `html` give
    the whole to show and to copy. No value can break the subject into two lines.
    """

    subject: MarkedText
    body: MarkedText

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """Every placeholder once, in the order of the text, filled or not (REQ-2)."""
        every = (*self.subject.placeholders, *self.body.placeholders)
        return tuple({part.name: part for part in every}.values())

    @property
    def unfilled(self) -> tuple[Placeholder, ...]:
        """The placeholders that the requester still has to fill (REQ-2)."""
        return tuple(part for part in self.placeholders if not part.value)

    def fill(
        self, values: Mapping[str, str] | None = None, /, **more: str
    ) -> "RequestEmail":
        """Return the email with these values in place of the placeholders.

        A value becomes one line: control characters, line breaks and runs of blanks
        turn into one blank. A blank value leaves, or makes, it unfilled.

        >>> email = request_email(RequestFor.YEAR, SiteKind.SCHOOL)
        >>> email = email.fill(requester="Ada Byron", year="Year 6")
        >>> [placeholder.name for placeholder in email.unfilled]
        ['destination', 'administrator']

        Raises:
            ValueError: The email has no placeholder of such a name.
            TypeError: A value is no text; it is named.
        """
        given = {**(values or {}), **more}
        names = [placeholder.name for placeholder in self.placeholders]
        if unknown := sorted(given.keys() - set(names)):
            raise ValueError(
                f"no such placeholder: {', '.join(unknown)}; "
                f"this email has {', '.join(names)}"
            )
        for name, value in given.items():
            if not isinstance(value, str):
                raise wrong_type(f"{name} has to be a text, blank if not known", value)
        return RequestEmail(self.subject.fill(given), self.body.fill(given))

    def plain(self) -> str:
        """Return the whole as plain text: the subject line, a blank line, the body."""
        return f"{_SUBJECT_LABEL}: {self.subject.plain()}\n\n{self.body.plain()}"

    def html(self) -> str:
        """Return it all as an HTML fragment: a paragraph each for subject and body."""
        return (
            f"<p>{_SUBJECT_LABEL}: {self.subject.html()}</p>\n"
            f"<p>{self.body.html()}</p>\n"
        )


def _filled(part: Part, values: Mapping[str, str]) -> Part:
    if isinstance(part, str) or part.name not in values:
        return part
    return attrs.evolve(part, value=values[part.name])


# The wording ------------------------------------------------------------------------

_LABELS = {
    "administrator": "ADMINISTRATOR'S NAME",
    "student": "STUDENT'S NAME",
    "year": "YEAR, SUCH AS YEAR 6",
    "school": "NAME OF THEIR SCHOOL",
    "destination": "YOUR SCHOOL OR SCHOOL NETWORK",
    "requester": "YOUR NAME",
}
_SUBJECT_LABEL = "Subject"
_SUBJECTS = {
    RequestFor.STUDENT: "Request from {destination} for a student's data",
    RequestFor.YEAR: "Request from {destination} for the data of a year",
}
_OPENINGS = {
    (RequestFor.STUDENT, SiteKind.SCHOOL): (
        "{student}, a student of your school, is coming to {destination}."
    ),
    (RequestFor.STUDENT, SiteKind.NETWORK): (
        "{student}, a student of {school} in your school network, is coming to "
        "{destination}."
    ),
    (RequestFor.YEAR, SiteKind.SCHOOL): (
        "The students of {year} at your school are coming to {destination}."
    ),
    (RequestFor.YEAR, SiteKind.NETWORK): (
        "The students of {year} at {school}, in your school network, are coming to "
        "{destination}."
    ),
}
_CHOOSE_SCHOOL = {
    SiteKind.SCHOOL: "Choose your school.",
    SiteKind.NETWORK: "Choose the school: {school}.",
}
_CHOOSE_WHO = {
    RequestFor.STUDENT: "Choose to transfer one student, and choose {student}.",
    RequestFor.YEAR: "Choose to transfer a whole year, and choose {year}.",
}
_BODY = """\
Dear {{administrator}},

{opening} We would like to go on from the reading and maths results so far. Could you \
please generate a transfer code for us? Nothing changes on your site: all data stays \
there as it is.

These are the steps:

1. Open the Transfer Student Data page.
2. Choose the Transfer Student Data tab.
3. {choose_school}
4. {choose_who}
5. Generate the transfer code.
6. Copy the whole code.
7. Send it back to me in your reply to this email.

The code can be used for {days} days after you generate it, and only once. Whoever has \
it can import this data, so please send it to nobody else.

Kind regards
{{requester}}
{{destination}}
"""


def request_email(about: RequestFor, source: SiteKind) -> RequestEmail:
    """Return the email that asks for one student or a year (REQ-1).

    Args:
        about: What is asked for.
        source: Whether a school or a school network is asked.

    Raises:
        TypeError: One of them is something else, such as a text.

    >>> email = request_email(RequestFor.STUDENT, SiteKind.NETWORK)
    >>> email.fill(destination="Oak School").subject.plain()
    "Request from Oak School for a student's data"
    >>> [placeholder.name for placeholder in email.placeholders]
    ['destination', 'administrator', 'student', 'school', 'requester']
    """
    if not isinstance(about, RequestFor):
        raise wrong_type("about has to be a RequestFor", about)
    if not isinstance(source, SiteKind):
        raise wrong_type("source has to be a SiteKind", source)
    body = _BODY.format(
        opening=_OPENINGS[about, source],
        choose_school=_CHOOSE_SCHOOL[source],
        choose_who=_CHOOSE_WHO[about],
        days=LIFETIME.days,
    )
    return RequestEmail(
        subject=MarkedText(tuple(_parts(_SUBJECTS[about]))),
        body=MarkedText(tuple(_parts(body))),
    )


def _parts(wording: str) -> Iterator[Part]:
    """Take the wording apart at its placeholders, which stand in braces."""
    for text, name, _, _ in Formatter().parse(wording):
        yield text
        if name:
            yield Placeholder(name, _LABELS[name])
