"""The email text that asks another site for a transfer code (REQ-1, REQ-2)."""

from html.parser import HTMLParser
from itertools import product
from typing import Any

import attrs
import pytest

from student_transfer.codes import LIFETIME
from student_transfer.request_email import (
    MarkedText,
    Placeholder,
    RequestEmail,
    RequestFor,
    request_email,
)
from student_transfer.sites import SiteKind

VARIANTS = list(product(RequestFor, SiteKind))
ALL_VARIANTS = pytest.mark.parametrize(("about", "source"), VARIANTS)


class Reader(HTMLParser):
    """Collects the text of some HTML, and the texts that are marked."""

    def __init__(self, source: str) -> None:
        """Read the source."""
        super().__init__()
        self.text = ""
        self.marked: list[str] = []
        self.tags: set[str] = set()
        self._in_mark = False
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag, and whether a mark begins."""
        self.tags.add(tag)
        self._in_mark = self._in_mark or (tag, attrs) == (
            "mark",
            [("class", "placeholder")],
        )

    def handle_endtag(self, tag: str) -> None:
        """Note that a mark ends."""
        self._in_mark = self._in_mark and tag != "mark"

    def handle_data(self, data: str) -> None:
        """Collect the text."""
        self.text += data
        if self._in_mark:
            self.marked.append(data)


def names(placeholders: tuple[Placeholder, ...]) -> set[str]:
    """Return the placeholders' names."""
    return {placeholder.name for placeholder in placeholders}


def filled(email: RequestEmail, value: str = "value") -> RequestEmail:
    """Fill every placeholder with the value."""
    return email.fill(dict.fromkeys(names(email.placeholders), value))


def test_the_four_variants_all_differ() -> None:
    """REQ-1: each of the four variants has a text of its own."""
    assert len({request_email(*variant).plain() for variant in VARIANTS}) == 4


@ALL_VARIANTS
def test_each_variant_asks_for_what_it_is_about(
    about: RequestFor, source: SiteKind
) -> None:
    """REQ-1: a student or a year is to be named, and a school only in a network."""
    expected = {"administrator", "requester", "destination", about.value}
    if source is SiteKind.NETWORK:
        expected.add("school")
    assert names(request_email(about, source).placeholders) == expected


@ALL_VARIANTS
def test_the_opening_says_who_is_coming(about: RequestFor, source: SiteKind) -> None:
    """REQ-1: the first sentence says whose data is asked for, and where they are."""
    email = request_email(about, source).fill(destination="Oak", administrator="Ada")
    email = email.fill({about.value: "WHO"})
    if source is SiteKind.NETWORK:
        email = email.fill(school="Elm")
    opening = email.body.plain().splitlines()[2]
    sentence = {
        (RequestFor.STUDENT, SiteKind.SCHOOL): (
            "WHO, a student of your school, is coming to Oak."
        ),
        (RequestFor.STUDENT, SiteKind.NETWORK): (
            "WHO, a student of Elm in your school network, is coming to Oak."
        ),
        (RequestFor.YEAR, SiteKind.SCHOOL): (
            "The students of WHO at your school are coming to Oak."
        ),
        (RequestFor.YEAR, SiteKind.NETWORK): (
            "The students of WHO at Elm, in your school network, are coming to Oak."
        ),
    }
    assert opening.startswith(f"{sentence[about, source]} We would like")


@ALL_VARIANTS
def test_the_steps_come_in_order(about: RequestFor, source: SiteKind) -> None:
    """REQ-1: the steps lead from opening the page to sending the code back."""
    lines = request_email(about, source).body.plain().splitlines()
    steps = [line for line in lines if line[:1].isdigit()]
    words = [
        "Open",
        "Transfer Student Data tab",
        "school",
        about.value,
        "Generate",
        "Copy",
        "Send it back",
    ]
    assert [step[0] for step in steps] == [str(n) for n in range(1, 8)]
    for step, word in zip(steps, words, strict=True):
        assert word in step


@ALL_VARIANTS
def test_the_text_says_how_long_and_how_often(
    about: RequestFor, source: SiteKind
) -> None:
    """CODE-4, CODE-5: the email says that a code lasts 30 days and works once."""
    text = request_email(about, source).body.plain()
    assert LIFETIME.days == 30
    assert "30 days" in text
    assert "only once" in text


@ALL_VARIANTS
def test_the_choices_are_named_in_the_steps(
    about: RequestFor, source: SiteKind
) -> None:
    """REQ-1: the steps name the student or year, and in a network the school."""
    email = request_email(about, source)
    email = email.fill({about.value: "Year 6 or Ada"})
    if source is SiteKind.NETWORK:
        email = email.fill(school="Elm School")
    steps = email.body.plain().partition("1. ")[2]
    assert "choose Year 6 or Ada." in steps
    assert ("Choose the school: Elm School." in steps) == (source is SiteKind.NETWORK)


@ALL_VARIANTS
def test_everything_starts_unfilled_and_can_be_filled(
    about: RequestFor, source: SiteKind
) -> None:
    """REQ-2: all placeholders are reported until the last one is filled."""
    email = request_email(about, source)
    assert email.unfilled == email.placeholders
    for placeholder in email.placeholders:
        assert placeholder in email.unfilled
        email = email.fill({placeholder.name: "value"})
        assert placeholder.name not in names(email.unfilled)
    assert email.unfilled == ()
    assert "[" not in email.plain()
    assert "<mark" not in email.html()


def test_filling_gives_a_new_email() -> None:
    """REQ-2: the email that was filled stays as it was, so it can be used again."""
    email = request_email(RequestFor.STUDENT, SiteKind.SCHOOL)
    before = email.plain()
    assert email.fill(student="Ada").plain() != before
    assert email.plain() == before
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(email, "subject", email.body)  # noqa: B010 - mypy knows it is frozen


def test_a_value_can_be_corrected_and_taken_back() -> None:
    """REQ-2: a filled placeholder can be filled again, and a blank unfills it."""
    email = request_email(RequestFor.STUDENT, SiteKind.SCHOOL)
    wrong = email.fill(student="Ida")
    assert wrong.fill(student="Ada") == email.fill(student="Ada")
    assert wrong.fill(student=" \n ") == email


def test_filling_nothing_changes_nothing() -> None:
    """REQ-2: without values the email stays the same."""
    email = request_email(RequestFor.YEAR, SiteKind.NETWORK)
    assert email.fill() == email == email.fill({})


def test_keywords_go_with_a_mapping() -> None:
    """REQ-2: values may come as a mapping, as keywords, or as both."""
    email = request_email(RequestFor.YEAR, SiteKind.SCHOOL)
    both = email.fill({"year": "Year 6"}, requester="Ada")
    assert both == email.fill(year="Year 6").fill({"requester": "Ada"})


def test_unknown_names_are_refused_all_at_once() -> None:
    """REQ-2: a name that the variant lacks is an error that says which there are."""
    email = request_email(RequestFor.STUDENT, SiteKind.SCHOOL)
    with pytest.raises(
        ValueError, match="no such placeholder: class, year; "
    ) as raised:
        email.fill({"class": "6b", "student": "Ada Byron"}, year="6")
    assert "this email has destination, administrator, student, requester" in str(
        raised.value
    )
    assert "Ada" not in str(raised.value)


def test_what_is_no_text_is_refused_by_name() -> None:
    """A name that nobody has, None, is not a blank one; and no kind is a text."""
    email = request_email(RequestFor.YEAR, SiteKind.SCHOOL)
    nobody: Any = None
    with pytest.raises(TypeError, match=r"^requester has to be a text"):
        email.fill(year="Year 6", requester=nobody)
    about: Any = "year"
    with pytest.raises(TypeError, match=r"^about has to be a RequestFor"):
        request_email(about, SiteKind.SCHOOL)
    source: Any = "school"
    with pytest.raises(TypeError, match=r"^source has to be a SiteKind"):
        request_email(RequestFor.YEAR, source)


def test_the_unfilled_stands_in_brackets() -> None:
    """REQ-2: in plain text an unfilled placeholder is its label in brackets."""
    email = request_email(RequestFor.STUDENT, SiteKind.SCHOOL).fill(requester="Ada")
    text = email.plain()
    assert "[STUDENT'S NAME]" in text
    assert "[YOUR NAME]" not in text
    assert "\nAda\n" in text


def test_the_unfilled_is_marked_in_html() -> None:
    """REQ-2: in HTML exactly the unfilled placeholders are marked."""
    email = request_email(RequestFor.YEAR, SiteKind.NETWORK).fill(year="Year 6")
    marked = Reader(email.html()).marked
    assert set(marked) == {f"[{part.label}]" for part in email.unfilled}
    assert "Year 6" not in marked


@ALL_VARIANTS
def test_html_and_plain_text_say_the_same(about: RequestFor, source: SiteKind) -> None:
    """REQ-2: both renderings carry the same words."""
    email = request_email(about, source)
    assert Reader(email.html()).text.split() == email.plain().split()
    assert Reader(email.html()).tags == {"p", "br", "mark"}


def test_values_cannot_bring_html_in() -> None:
    """REQ-2: a value is text, in HTML too."""
    value = "<script>\"'&amp;</script>"
    email = filled(request_email(RequestFor.STUDENT, SiteKind.NETWORK), value)
    reader = Reader(email.html())
    assert reader.tags == {"p", "br"}
    assert value in reader.text
    assert '"' not in email.html()


def test_braces_in_a_value_are_text() -> None:
    """REQ-2: a value that looks like a placeholder is none."""
    email = request_email(RequestFor.STUDENT, SiteKind.SCHOOL)
    text = filled(email, "{requester} [YOUR NAME]").body.plain()
    assert "Dear {requester} [YOUR NAME]," in text


@pytest.mark.parametrize(
    "break_",
    ["\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029", "\0"],
)
def test_no_value_adds_a_header(break_: str) -> None:
    """REQ-2: a value stays one line, so it cannot add a header to the email."""
    email = request_email(RequestFor.STUDENT, SiteKind.SCHOOL)
    before = len(email.plain().splitlines())
    email = filled(email, f"{break_}Oak{break_}{break_}Bcc: x@example.org{break_}")
    subject = email.subject.plain()
    assert len(subject.splitlines()) == 1
    assert subject.startswith("Request from Oak Bcc: x@example.org for")
    assert len(email.plain().splitlines()) == before


def test_a_placeholder_itself_holds_one_line() -> None:
    """REQ-2: a value is made one line wherever a placeholder is made."""
    subject = MarkedText(("To ", Placeholder("a", "A", "x\r\nBcc: y")))
    assert subject.plain() == "To x Bcc: y"


def test_a_repr_does_not_show_what_was_filled_in() -> None:
    """REQ-2: the student's name is not in the repr, which ends up in logs."""
    email = filled(request_email(RequestFor.STUDENT, SiteKind.SCHOOL), "Ada Byron")
    assert "Ada" not in repr(email)
