"""No site learns of another's data or touches it, with whatever it calls."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import rule

from student_transfer.errors import (
    NotAllowedError,
    NotFoundError,
    StudentTransferError,
)
from student_transfer.imports import ImportId
from student_transfer.permissions import Action, Actor, Role
from student_transfer.sites import SiteId
from student_transfer.students import StudentKey
from student_transfer.testing.dump import Dump, dump
from student_transfer.testing.model.match_undo import MatchUndoing
from student_transfer.testing.model.ways import (
    OF_CODE,
    OF_IMPORT,
    OF_MERGE,
    OF_NOTHING,
    OF_SCHOOL,
    OF_STUDENT,
    Beside,
    Way,
)
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

_NOTHING = Beside(NOBODY, ImportId(NOBODY), StudentKey(NOBODY), StudentKey(NOBODY))

INTRUDERS = (
    *HEADS.values(),
    actor("head", BYSTANDER),
    actor("namesake", BYSTANDER, Role.SCHOOL_ADMINISTRATOR, "one", "two"),
    actor("head", "nowhere"),
)
"""Who tries: also of a site with schools of the same IDs, and of one unknown."""


class Tenancy(MatchUndoing):
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
        """Yield every way to name a thing of others, and every name."""
        oracle, site = self.oracle, who.site_id
        imports = {
            one: model for one, model in oracle.imports.items() if model.site != site
        }
        rows = sorted({model.students[0] for model in imports.values()})
        beside = [_beside_row(row) for row in rows]
        yield from self._named(who, OF_IMPORT, list(imports), beside)
        own = oracle.keys(site)
        every = {key for at in SITES for key in oracle.keys(at)}
        beside = [_NOTHING, *self._own(site, own)]
        yield from self._named(who, OF_STUDENT, sorted(every - set(own)), beside)
        sites = [at for at in (*SITES, BYSTANDER) if at != site]
        beside = [attrs.evolve(_NOTHING, code=code) for code in self._enterable(site)]
        schools = [f"hall of {at}" for at in sites]
        yield from self._named(who, OF_SCHOOL, schools, beside)
        merges = [one for at in SITES if at != site for one in oracle.merges_on(at)]
        yield from self._named(who, OF_MERGE, merges, [_NOTHING])
        codes = [one.id for one in oracle.codes.values() if one.site != site]
        yield from self._named(who, OF_CODE, codes, [_NOTHING])

    def _named(
        self,
        who: Actor,
        ways: Sequence[Way],
        names: list[str],
        beside: Sequence[Beside],
    ) -> Iterator[tuple[Ask, list[str]]]:
        """Go every way, beside each of these."""
        for way in ways:
            for one in beside:
                yield partial(self._go, way, who, one), names

    def _go(self, way: Way, who: Actor, beside: Beside, name: str) -> object:
        return way(self.service, who, name, beside)

    def _enterable(self, site: str) -> list[str]:
        """Return a code that the site can enter, so that the school is looked at."""
        refusal, now = self.oracle.refusal, self.now
        can = [one for one in self.oracle.codes if refusal(one, site, now) is None]
        return [NOBODY, *can[:1]]

    def _own(self, site: str, keys: Sequence[str]) -> Iterator[Beside]:
        """Yield what is the own, a student and the reviews, to put beside."""
        some = attrs.evolve(_NOTHING, student=StudentKey(next(iter(keys), NOBODY)))
        yield some
        for import_id in self.oracle.imports_of(site, {"ready"}):
            row = StudentKey(self.oracle.imports[import_id].students[0])
            yield attrs.evolve(some, import_id=ImportId(import_id), row=row)

    def _asks_for_every_list(self, who: Actor) -> None:
        """PERM-2: every answer is looked at, whom it shows."""
        for way in OF_NOTHING:
            with suppress(StudentTransferError):
                self._go(way, who, _NOTHING, NOBODY)

    def _lists_are_own(self, who: Actor) -> None:
        """PERM-3: no list has anything of another site."""
        service, site = self.service, who.site_id
        self._asks_for_every_list(who)
        own = set(self.oracle.keys(site))
        assert {one.issued.site_id for one in service.codes(who)} <= {site}
        pending = {one.import_.site_id for one in service.pending_imports(who)}
        ended = {one.import_.site_id for one in service.completed_imports(who)}
        listed = {one.site_id for one in service.listed_imports(who)}
        assert pending | ended | listed <= {site}
        assert {one.site_id for one in service.merges(who)} <= {site}
        schools = service.schools(who, Action.MERGE_STUDENTS)
        assert {one.site_id for one in schools} <= {site}
        with suppress(NotFoundError):
            assert service.site(who).id == site
        for word in ("", "a", "d"):
            students = service.students(who, Action.MERGE_STUDENTS, name=word).students
            assert {one.site_id for one in students} <= {site}
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
        beside = _beside_row(model.students[0])
        before = self.everything()
        for way in OF_IMPORT:
            try:
                self._go(way, who, beside, import_id)
            except NotAllowedError:
                continue
            raise AssertionError("a stranger was let in")
        self._asks_for_every_list(who)
        assert self.everything() == before


def _beside_row(row: str) -> Beside:
    key = StudentKey(row)
    return attrs.evolve(_NOTHING, row=key, student=key)


def _answer(ask: Ask, name: str) -> str:
    """Return all that somebody learns who asks."""
    try:
        found = ask(name)
    except StudentTransferError as refused:
        return f"{type(refused).__name__}: {refused!r} {refused}"
    raise AssertionError(f"something was done, or found: {found!r}")
