"""No site learns of another's data or touches it, with whatever it calls."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import rule

from student_transfer.codes import CodeId, StudentScope, YearScope
from student_transfer.errors import NotAllowedError, StudentTransferError
from student_transfer.imports import ImportId
from student_transfer.merging import MergeId
from student_transfer.permissions import Actor, Role
from student_transfer.services import TransferService
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import StudentKey
from student_transfer.testing.dump import Dump, dump
from student_transfer.testing.model.parting import Parting
from student_transfer.testing.model.world import (
    BYSTANDER,
    HEADS,
    IMPORTS,
    SITES,
    STRANGERS,
    actor,
)

NOBODY = "nobody-1"
"""A name that nothing has: what is another site's is answered as this is."""

Ask = Callable[[str], object]
"""Calls a use case with the name of something."""

_OfImport = Callable[[TransferService, Actor, ImportId, StudentKey], object]
OF_IMPORT: tuple[_OfImport, ...] = (
    lambda service, who, one, _: service.preview(who, one),
    lambda service, who, one, _: service.progress(who, one),
    lambda service, who, one, _: service.edits(who, one),
    lambda service, who, one, _: service.import_log(who, one),
    lambda service, who, one, _: service.search_students(who, one, "amina"),
    lambda service, who, one, key: service.possible_matches(who, one, key),
    lambda service, who, one, key: service.explain(who, one, key, key),
    lambda service, who, one, key: service.why_not(who, one, key, key),
    lambda service, who, one, key: service.keep_match(who, one, key, key),
    lambda service, who, one, key: service.clear_match(who, one, key),
    lambda service, who, one, key: service.choose_match(who, one, key, key),
    lambda service, who, one, key: service.plan_undo_match(who, one, key),
    lambda service, who, one, key: service.undo_match(who, one, key),
    lambda service, who, one, _: service.analyse_again(who, one),
    lambda service, who, one, _: service.confirm(who, one, accept_unreviewed=True),
    lambda service, who, one, _: service.cancel(who, one),
    lambda service, who, one, _: service.cancel(who, one, confirmed=True),
)
"""Every use case of a person that names an import."""

INTRUDERS = (
    *HEADS.values(),
    actor("head", BYSTANDER),
    actor("namesake", BYSTANDER, Role.SCHOOL_ADMINISTRATOR, "one", "two"),
    actor("head", "nowhere"),
)
"""Who tries: also of a site with schools of the same IDs, and of one unknown."""


class Tenancy(Parting):
    """What those try who may not."""

    @rule(who=st.sampled_from(INTRUDERS))
    def somebody_tries_everything_of_others(self, who: Actor) -> None:
        """PERM-2, PERM-3: found is nothing, in the words for what does not exist.

        Every use case, with every name of another site: its codes, imports, students,
        schools and merges. Nothing changes by it, and what is listed is the own.
        """
        before = self.everything()
        for ask, names in self._attempts(who):
            answer = _answer(ask, NOBODY)
            for name in names:
                assert _answer(ask, name) == answer.replace(NOBODY, name)
        self._lists_are_own(who)
        assert self.everything() == before

    def everything(self) -> Dump:
        """Read every row of every site."""
        sites = [SiteId(site) for site in (*SITES, BYSTANDER, "nowhere")]
        return dump(self.storage, sites)

    def _attempts(self, who: Actor) -> Iterator[tuple[Ask, list[str]]]:
        """Give every way to name a thing of others, and every name."""
        yield from self._at_imports(who)
        yield from self._at_students(who)
        service, oracle = self.service, self.oracle
        codes = [one.id for one in oracle.codes.values() if one.site != who.site_id]
        yield lambda name: service.revoke_code(who, CodeId(name)), codes
        merges = [
            merge
            for site in SITES
            if site != who.site_id
            for merge in oracle.merges_on(site)
        ]
        yield lambda name: service.undo_merge(who, MergeId(name)), merges
        schools = [
            f"hall of {site}" for site in (*SITES, BYSTANDER) if site != who.site_id
        ]
        yield lambda name: service.generate_code(who, _year(name)), schools
        for code in oracle.codes:
            yield partial(self._start, who, code), schools

    def _start(self, who: Actor, code: str, school: str) -> object:
        return self.service.start_import(who, code, SchoolId(school))

    def _at_imports(self, who: Actor) -> Iterator[tuple[Ask, list[str]]]:
        """Name the imports of others."""
        theirs = {
            one: model
            for one, model in self.oracle.imports.items()
            if model.site != who.site_id
        }
        keys = {model.students[0] for model in theirs.values()}
        for call in OF_IMPORT:
            for key in sorted(keys):
                yield partial(self._of_import, call, who, key), list(theirs)

    def _of_import(self, call: _OfImport, who: Actor, key: str, name: str) -> object:
        return call(self.service, who, ImportId(name), StudentKey(key))

    def _at_students(self, who: Actor) -> Iterator[tuple[Ask, list[str]]]:
        """Name the students of others, beside what is the own."""
        service, oracle = self.service, self.oracle
        every = {key for site in SITES for key in oracle.keys(site)}
        own = set(oracle.keys(who.site_id))
        theirs = sorted(every - own)
        for key in (NOBODY, *sorted(own)[:1]):
            mine = StudentKey(key)
            yield partial(_merge, service, who, mine), theirs
            yield partial(_merge_into, service, who, mine), theirs
        yield lambda name: service.generate_code(who, _one(name)), theirs
        for import_id in oracle.imports_of(who.site_id, {"ready"}):
            ready = ImportId(import_id)
            row = StudentKey(oracle.imports[import_id].students[0])
            yield partial(_choose, service, who, ready, row), theirs
            yield partial(_explain, service, who, ready, row), theirs

    def _lists_are_own(self, who: Actor) -> None:
        """PERM-3: no list has anything of another site."""
        service, site = self.service, who.site_id
        own = set(self.oracle.keys(site))
        assert {one.issued.site_id for one in service.codes(who)} <= {site}
        pending = {one.import_.site_id for one in service.pending_imports(who)}
        ended = {one.import_.site_id for one in service.completed_imports(who)}
        listed = {one.site_id for one in service.listed_imports(who)}
        assert pending | ended | listed <= {site}
        assert {one.site_id for one in service.merges(who)} <= {site}
        for code in self.oracle.codes:
            with suppress(StudentTransferError):
                schools = service.look_up(who, code).schools
                assert {school.site_id for school in schools} <= {site}
        for import_id in self.oracle.imports_of(site, {"ready"}):
            for word in ("a", "b", "c", "d", "e", "f"):
                with suppress(StudentTransferError):
                    found = service.search_students(who, ImportId(import_id), word)
                    assert {one.key for one in found.students} <= own

    @rule(data=st.data(), import_id=IMPORTS)
    def somebody_of_the_site_tries(self, data: st.DataObject, import_id: str) -> None:
        """PERM-2: who has no right there is refused, whatever the state is."""
        model = self.oracle.imports[import_id]
        who = data.draw(st.sampled_from(STRANGERS[model.site]))
        key = StudentKey(model.students[0])
        before = self.everything()
        for call in OF_IMPORT:
            try:
                call(self.service, who, ImportId(import_id), key)
            except NotAllowedError:
                continue
            raise AssertionError("a stranger was let in")
        assert self.everything() == before


def _answer(ask: Ask, name: str) -> str:
    """Give all that somebody learns who asks."""
    try:
        found = ask(name)
    except StudentTransferError as refused:
        return f"{type(refused).__name__}: {refused!r} {refused}"
    raise AssertionError(f"something was done, or found: {found!r}")


def _year(school: str) -> YearScope:
    return YearScope(SchoolId(school), "6")


def _one(key: str) -> StudentScope:
    return StudentScope(SchoolId("one"), StudentKey(key))


def _merge(service: TransferService, who: Actor, mine: StudentKey, name: str) -> object:
    return service.merge_students(who, mine, StudentKey(name), accept_unlike=True)


def _merge_into(
    service: TransferService, who: Actor, mine: StudentKey, name: str
) -> object:
    return service.merge_students(who, StudentKey(name), mine, accept_unlike=True)


def _choose(
    service: TransferService, who: Actor, mine: ImportId, row: StudentKey, name: str
) -> object:
    return service.choose_match(who, mine, row, StudentKey(name))


def _explain(
    service: TransferService, who: Actor, mine: ImportId, row: StudentKey, name: str
) -> object:
    return service.explain(who, mine, row, StudentKey(name))
