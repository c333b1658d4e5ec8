"""Which children a code is for: those of its generation, whoever has their keys now."""

from datetime import date
from typing import Any

import attrs
import pytest

from student_transfer.codes import (
    CodeDigest,
    CodeId,
    CodeStatus,
    IssuedCode,
    StudentScope,
    YearScope,
)
from student_transfer.imports import ImportRow
from student_transfer.outcomes import Reason
from student_transfer.students import StudentKey

from .conftest import (
    ASH,
    ELM,
    ELM_HEAD,
    MAYA,
    NEW,
    NEW_HEAD,
    OLD,
    OLD_HEAD,
    TOM,
    ZOFIA,
    TwoSites,
    star,
)

ONE = StudentKey("1")
GONE = "(not on this site as when the code was generated)"


def _hand_on(sites: TwoSites, key: str, **child: Any) -> None:
    """Give a key of the old site to another child."""
    had = sites.student(key, OLD)
    assert had is not None
    sites.remove(had)
    sites.add_old(key, star("old", f"of the next {key}"), **child)


def _rows(sites: TwoSites, code: str) -> dict[str, ImportRow]:
    import_id = sites.ready(code)
    rows = sites.service.preview(NEW_HEAD, import_id).rows
    return {row.source_key: row.row for row in rows}


@pytest.mark.parametrize("school", [ELM, ASH])
def test_a_key_that_was_handed_on_sends_nobody_else(
    sites: TwoSites, school: str
) -> None:
    """CODE-3, IMP-10: nobody gave a code for the child who has the key by now."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    code = sites.code()
    _hand_on(sites, "1", **{**ZOFIA, "enrolments": {school}})
    rows = _rows(sites, code)
    assert rows["1"].incoming is None
    assert rows["1"].absence is Reason.NOT_OF_CODE
    assert rows["2"].incoming is not None
    [import_] = sites.service.pending_imports(NEW_HEAD)
    sites.service.confirm(NEW_HEAD, import_.import_.id)
    sites.service.run_import(import_.import_.id)
    assert [one.given_name for one in sites.everybody()] == ["Thomas"]


def test_who_was_corrected_too_much_is_told_so(sites: TwoSites) -> None:
    """CODE-3, IMP-10: in the preview and on the log, and that of nobody else."""
    maya = sites.add_old("1", **MAYA)
    tom = sites.add_old("2", **TOM)
    code = sites.code()
    sites.replace(maya, date_of_birth=date(2012, 5, 25))
    sites.remove(tom)
    rows = _rows(sites, code)
    assert {key: row.incoming for key, row in rows.items()} == {"1": None, "2": None}
    assert rows["1"].absence is Reason.NOT_OF_CODE
    assert rows["2"].absence is Reason.NOT_ON_SOURCE
    sites.add(tom)
    [import_] = sites.service.pending_imports(NEW_HEAD)
    sites.service.confirm(NEW_HEAD, import_.import_.id)
    sites.service.run_import(import_.import_.id)
    told = sites.service.log_entries(NEW_HEAD, import_.import_.id)
    assert {entry.source_key: entry.outcome.reason for entry in told} == {
        "1": Reason.NOT_OF_CODE,
        "2": Reason.NOT_IN_PREVIEW,
    }
    assert "Maya" not in repr([entry.outcome.log_row for entry in told])


def test_a_key_handed_on_after_a_preview_sends_nobody_else_either(
    sites: TwoSites,
) -> None:
    """CODE-3, PREV-7: another analysis is of the children of the code as well."""
    sites.add_old("1", **MAYA)
    import_id = sites.ready(sites.code("1"))
    _hand_on(sites, "1", **TOM)
    sites.service.analyse_again(NEW_HEAD, import_id)
    sites.service.analyse(import_id)
    [row] = sites.service.preview(NEW_HEAD, import_id).rows
    assert row.incoming is None


@pytest.mark.parametrize(
    "corrected",
    [
        {"family_name": "Okafour"},
        {"family_name": "Smith"},
        {"given_name": "Maja"},
        {"date_of_birth": date(2015, 9, 3)},
        {"national_id": "A7"},
        {"year": "7", "enrolments": {ASH}, "email": "maya@x.org"},
    ],
)
def test_a_child_whose_record_was_corrected_goes(
    sites: TwoSites, corrected: dict[str, Any]
) -> None:
    """CODE-3: what the record says is read when the import runs."""
    maya = sites.add_old("1", **MAYA)
    code = sites.code("1")
    now = sites.replace(maya, **corrected)
    assert _rows(sites, code)["1"].incoming == now


def test_no_more_is_kept_than_tells_a_child(sites: TwoSites) -> None:
    """CODE-3: names, date of birth and national identifier of whom a code is for."""
    more = {"email": "maya@x.org", "user_name": "mo", "student_id": "7"}
    sites.add_old("1", **MAYA, **more)
    sites.code("1")
    [entry] = sites.service.codes(OLD_HEAD)
    [seen] = entry.issued.seen
    assert (seen.key, seen.full_name) == ("1", "Maya Okafor")
    assert not {*more.values(), "F", "6"} & set(map(str, attrs.astuple(seen)))
    assert "Maya" not in repr(entry.issued)


@pytest.mark.parametrize("revoked", [False, True])
def test_a_spent_code_keeps_no_names_of_a_year(
    sites: TwoSites, *, revoked: bool
) -> None:
    """CODE-3: they were kept for the analysis, and there is none any more."""
    sites.add_old("1", **MAYA)
    import_id = sites.ready(sites.code())
    [entry] = sites.service.codes(OLD_HEAD)
    assert entry.issued.seen
    if revoked:
        sites.service.revoke_code(OLD_HEAD, entry.issued.id)
    else:
        sites.service.confirm(NEW_HEAD, import_id)
    [entry] = sites.service.codes(OLD_HEAD)
    assert (entry.issued.seen, entry.issued.students) == ((), (ONE,))


def test_an_expired_code_keeps_no_names_of_a_year(sites: TwoSites) -> None:
    """CODE-3: those of the site that nobody has used; none of another site's."""
    sites.add_old("1", **MAYA)
    sites.code("1")
    sites.ready(sites.code())
    sites.code()
    held = {one.issued.id: one.issued.seen for one in sites.service.codes(OLD_HEAD)}
    sites.clock.advance(days=31)
    sites.code()
    before = {one.issued.id: one.issued for one in sites.service.codes(OLD_HEAD)}
    [unused] = [
        one.id
        for one in before.values()
        if one.lapsed(sites.clock()) and isinstance(one.scope, YearScope)
    ]
    assert held[unused]
    assert sites.service.forget_expired_codes(NEW) == 0
    assert sites.service.forget_expired_codes(OLD) == 1
    assert sites.service.forget_expired_codes(OLD) == 0
    entries = sites.service.codes(OLD_HEAD)
    kept = {one.issued.id: one.issued for one in entries}
    assert kept == {**before, unused: attrs.evolve(before[unused], seen=())}
    assert [one.status for one in entries if one.issued.id == unused] == [
        CodeStatus.EXPIRED
    ]


def test_a_code_that_is_revoked_meanwhile_forgets_by_that(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CODE-3, CODE-8: whoever changes it first is nobody's failure."""
    sites.add_old("1", **MAYA)
    sites.code()
    sites.clock.advance(days=31)
    with sites.storage(read_only=True) as work:
        store = type(work.codes)
    read = store.available

    def stale(*asked: Any) -> list[IssuedCode]:
        return [attrs.evolve(one, holder="i1") for one in read(*asked)]

    monkeypatch.setattr(store, "available", stale)
    assert sites.service.forget_expired_codes(OLD) == 0


def _named(sites: TwoSites) -> list[str]:
    """Name the student of the only code, as Elm and the network see it."""
    listed = [sites.service.codes(who) for who in (ELM_HEAD, OLD_HEAD)]
    return [entry.students for [entry] in listed]


def test_the_list_of_codes_names_no_other_child(sites: TwoSites) -> None:
    """PERM-2, CODE-3: a key tells Elm nothing of a child of Ash, or of another."""
    maya = sites.add_old("1", **MAYA)
    sites.code("1")
    known = sites.replace(maya, given_name="Maja")
    assert _named(sites) == ["Maja Okafor", "Maja Okafor"]
    sites.replace(known, family_name="Okafour", enrolments={ASH})
    assert _named(sites) == ["Maya Okafor", "Maja Okafour"]
    _hand_on(sites, "1", **{**ZOFIA, "enrolments": {ASH}})
    assert _named(sites) == [GONE, GONE]


def test_a_code_that_does_not_know_its_children_is_as_it_was(sites: TwoSites) -> None:
    """CODE-3, PERM-2: one from before they were kept sends whoever has the key."""
    maya = sites.add_old("1", **MAYA)
    sites.code("1")
    [entry] = sites.service.codes(OLD_HEAD)
    scope = StudentScope(ELM, ONE)
    old = attrs.evolve(
        entry.issued, id=CodeId("old"), digest=CodeDigest("-"), scope=scope, seen=()
    )
    sites.service.revoke_code(OLD_HEAD, entry.issued.id)
    with sites.storage() as work:
        work.codes.add(attrs.evolve(old, generated_at=sites.clock.now))
        work.commit()

    def named(who: Any) -> list[str]:
        codes = sites.service.codes(who)
        return [one.students for one in codes if one.issued.id == "old"]

    assert named(ELM_HEAD) == ["Maya Okafor"]
    sites.replace(maya, enrolments={ASH})
    assert named(ELM_HEAD) == [GONE]
    assert named(OLD_HEAD) == ["Maya Okafor"]
