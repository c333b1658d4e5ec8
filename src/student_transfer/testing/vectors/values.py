"""Students, records and faults as the vectors write them, and back."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from student_transfer.errors import (
    MatchTakenError,
    MergeUndoRefusedError,
    StudentTransferError,
)
from student_transfer.merges import Snapshot
from student_transfer.merging import Change, Treatment
from student_transfer.records import (
    BenchmarkCategory,
    BenchmarkScheme,
    Origin,
    Record,
    StarAssessment,
    StarProduct,
)
from student_transfer.sites import SiteId
from student_transfer.students import TEXT_FIELDS, Student, StudentKey, StudentRef

Json = Mapping[str, Any]


def ref(text: str) -> StudentRef:
    """Read ``SITE/KEY``."""
    site, _, key = text.partition("/")
    return StudentRef(SiteId(site), StudentKey(key))


def student(data: Json, **fields: str) -> Student:
    """Read a student; ``fields`` gives a key or site that the data leaves out."""
    given: dict[str, Any] = {**fields, **data}
    born = given.get("date_of_birth")
    return Student(
        date_of_birth=date.fromisoformat(born) if born else None,
        enrolments=given.get("enrolments", ()),
        provenance=map(ref, given.get("provenance", ())),
        extra=given.get("extra", {}),
        **{name: given[name] for name in TEXT_FIELDS if name in given},
    )


def student_data(one: Student) -> dict[str, Any]:
    """Write a student: what is not known is left out."""
    data: dict[str, Any] = {
        **{name: getattr(one, name) for name in TEXT_FIELDS},
        "date_of_birth": one.date_of_birth and one.date_of_birth.isoformat(),
        "enrolments": sorted(one.enrolments),
        "provenance": sorted(f"{each.site_id}/{each.key}" for each in one.provenance),
        "extra": dict(one.extra),
    }
    return {name: value for name, value in data.items() if value}


def record(data: Json) -> Record:
    """Read a record: where it was first written, its score and its benchmark."""
    origin = ref(data["origin"])
    benchmark = data.get("benchmark")
    return StarAssessment(
        origin=Origin(origin.site_id, origin.key),
        product=StarProduct.READING,
        scaled_score=Decimal(data["score"]) if "score" in data else None,
        benchmarks=(
            (BenchmarkCategory(scheme=BenchmarkScheme.SCHOOL, name=benchmark),)
            if benchmark
            else ()
        ),
    )


def record_data(one: Record) -> dict[str, Any]:
    """Write a record."""
    assert isinstance(one, StarAssessment), "vectors have no other records"
    data = {"origin": f"{one.origin.site_id}/{one.origin.record_id}"}
    if one.scaled_score is not None:
        data["score"] = str(one.scaled_score)
    if one.benchmarks:
        data["benchmark"] = one.benchmarks[0].name
    return data


def snapshot(data: Json) -> Snapshot:
    """Read a student with records."""
    return Snapshot.of(student(data["student"]), map(record, data.get("records", ())))


def snapshot_data(one: Snapshot) -> dict[str, Any]:
    """Write a student with records."""
    return {
        "student": student_data(one.student),
        "records": [record_data(each) for each in one.records],
    }


_TREATMENTS = {each: each.name.lower() for each in Treatment}


def change_data(change: Change) -> dict[str, str]:
    """Write what was changed, and how."""
    return {"field": change.field, "treatment": _TREATMENTS[change.treatment]}


def instant(text: str) -> datetime:
    """Read an instant with its zone."""
    return datetime.fromisoformat(text)


def instant_data(at: datetime) -> str:
    """Write an instant in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def fault_kind(error: type[StudentTransferError]) -> str:
    """Name a kind of error as the vectors do.

    >>> fault_kind(MatchTakenError)
    'match_taken'
    """
    return _WORD.sub("_", error.__name__.removesuffix("Error")).lower()


_RECORDS = re.compile(r"\d+ records? (added|removed|edited)")
_UNDO = {
    "the merge was undone already": "undone_already",
    "the surviving record is no longer on the site": "survivor_gone",
    "an identifier of the absorbed record is another student's now": "identifier_taken",
}


def _changed(told: str) -> str:
    """Return what is told to a person as a word that stays."""
    records = _RECORDS.fullmatch(told)
    if records:
        return f"records_{records[1]}"
    return _UNDO.get(told, told.replace(" ", "_"))


def fault_data(error: StudentTransferError) -> dict[str, Any]:
    """Write what was refused: the kind of error, its rule, and what it names.

    >>> from student_transfer.errors import SameSiteCodeError
    >>> fault_data(SameSiteCodeError())
    {'fault': {'kind': 'same_site_code', 'rule': 'CODE-6'}}
    """
    fault: dict[str, Any] = {"kind": fault_kind(type(error)), "rule": error.rule}
    if isinstance(error, MatchTakenError):
        fault["holder"] = error.holder
    if isinstance(error, MergeUndoRefusedError):
        fault["changed"] = sorted(map(_changed, error.changed))
    return {"fault": fault}
