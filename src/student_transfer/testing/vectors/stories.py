"""Stories: use cases one after another on two sites, each with its outcome.

A story begins with sites and students. Its steps name what they make (``"as"``), so
that later steps can speak of it, whatever identifiers an implementation gives. A
student whom an import created is ``new:SOURCE KEY``.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import attrs

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.codes import CodeId, StudentScope, YearScope
from student_transfer.errors import StudentTransferError
from student_transfer.import_log import LogRow
from student_transfer.imports import ImportId
from student_transfer.matching import ImportAs
from student_transfer.merges import MergeId
from student_transfer.outcomes import Reason
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.services import TransferService
from student_transfer.sites import (
    RosterSource,
    School,
    SchoolId,
    Site,
    SiteId,
    SiteKind,
)
from student_transfer.students import StudentKey
from student_transfer.testing.vectors import Json, values

_START = datetime(2026, 7, 1, 12, tzinfo=UTC)
_CREATED = "new:"
_Result = dict[str, Any]


def tell(given: Json) -> _Result:
    """Tell a story: the outcome of each step, in order."""
    story = _Story()
    story.begin(given)
    return {"steps": [story.step(each) for each in given["steps"]]}


def _actor(text: str) -> Actor:
    """Read who acts: ``network@SITE``, ``teacher@SITE`` or ``SCHOOL@SITE``."""
    who, _, site = text.partition("@")
    role = {"network": Role.NETWORK_ADMINISTRATOR, "teacher": Role.TEACHER}.get(
        who, Role.SCHOOL_ADMINISTRATOR
    )
    schools = {SchoolId(who)} if role is Role.SCHOOL_ADMINISTRATOR else ()
    return Actor(ActorId(text), SiteId(site), role, schools)


@attrs.define
class _Story:
    """The sites and the service of one story, and what its steps have named."""

    storage: MemoryStorage = attrs.field(factory=MemoryStorage)
    now: datetime = _START
    named: dict[str, str] = attrs.field(factory=dict)
    created: dict[StudentKey, StudentKey] = attrs.field(factory=dict)
    service: TransferService = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        ids, codes = count(1), count(1)
        self.service = TransferService(
            self.storage,
            clock=lambda: self.now,
            new_id=lambda: f"id-{next(ids)}",
            randomness=lambda length: next(codes).to_bytes(length, "big"),
        )

    def begin(self, given: Json) -> None:
        """Put the sites and students there."""
        with self.storage() as work:
            for site in given["sites"]:
                kind, roster = SiteKind(site["kind"]), RosterSource(site["roster"])
                work.sites.put_site(Site(SiteId(site["id"]), site["id"], kind, roster))
                for school in site["schools"]:
                    named = SchoolId(school)
                    work.sites.put_school(School(named, SiteId(site["id"]), school))
            for each in given["students"]:
                one = values.student(each["student"])
                work.roster.add(one)
                brought = [values.record(record) for record in each.get("records", ())]
                work.roster.add_records(one.site_id, one.key, brought)
            work.commit()

    def step(self, step: Json) -> Json:
        """Take one step; give its outcome."""
        try:
            return {"result": _STEPS[step["do"]](self, step)}
        except StudentTransferError as error:
            return values.fault_data(error)

    def actor(self, step: Json) -> Actor:
        """Return who takes the step."""
        return _actor(step["by"])

    def import_id(self, step: Json) -> ImportId:
        """Return the import that the step is about."""
        return ImportId(self.named[step["import"]])

    def code(self, step: Json) -> str:
        """Return what is entered: a named code, or the text itself."""
        entered: str = step["code"]
        return self.named.get(entered, entered)

    def key(self, name: str) -> StudentKey:
        """Return the key of a student: a created one is named by the source key."""
        return StudentKey(self.named.get(name, name))

    def name(self, key: StudentKey) -> StudentKey:
        """Name a student as the story does."""
        return self.created.get(key, key)


# On the source site -------------------------------------------------------------------


def _generate(story: _Story, step: Json) -> _Result:
    school = SchoolId(step["school"])
    scope = (
        YearScope(school, step["year"])
        if "year" in step
        else StudentScope(school, story.key(step["student"]))
    )
    new = story.service.generate_code(story.actor(step), scope)
    story.named[step["as"]] = new.code.reveal()
    story.named[f"id of {step['as']}"] = new.issued.id
    return {"students": [story.name(key) for key in new.issued.students]}


def _codes(story: _Story, step: Json) -> _Result:
    return {
        "states": [one.status.value for one in story.service.codes(story.actor(step))]
    }


def _revoke(story: _Story, step: Json) -> _Result:
    code_id = CodeId(story.named[f"id of {step['code']}"])
    return {"state": story.service.revoke_code(story.actor(step), code_id).state.value}


# Entering, reviewing, importing -------------------------------------------------------


def _enter(story: _Story, step: Json) -> _Result:
    found = story.service.look_up(story.actor(step), story.code(step))
    return {
        "previous_site": found.previous_site,
        "previous_school": found.previous_school,
        "schools": [school.id for school in found.schools],
    }


def _start(story: _Story, step: Json) -> _Result:
    school = SchoolId(step["school"])
    started = story.service.start_import(story.actor(step), story.code(step), school)
    story.named[step["as"]] = started.id
    return {"state": started.state.value}


def _analyse(story: _Story, step: Json) -> _Result:
    return {"state": story.service.analyse(story.import_id(step)).state.value}


def _analyse_again(story: _Story, step: Json) -> _Result:
    found = story.service.analyse_again(story.actor(step), story.import_id(step))
    return {"state": found.state.value}


def _preview(story: _Story, step: Json) -> _Result:
    shown = story.service.preview(
        story.actor(step),
        story.import_id(step),
        name=step.get("name", ""),
        import_as=ImportAs(step["import_as"]) if "import_as" in step else None,
        needs_review=step.get("needs_review"),
    )
    rows = {
        row.source_key: {
            "import_as": row.import_as.value,
            **({"match": story.name(key)} if (key := row.row.decision.match) else {}),
            "needs_review": row.needs_review,
            **({"absent": True} if row.incoming is None else {}),
        }
        for row in shown.rows
    }
    counts = {"new": shown.new, "matched": shown.matched, "absent": shown.absent}
    return {**counts, "rows": rows}


def _decision(story: _Story, step: Json) -> _Result:
    who = (story.actor(step), story.import_id(step), StudentKey(step["student"]))
    if step["do"] == "choose_match":
        row = story.service.choose_match(
            *who, story.key(step["match"]), accept_unlike=True
        )
    elif step["do"] == "clear_match":
        row = story.service.clear_match(*who)
    else:
        row = story.service.keep_match(*who, _present_match(story, *who))
    return {"import_as": row.decision.import_as.value, "needs_review": row.needs_review}


def _present_match(
    story: _Story, actor: Actor, import_id: ImportId, key: StudentKey
) -> StudentKey | None:
    """Look at the match as it is now."""
    return story.service.review_row(actor, import_id, key).shown.row.decision.match


def _edits(story: _Story, step: Json) -> _Result:
    found = story.service.edits(story.actor(step), story.import_id(step))
    told = [
        {
            "student": edit.source_key,
            "by": edit.by,
            "before": edit.before.match and story.name(edit.before.match),
            "after": edit.after.match and story.name(edit.after.match),
        }
        for edit in found
    ]
    return {"edits": told}


def _search(story: _Story, step: Json) -> _Result:
    found = story.service.search_students(
        story.actor(step), story.import_id(step), step["text"]
    )
    return {"students": [story.name(one.key) for one in found.students]}


def _confirm(story: _Story, step: Json) -> _Result:
    found = story.service.confirm(
        story.actor(step), story.import_id(step), accept_unreviewed=True
    )
    return {"state": found.import_.state.value, "unreviewed": found.unreviewed}


def _cancel(story: _Story, step: Json) -> _Result:
    found = story.service.cancel(
        story.actor(step), story.import_id(step), confirmed=step["confirmed"]
    )
    return {"state": found.state.value}


def _run(story: _Story, step: Json) -> _Result:
    import_id = story.import_id(step)
    found = story.service.run_import(import_id)
    with story.storage(read_only=True) as work:
        for row in work.imports.rows(import_id):
            key = row.outcome and row.outcome.student
            if key and row.decision.import_as is ImportAs.NEW:
                name = StudentKey(_CREATED + row.source_key)
                story.named.setdefault(name, key)
                story.created.setdefault(key, name)
    return {"state": found.state.value}


def _resume(story: _Story, step: Json) -> _Result:
    return {"state": story.service.resume(story.import_id(step)).state.value}


def _pending(story: _Story, step: Json) -> _Result:
    names = {of: name for name, of in story.named.items()}
    found = story.service.pending_imports(story.actor(step))
    told = [
        {"import": names[one.import_.id], "state": one.import_.state.value}
        for one in found
    ]
    return {"imports": told}


def _completed(story: _Story, step: Json) -> _Result:
    found = story.service.completed_imports(story.actor(step))
    told = [
        {
            "school": one.school,
            "students": one.students,
            "status": one.status.value,
            "imported": one.imported,
            "failed": one.failed,
            "to_merge": one.to_merge,
        }
        for one in found
    ]
    return {"imports": told}


def _log(story: _Story, step: Json) -> _Result:
    rows = story.service.import_log(story.actor(step), story.import_id(step))
    told = [
        {
            "last_name": row.last_name,
            "source_import_status": row.source_import_status.value,
            "score_import_status": row.score_import_status.value,
            **_reason(row),
        }
        for row in rows
    ]
    return {"rows": told}


def _reason(row: LogRow) -> _Result:
    """Return why a student failed, as a word that stays."""
    found = [one.name.lower() for one in Reason if row.detail.endswith(one.value)]
    return {"reason": found[0]} if found else {}


# Afterwards, and what the world does meanwhile ----------------------------------------


def _merge(story: _Story, step: Json) -> _Result:
    survivor, absorbed = map(story.key, (step["survivor"], step["absorbed"]))
    merge = story.service.merge_students(
        story.actor(step), survivor, absorbed, accept_unlike=True
    )
    story.named[step["as"]] = merge.id
    return {"records": len(merge.result.records)}


def _undo(story: _Story, step: Json) -> _Result:
    merge_id = MergeId(story.named[step["merge"]])
    story.service.undo_merge(story.actor(step), merge_id)
    return {}


def _undo_match(story: _Story, step: Json) -> _Result:
    undo = story.service.undo_match(
        story.actor(step), story.import_id(step), StudentKey(step["student"])
    )
    story.named[step["as"]] = undo.goes.key
    story.created[undo.goes.key] = StudentKey(step["as"])
    return {
        "records": len(undo.records),
        "changed_since": list(undo.changed_since),
    }


def _wait(story: _Story, step: Json) -> _Result:
    by = {
        unit: step[unit] for unit in ("days", "hours", "microseconds") if unit in step
    }
    story.now += timedelta(**by)
    return {}


def _edit_student(story: _Story, step: Json) -> _Result:
    key, site_id = story.key(step["key"]), SiteId(step["site_id"])
    with story.storage() as work:
        before = work.roster.students(site_id, [key])[key]
        whole = {**values.student_data(before), **step["fields"]}
        work.roster.replace(before, values.student(whole))
        work.commit()
    return {}


def _remove_student(story: _Story, step: Json) -> _Result:
    key, site_id = story.key(step["key"]), SiteId(step["site_id"])
    with story.storage() as work:
        work.roster.remove(work.roster.students(site_id, [key])[key])
        work.commit()
    return {}


def _student(story: _Story, step: Json) -> _Result:
    key, site_id = story.key(step["key"]), SiteId(step["site_id"])
    with story.storage(read_only=True) as work:
        found = work.roster.students(site_id, [key]).get(key)
        if found is None:
            return {"student": None}
        records = [
            values.record_data(each) for each in work.roster.records(site_id, key)
        ]
    came = {attrs.evolve(each, key=story.name(each.key)) for each in found.provenance}
    whole = attrs.evolve(found, key=story.name(key), provenance=came)
    return {"student": values.student_data(whole), "records": records}


def _students(story: _Story, step: Json) -> _Result:
    with story.storage(read_only=True) as work:
        return {"count": work.roster.size(SiteId(step["site_id"]))}


_STEPS: dict[str, Callable[[_Story, Json], _Result]] = {
    "generate_code": _generate,
    "codes": _codes,
    "revoke_code": _revoke,
    "enter_code": _enter,
    "start_import": _start,
    "analyse": _analyse,
    "analyse_again": _analyse_again,
    "preview": _preview,
    "keep_match": _decision,
    "clear_match": _decision,
    "choose_match": _decision,
    "edits": _edits,
    "search_students": _search,
    "confirm": _confirm,
    "cancel": _cancel,
    "run_import": _run,
    "resume": _resume,
    "pending_imports": _pending,
    "completed_imports": _completed,
    "import_log": _log,
    "merge_students": _merge,
    "undo_merge": _undo,
    "undo_match": _undo_match,
    "wait": _wait,
    "edit_student": _edit_student,
    "remove_student": _remove_student,
    "student": _student,
    "students": _students,
}
