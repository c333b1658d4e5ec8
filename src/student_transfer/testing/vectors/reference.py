"""This library's answers to what the vectors ask: the reference.

Each operation is one small function that reads the input, calls the function of the
library that decides, and writes what it gives. Nothing is decided here.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from student_transfer import cells, import_log, names
from student_transfer.codes import (
    CodeEvent,
    CodeState,
    IssuedCode,
    TransferCode,
    YearScope,
    check_entered,
)
from student_transfer.errors import StudentTransferError
from student_transfer.import_log import LogRow, ScoreImportStatus, SourceImportStatus
from student_transfer.imports import (
    ImportEvent,
    ImportState,
    import_status,
)
from student_transfer.linkage.comparing.name_agreement import FAMILY_NAMES, name_level
from student_transfer.linkage.profiles import identifiers
from student_transfer.linkage.profiles.profile import Name
from student_transfer.matching import (
    Frequencies,
    Level,
    Settings,
    blocking_keys,
    compare,
    link,
    search_keys,
)
from student_transfer.merges import Merge, MergeId, check_undo, merge_duplicates
from student_transfer.merging import (
    Settled,
    Taken,
    missing_records,
    settle_match,
    settle_match_on_sis,
    settle_new,
)
from student_transfer.outcomes import arrived_outcome
from student_transfer.permissions import Action, Actor, ActorId, DefaultPolicy, Role
from student_transfer.request_email import RequestFor, request_email
from student_transfer.sites import SchoolId, SiteId, SiteKind
from student_transfer.students import Identifier, StudentKey, identifier_key
from student_transfer.testing.values import NOW, issued_code, new_import
from student_transfer.testing.vectors import Json, values
from student_transfer.testing.vectors.stories import tell

_Result = dict[str, Any]


def answer(operation: str, given: Json) -> Json:
    """Answer as this library does: a result, or the kind of fault.

    >>> answer("code.read", {"entered": "not a code"})
    {'fault': {'kind': 'malformed_code', 'rule': 'CODE-9'}}

    Raises:
        KeyError: There is no such operation.
    """
    try:
        return {"result": _OPERATIONS[operation](given)}
    except StudentTransferError as error:
        return values.fault_data(error)


# Codes --------------------------------------------------------------------------------


def _generate(given: Json) -> _Result:
    code = TransferCode.generate(bytes.fromhex(given["randomness"]))
    return {"code": code.reveal(), "digest": code.digest}


def _read(given: Json) -> _Result:
    return {"code": TransferCode.parse(given["entered"]).reveal()}


def _enter(given: Json) -> _Result:
    digest = TransferCode.parse(given["entered"]).digest
    known = {code.digest: code for code in map(_issued, given["known"])}
    found = check_entered(
        known.get(digest),
        entered_on=SiteId(given["entered_on"]),
        now=values.instant(given["now"]),
    )
    return {"site_id": found.site_id}


def _issued(data: Json) -> IssuedCode:
    return issued_code(
        digest=TransferCode.parse(data["code"]).digest,
        site_id=SiteId(data["site_id"]),
        state=CodeState(data["state"]),
        generated_at=values.instant(data["generated_at"]),
    )


def _lasts_until(given: Json) -> _Result:
    code = issued_code(generated_at=values.instant(given["generated_at"]))
    return {"until": values.instant_data(code.expires_at)}


def _code_life(given: Json) -> _Result:
    code = issued_code(state=CodeState(given["state"]))
    return _lived(code, given["events"], lambda one, event: one.after(CodeEvent(event)))


def _year_label(given: Json) -> _Result:
    return {"label": YearScope(SchoolId("elm"), given["year"]).label}


# Imports ------------------------------------------------------------------------------

_EVENTS = {event.name.lower(): event for event in ImportEvent}


def _import_life(given: Json) -> _Result:
    import_ = new_import(state=ImportState(given["state"]))
    return _lived(
        import_, given["events"], lambda one, event: one.after(_EVENTS[event], at=NOW)
    )


def _lived(start: Any, events: list[str], after: Callable[..., Any]) -> _Result:  # noqa: ANN401 - a code or an import
    now, steps = start, []
    for event in events:
        try:
            now = after(now, event)
            steps.append({"state": now.state.value})
        except StudentTransferError as error:
            steps.append(values.fault_data(error))
    return {"steps": steps}


def _overdue(given: Json) -> _Result:
    at = given["confirmed_at"]
    confirmed = None if at is None else values.instant(at)
    import_ = new_import(state=ImportState(given["state"]), confirmed_at=confirmed)
    return {"overdue": import_.overdue(values.instant(given["now"]))}


_STUDENT = values.student({"key": "1", "site_id": "old"})


def _status(given: Json) -> _Result:
    statuses = map(SourceImportStatus, given["students"])
    found = import_status(new_import(state=ImportState(given["state"])), statuses)
    return {"status": found.value}


def _scores(given: Json) -> _Result:
    found = arrived_outcome(
        _STUDENT,
        Settled(_STUDENT),
        on_source=given["brought"],
        kept=given["kept"],
        to_merge=False,
    )
    return {"status": found.score_status.value}


# Names, dates, identifiers ------------------------------------------------------------


def _normal(given: Json) -> _Result:
    return {"words": list(names.normal_words(given["text"]))}


def _name_words(given: Json) -> _Result:
    return {"words": list(names.name_words(given["text"]))}


def _same_spelling(given: Json) -> _Result:
    return {"same": names.spelling(given["left"]) == names.spelling(given["right"])}


def _short_form(given: Json) -> _Result:
    return {"short_form": names.is_short_form(given["left"], given["right"])}


def _same_family(given: Json) -> _Result:
    one, other = (Name.of(given[side]) for side in ("left", "right"))
    level = name_level(one, other, FAMILY_NAMES)
    return {"same": level in {Level.EXACT, Level.RESPELT}}


def _two_names(given: Json) -> _Result:
    return {"two_names": names.are_two_names(given["left"], given["right"])}


def _known_date(given: Json) -> _Result:
    born = date.fromisoformat(given["date"])
    return {"known": names.is_known_birth(born.year, born.month, born.day)}


def _same_year(given: Json) -> _Result:
    return {"same": names.same_year(given["left"], given["right"])}


def _same_identifier(given: Json) -> _Result:
    return {"same": identifier_key(given["left"]) == identifier_key(given["right"])}


def _national_id(given: Json) -> _Result:
    normal = identifiers.national_id(given["text"])
    return {"normal": normal, "checked": identifiers.is_checked(normal)}


# Matching -----------------------------------------------------------------------------

_USUAL_SITE = 1000  # students; the levels do not depend on it
_CORRECTIONS = (Level.SIBLINGS, Level.NAMES_CORRELATED)  # of the sum, and no field's


def _match(given: Json) -> _Result:
    incoming = [values.student(each, site_id="old") for each in given["incoming"]]
    existing = [values.student(each, site_id="new") for each in given["existing"]]
    found = link(incoming, existing, Settings(**given.get("settings", {})))
    return {
        one.key: {
            "import_as": each.import_as.value,
            **({"match": each.match} if each.match else {}),
            "needs_review": each.needs_review,
            "offered": sorted(candidate.key for candidate in each.candidates),
        }
        for one, each in zip(incoming, found, strict=True)
    }


def _levels(given: Json) -> _Result:
    left = values.student(given["left"], key="1", site_id="old")
    right = values.student(given["right"], key="2", site_id="new")
    found = compare(left, right, Frequencies(_USUAL_SITE))
    said = {
        field: level.value
        for field, level in found.levels.items()
        if level not in _CORRECTIONS
    }
    return {"levels": said}


def _share_key(given: Json) -> _Result:
    left = values.student(given["left"], key="1", site_id="old")
    right = values.student(given["right"], key="2", site_id="new")
    return {"share": not search_keys(left).all.isdisjoint(blocking_keys(right))}


# Merging ------------------------------------------------------------------------------


def _taken(given: Json) -> Taken:
    held = {
        (kind, identifier_key(value))
        for kind in Identifier
        for value in given.get("taken", {}).get(kind.value, ())
    }
    return lambda kind, values: [
        value for value in values if (kind, identifier_key(value)) in held
    ]


def _settled(found: Settled) -> _Result:
    changes = [values.change_data(change) for change in found.changes]
    return {"student": values.student_data(found.student), "changes": changes}


def _new(given: Json) -> _Result:
    found = settle_new(
        values.student(given["source"]),
        key=StudentKey(given["key"]),
        site_id=SiteId(given["site_id"]),
        school_id=SchoolId(given["school_id"]),
        taken=_taken(given),
    )
    return _settled(found)


def _matched(given: Json) -> _Result:
    destination = values.student(given["destination"])
    source = values.student(given["source"])
    if given["roster_source"] == "sis":
        return _settled(settle_match_on_sis(destination, source))
    school = SchoolId(given["school_id"])
    found = settle_match(destination, source, school_id=school, taken=_taken(given))
    return _settled(found)


def _records(given: Json) -> _Result:
    present, arriving = (
        [values.record(each) for each in given[side]]
        for side in ("present", "arriving")
    )
    added = missing_records(present, arriving)
    return {"added": [values.record_data(each) for each in added]}


def _duplicates(given: Json) -> _Result:
    survivor, absorbed = map(values.snapshot, (given["survivor"], given["absorbed"]))
    on_sis = given["roster_source"] == "sis"
    return values.snapshot_data(merge_duplicates(survivor, absorbed, on_sis=on_sis))


def _undo(given: Json) -> _Result:
    survivor, absorbed = map(values.snapshot, (given["survivor"], given["absorbed"]))
    merge = Merge(
        id=MergeId("merge"),
        site_id=survivor.student.site_id,
        survivor=survivor,
        absorbed=absorbed,
        result=merge_duplicates(survivor, absorbed),
        merged_at=NOW,
        merged_by=ActorId("head"),
        undone_at=NOW if given["undone"] else None,
    )
    check_undo(merge, None if given["now"] is None else values.snapshot(given["now"]))
    return {"survivor": given["survivor"], "absorbed": given["absorbed"]}


# The log ------------------------------------------------------------------------------


def _cell(given: Json) -> _Result:
    return {"cell": cells.harmless_cell(given["text"])}


def _meant(given: Json) -> _Result:
    return {"text": cells.original_cell(given["cell"])}


def _write_log(given: Json) -> _Result:
    rows = [_log_row(each) for each in given["rows"]]
    return {"file": import_log.write_log(rows).decode()}


def _read_log(given: Json) -> _Result:
    rows = import_log.read_log(given["file"].encode())
    return {"rows": [_log_row_data(row) for row in rows]}


def _log_row(data: Json) -> LogRow:
    source = SourceImportStatus(data["source_import_status"])
    score = ScoreImportStatus(data["score_import_status"])
    texts = {
        name: data.get(name, "")
        for name in import_log.COLUMNS.values()
        if not name.endswith("_status")
    }
    return LogRow(source_import_status=source, score_import_status=score, **texts)


def _log_row_data(row: LogRow) -> _Result:
    statuses = {
        "source_import_status": row.source_import_status.value,
        "score_import_status": row.score_import_status.value,
    }
    texts = {name: getattr(row, name) for name in import_log.COLUMNS.values()}
    return {name: text for name, text in {**texts, **statuses}.items() if text}


# Permissions, the email ---------------------------------------------------------------

_ACTIONS = {action.name.lower(): action for action in Action}


def _allows(given: Json) -> _Result:
    role, schools = Role(given["role"]), given.get("administers", ())
    actor = Actor(ActorId("person"), SiteId("new"), role, schools)
    allowed = DefaultPolicy().allows(actor, _ACTIONS[given["action"]], given["schools"])
    return {"allowed": allowed}


def _email(given: Json) -> _Result:
    about, source = RequestFor(given["about"]), SiteKind(given["source"])
    email = request_email(about, source).fill(given["fill"])
    return {
        "placeholders": sorted(each.name for each in email.placeholders),
        "unfilled": sorted(each.name for each in email.unfilled),
        "filled": {each.name: each.value for each in email.placeholders if each.value},
    }


_OPERATIONS: dict[str, Callable[[Json], _Result]] = {
    "code.generate": _generate,
    "code.read": _read,
    "code.enter": _enter,
    "code.lasts_until": _lasts_until,
    "code.life": _code_life,
    "code.year_label": _year_label,
    "import.life": _import_life,
    "import.overdue": _overdue,
    "import.status": _status,
    "import.score_status": _scores,
    "name.normal": _normal,
    "name.words": _name_words,
    "name.same_spelling": _same_spelling,
    "name.short_form": _short_form,
    "name.same_family": _same_family,
    "name.two_names": _two_names,
    "date.known": _known_date,
    "year.same": _same_year,
    "identifier.same": _same_identifier,
    "identifier.national": _national_id,
    "match.link": _match,
    "match.levels": _levels,
    "match.share_key": _share_key,
    "merge.new": _new,
    "merge.matched": _matched,
    "merge.records": _records,
    "merge.duplicates": _duplicates,
    "merge.undo": _undo,
    "log.cell": _cell,
    "log.meant": _meant,
    "log.write": _write_log,
    "log.read": _read_log,
    "permission.allows": _allows,
    "request.email": _email,
    "story": tell,
}

OPERATIONS = tuple(_OPERATIONS)
"""What can be asked."""
