"""Values as JSON and back, exactly.

Fields that have their default are left out: most fields of most records are blank. A
default can therefore not be changed without a step that rewrites what was stored.

Text that UTF-8 cannot express, such as half of a surrogate pair, is escaped by JSON.
"""

import json
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from decimal import Decimal
from functools import partial
from typing import Any, Generic, ParamSpec, TypeVar

import attrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from cattrs.preconf.json import make_converter
from cattrs.strategies import configure_tagged_union

from student_transfer.codes import IssuedCode, Scope, StudentScope, YearScope
from student_transfer.errors import StorageError
from student_transfer.imports import Edit, Import, ImportRow, Progress, RowKind
from student_transfer.match_undo import AppliedMatch
from student_transfer.matching import Frequencies
from student_transfer.merges import Merge
from student_transfer.outcomes import Reason
from student_transfer.permissions import Actor
from student_transfer.records import Mastery, ReaderQuiz, Record, StarAssessment
from student_transfer.sites import School, Site
from student_transfer.students import Extra, Student, StudentKey, StudentRef

P = ParamSpec("P")
T = TypeVar("T")


def _pairs(found: Iterable[tuple[str, str]]) -> Extra:
    """Take further fields as they were written: sorted, and none of them blank."""
    return tuple((name, value) for name, value in found)


def _keys(found: object) -> tuple[StudentKey, ...]:
    """Take keys as they were written, a list of texts: thousands for each import."""
    if not isinstance(found, list) or not set(map(type, found)) <= {str}:
        raise TypeError
    return tuple(found)


_TAGS: dict[type, str] = {  # stored, so they outlive the names of the classes
    StarAssessment: "star",
    ReaderQuiz: "quiz",
    Mastery: "mastery",
    YearScope: "year",
    StudentScope: "student",
}
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

_converter = make_converter(
    detailed_validation=False,  # its errors would quote what was stored
    omit_if_default=True,
    unstruct_collection_overrides={AbstractSet: sorted},  # equal sets, equal text
)


def _zoned(make: Callable[[Any, Any], Record], kind: type[Record]) -> None:
    """Read a time in UTC that was kept without its zone, as one could be once."""

    def structure(found: dict[str, Any], cl: type[Record]) -> Record:
        for name in ("completed_at", "launched_at"):
            clock = (found.get(name) or "").partition("T")[2]
            if clock and "+" not in clock and "-" not in clock:
                found = {**found, name: f"{found[name]}+00:00"}
        return make(found, cl)

    _converter.register_structure_hook(kind, structure)


def _reason(found: str, _: type[Reason]) -> Reason:
    """Read a reason by its name, or by its sentence, as one was kept once."""
    return Reason[found] if found in Reason.__members__ else Reason(found)


def _plain_frequencies(found: Frequencies) -> dict[str, Any]:
    """Write all of it: what is usual, and so left out, may be measured anew."""
    plain = attrs.asdict(found, recurse=False)
    counts = sorted([*term, count] for term, count in found.counts.items())
    return {**plain, "counts": counts, "default_births": sorted(found.default_births)}


def _frequencies(found: dict[str, Any], _: type[Frequencies]) -> Frequencies:
    """Read it at once, since it is in each row of an import."""
    counts = {(field, value): count for field, value, count in found["counts"]}
    births = frozenset(map(tuple, found["default_births"]))
    return Frequencies(**{**found, "counts": counts, "default_births": births})


_converter.register_unstructure_hook(Reason, lambda reason: reason.name)
_converter.register_structure_hook(Reason, _reason)
_converter.register_unstructure_hook(Decimal, str)
_converter.register_structure_hook(Decimal, lambda text, _: Decimal(text))
_converter.register_unstructure_hook(StudentRef, lambda ref: [ref.site_id, ref.key])
_converter.register_structure_hook(StudentRef, lambda pair, _: StudentRef(*pair))
for _record in (StarAssessment, Mastery):
    _zoned(_converter.get_structure_hook(_record), _record)
# A stored name stays when the field gets a better one.
_came, _there = override(rename="came"), override(rename="there")
_converter.register_structure_hook(
    AppliedMatch,
    make_dict_structure_fn(
        AppliedMatch,
        _converter,
        _cattrs_detailed_validation=False,
        added=_came,
        already_there=_there,
    ),
)
_converter.register_unstructure_hook(
    AppliedMatch,
    make_dict_unstructure_fn(
        AppliedMatch,
        _converter,
        _cattrs_omit_if_default=True,
        added=_came,
        already_there=_there,
    ),
)
_converter.register_unstructure_hook(Frequencies, _plain_frequencies)
_converter.register_structure_hook(Frequencies, _frequencies)
for _union in (Record, Scope):
    configure_tagged_union(_union, _converter, _TAGS.__getitem__, tag_name="_is")


def made(make: Callable[P, T], *values: P.args, **fields: P.kwargs) -> T:
    """Make a value of what a storage has kept of it, in columns of its own or as text.

    Raises:
        StorageError: None can be made of that. The cause is left out, since it would
            quote the text, which is about a child.

    >>> made(Site, "a", "Oak Trust").name
    'Oak Trust'
    """
    try:
        return make(*values, **fields)
    except _UNREADABLE:
        raise StorageError("A stored value cannot be read.") from None


class Codec(Generic[T]):
    """Writes values of one type as JSON and reads them back."""

    def __init__(
        self,
        type_: Any,  # noqa: ANN401 - a union is no type
        make: Callable[[Any], T] | None = None,
    ) -> None:
        """Take the type, a union of types included.

        Args:
            type_: The type.
            make: Makes a value of what JSON gives, where that is sooner; an error of
                Python where it cannot be made.
        """
        self._type = type_
        self._make = make or partial(_converter.structure, cl=type_)

    def dumps(self, value: T) -> str:
        """Write a value; equal values give equal text."""
        plain = _converter.unstructure(value, unstructure_as=self._type)
        return json.dumps(plain, separators=(",", ":"))

    def loads(self, text: str) -> T:
        """Read a value.

        Raises:
            StorageError: The text was not written by `dumps`; see `made`.
        """
        return made(self._read, text)

    def _read(self, text: str) -> T:
        return self._make(json.loads(text))


ACTOR = Codec[Actor](Actor)
APPLIED_MATCH = Codec[AppliedMatch](AppliedMatch)
CODE = Codec[IssuedCode](IssuedCode)
EDIT = Codec[Edit](Edit)
EXTRA = Codec[Extra](Extra, _pairs)  # of every student that is read
IMPORT = Codec[Import](Import)
IMPORT_ROW = Codec[ImportRow](ImportRow)
KEYS = Codec[tuple[StudentKey, ...]](tuple[StudentKey, ...], _keys)
MERGE = Codec[Merge](Merge)
PROGRESS = Codec[Progress](Progress)
RECORD = Codec[Record](Record)
ROW_KIND = Codec[RowKind](RowKind)
REFS = Codec[frozenset[StudentRef]](frozenset[StudentRef])
SCHOOL = Codec[School](School)
SCOPE = Codec[Scope](Scope)
SITE = Codec[Site](Site)
STUDENT = Codec[Student](Student)
STUDENTS = Codec[tuple[Student, ...]](tuple[Student, ...])
