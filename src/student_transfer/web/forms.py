"""What a person sent: the fields of a form or of an address, bounded and as text."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TypeVar
from urllib.parse import parse_qsl

import attrs
from starlette.exceptions import HTTPException
from starlette.requests import Request

_MOST_BYTES = 65_536  # the largest form of the pages is a tenth of that
_MOST_FIELDS = 64
_LONGEST = 1_000  # characters of one field; nobody means more
_MOST_DIGITS = 6  # of a number: no list has more pages
_FORM = "application/x-www-form-urlencoded"

Kind = TypeVar("Kind", bound=Enum)


@attrs.frozen(repr=False)
class Fields:
    """Fields by name, each as one text without surrounding blanks."""

    values: Mapping[str, str] = attrs.field(factory=dict)

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]]) -> "Fields":
        """Take pairs of name and value: the last of a name counts, NUL is replaced."""
        return cls({name: value.replace("\0", "\ufffd") for name, value in pairs})

    def text(self, name: str) -> str:
        """Return a field, blank where it is missing.

        >>> Fields.of([("name", " Maya ")]).text("name"), Fields().text("name")
        ('Maya', '')
        """
        return self.values.get(name, "")[:_LONGEST].strip()

    def key(self, name: str) -> str:
        """Return a key just as the page sent it: shortened, it could be another's."""
        return self.values.get(name, "")

    def choice(self, name: str, kind: type[Kind]) -> Kind | None:
        """Return the member whose value the field has; None for any other text."""
        return next((one for one in kind if one.value == self.text(name)), None)

    def number(self, name: str, least: int = 1) -> int:
        """Return a number of at most six digits, the least one for any other text.

        >>> fields = Fields.of([("page", "3"), ("other", "-1")])
        >>> fields.number("page"), fields.number("other"), fields.number("none")
        (3, 1, 1)
        """
        text = self.text(name)
        is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
        return max(least, int(text)) if is_number else least

    def __repr__(self) -> str:
        """Name no value: a field may be a transfer code or a child's name."""
        return f"<Fields {', '.join(sorted(self.values))}>"


def address_fields(request: Request) -> Fields:
    """Return the fields of the address.

    Raises:
        HTTPException: There are too many fields (400).
    """
    return Fields.of(_pairs(request.scope.get("query_string", b"")))


async def form_fields(request: Request) -> Fields:
    """Read the fields of a form.

    Raises:
        HTTPException: It is not a form of the pages (415), or too large (413).
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != _FORM:
        raise HTTPException(415)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise HTTPException(413)
    return Fields.of(_pairs(body))


def _pairs(encoded: bytes) -> list[tuple[str, str]]:
    """Decode fields as browsers encode them; what is no UTF-8 becomes a sign for it."""
    try:
        return parse_qsl(
            encoded.decode("utf-8", "replace"),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise HTTPException(400) from None
