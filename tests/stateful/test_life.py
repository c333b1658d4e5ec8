"""The life of codes and imports over two sites, any story, beside a small oracle.

CODE-3 to CODE-8, CODE-11, LOOK-1, LOOK-3, PREV-4, PREV-7, REV-1, REV-2, IMP-1 to
IMP-10, CONF-5, AFTER-1, AFTER-2: whatever people and workers do, in whatever order.
"""

import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle as Deck
from hypothesis.stateful import (
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.adapters.sql import SqlStorage
from student_transfer.codes import CodeId, StudentScope, YearScope
from student_transfer.errors import (
    CodeRefusedError,
    DecisionError,
    EmptyScopeError,
    IllegalTransitionError,
    ImportFailedError,
    MatchTakenError,
    NotAllowedError,
    NotFoundError,
    RevokedCodeError,
    UndoRefusedError,
)
from student_transfer.imports import ImportId, ImportState
from student_transfer.merging import MergeId
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.records import Origin, ReaderQuiz
from student_transfer.services import TransferService
from student_transfer.sites import School, SchoolId, Site, SiteId
from student_transfer.students import Student, StudentKey

from .failing import Failing
from .oracle import Merged, ModelCode, Oracle

SITES = ("north", "south")
NOW = datetime(2026, 7, 1, tzinfo=UTC)
PEOPLE = (
    ("Amina", "Yusuf", date(2015, 2, 3)),
    ("Bartosz", "Wiśniewski", date(2014, 10, 21)),
    ("Charlotte", "Penrose", date(2015, 5, 30)),
    ("Devika", "Raghunathan", date(2015, 8, 8)),
    ("Euan", "MacAllister", date(2014, 9, 17)),
    ("Fatoumata", "Diallo", date(2015, 1, 12)),
)


def _of_school(name: str, site: str, role: Role, school: str) -> Actor:
    return Actor(ActorId(f"{name}@{site}"), SiteId(site), role, {SchoolId(school)})


SCHOOL_HEADS = {
    site: _of_school("one", site, Role.SCHOOL_ADMINISTRATOR, "one") for site in SITES
}
STRANGERS = {
    site: (
        _of_school("two", site, Role.SCHOOL_ADMINISTRATOR, "two"),
        _of_school("teacher", site, Role.TEACHER, "one"),
    )
    for site in SITES
}
HEADS = {
    site: Actor(ActorId(f"head@{site}"), SiteId(site), Role.NETWORK_ADMINISTRATOR)
    for site in SITES
}


def _other(site: str) -> str:
    return SITES[1 - SITES.index(site)]


class Life(RuleBasedStateMachine):
    """Two sites, their administrators, the workers and the clock."""

    codes = Deck("codes")
    imports = Deck("imports")
    merges = Deck("merges")
    make_storage: Callable[[], Any] = MemoryStorage

    def __init__(self) -> None:
        """Begin with two empty sites."""
        super().__init__()
        self.now = NOW
        self.made = 0
        self.oracle = Oracle()
        self.storage = type(self).make_storage()
        self.failing = Failing(self.storage)
        self.service = TransferService(
            self.failing,
            clock=lambda: self.now,
            new_id=self._new_id,
            randomness=lambda size: self._next().to_bytes(size, "big"),
        )

    def _next(self) -> int:
        self.made += 1
        return self.made

    def _new_id(self) -> str:
        return f"n{self._next():06}"

    def teardown(self) -> None:
        """Let go of the database."""
        getattr(self.storage, "close", lambda: None)()

    # The sites --------------------------------------------------------------------

    @initialize(target=imports, data=st.data())
    def two_sites(self, data: st.DataObject) -> Any:
        """Put four children on each site, two of them the same; start two imports."""
        with self.storage() as uow:
            for site in SITES:
                uow.sites.put_site(Site(SiteId(site), f"The {site} trust"))
                uow.sites.put_school(School(SchoolId("one"), SiteId(site), "One"))
            uow.commit()
        for site, people in zip(SITES, (PEOPLE[:4], PEOPLE[2:]), strict=True):
            for person in people:
                self._enter(site, person)
        return multiple(*(self.ask(data=data, site=site, year=True) for site in SITES))

    def _enter(
        self, site: str, person: tuple[str, str, date], key: str | None = None
    ) -> None:
        """Put a child with one record on a site, under a new key or a given one."""
        given, family, born = person
        name = f"{given}.{family}".lower() if key is None else ""
        key = StudentKey(key or f"{site}-{self._next()}")
        with self.storage() as uow:
            uow.roster.add(
                Student(
                    key=key,
                    site_id=SiteId(site),
                    given_name=given,
                    family_name=family,
                    date_of_birth=born,
                    gender="X",
                    year="6",
                    user_name=name,
                    enrolments={SchoolId("one")},
                )
            )
            uow.commit()
        self.oracle.children[site, key] = given
        self._read_a_book(site, key)

    def _read_a_book(self, site: str, key: str) -> None:
        """Add a record that is written on the site."""
        name = f"quiz-{self._next()}"
        quiz = ReaderQuiz(origin=Origin(SiteId(site), name), quiz_number="7")
        with self.storage() as uow:
            uow.roster.add_records(SiteId(site), StudentKey(key), [quiz])
            uow.commit()
        self.oracle.records[site, key].add(f"{site}/{name}")

    @rule(data=st.data(), site=st.sampled_from(SITES))
    def somebody_reads(self, data: st.DataObject, site: str) -> None:
        """IMP-5: records keep being written on both sites."""
        keys = self.oracle.keys(site)
        if keys:
            self._read_a_book(site, data.draw(st.sampled_from(keys)))

    @rule(
        data=st.data(),
        site=st.sampled_from(SITES),
        handed_on=st.none() | st.sampled_from(PEOPLE),
    )
    def somebody_leaves(
        self,
        data: st.DataObject,
        site: str,
        handed_on: tuple[str, str, date] | None,
    ) -> None:
        """IMP-8, IMP-10: a student leaves a site, and another may get the key."""
        keys = self.oracle.keys(site)
        if len(keys) < 3:
            return
        key = data.draw(st.sampled_from(keys))
        with self.storage() as uow:
            found = uow.roster.students(SiteId(site), [StudentKey(key)])
            uow.roster.remove(found[StudentKey(key)])
            uow.commit()
        self.oracle.leave(site, key)
        if handed_on is not None:
            self._enter(site, handed_on, key)

    @rule(days=st.sampled_from((0.5, 3, 29, 30)))
    def time_passes(self, days: float) -> None:
        """CODE-5: codes grow old."""
        self.now += timedelta(days=days)

    @rule(data=st.data(), site=st.sampled_from(SITES))
    def somebody_returns(self, data: st.DataObject, site: str) -> None:
        """IMP-8, IMP-10: a key that was given up before is somebody's again."""
        gone = sorted(
            key
            for model in self.oracle.imports.values()
            for at, keys in (
                (model.source, model.students),
                (model.site, tuple(filter(None, model.decisions.values()))),
            )
            for key in keys
            if at == site and (site, key) not in self.oracle.children
        )
        if gone:
            person = data.draw(st.sampled_from(PEOPLE))
            self._enter(site, person, data.draw(st.sampled_from(gone)))

    @rule(data=st.data(), fails=st.booleans())
    def the_source_fails_for_one(self, data: st.DataObject, fails: bool) -> None:
        """IMP-6: the records of one student cannot be read, or can be again."""
        places = sorted(self.oracle.children)
        self.failing.place = (
            data.draw(st.sampled_from(places)) if fails and places else None
        )

    # Codes ------------------------------------------------------------------------

    @rule(target=codes, data=st.data(), site=st.sampled_from(SITES), year=st.booleans())
    def generate(self, data: st.DataObject, site: str, year: bool) -> Any:
        """CODE-1, CODE-2: for one student or the year, of somebody enrolled."""
        keys = self.oracle.keys(site)
        school = SchoolId("one")
        one = StudentKey(data.draw(st.sampled_from(keys))) if keys else StudentKey("-")
        scope = YearScope(school, "6") if year else StudentScope(school, one)
        try:
            new = self.service.generate_code(HEADS[site], scope)
        except EmptyScopeError:
            assert not keys
            return multiple()
        students = tuple(keys) if year else (one,)
        assert new.issued.students == students
        text = new.code.reveal()
        self.oracle.codes[text] = ModelCode(new.issued.id, site, students, self.now)
        return text

    @rule(code=codes)
    def revoke(self, code: str) -> None:
        """CODE-8: anything not used can be revoked."""
        known = self.oracle.codes[code]
        try:
            self.service.revoke_code(HEADS[known.site], CodeId(known.id))
        except IllegalTransitionError:
            assert known.state in {"used", "revoked"}
        else:
            assert known.state in {"available", "claimed"}
            known.state = "revoked"

    @rule(code=codes, site=st.sampled_from(SITES))
    def look(self, code: str, site: str) -> None:
        """LOOK-1, CODE-11: the refusal is the one the order of the checks gives."""
        expected = self.oracle.refusal(code, site, self.now)
        try:
            found = self.service.look_up(HEADS[site], code)
        except CodeRefusedError as error:
            assert type(error).__name__ == expected
        else:
            assert expected is None
            assert found.previous_site == f"The {self.oracle.codes[code].site} trust"

    @rule(target=imports, code=codes, site=st.sampled_from(SITES))
    def enter(self, code: str, site: str) -> Any:
        """CODE-4, CODE-7: an accepted code is claimed."""
        expected = self.oracle.refusal(code, site, self.now)
        try:
            import_ = self.service.start_import(HEADS[site], code, SchoolId("one"))
        except CodeRefusedError as error:
            assert type(error).__name__ == expected
            return multiple()
        assert expected is None
        self.oracle.start(import_.id, code, site)
        return import_.id

    @rule(
        target=imports, data=st.data(), site=st.sampled_from(SITES), year=st.booleans()
    )
    def ask(self, data: st.DataObject, site: str, year: bool) -> Any:
        """LOOK-3, PREV-1: a code is asked for, entered and analysed in one go."""
        code = self.generate(data=data, site=site, year=year)
        if not isinstance(code, str):
            return multiple()
        import_id = self.enter(code=code, site=_other(site))
        self.analyse(import_id=import_id)
        return import_id

    # Imports ----------------------------------------------------------------------

    @rule(import_id=imports)
    def analyse(self, import_id: str) -> None:
        """PREV-4, PREV-7, MATCH-1: a match is always of the same child."""
        model = self.oracle.imports[import_id]
        import_ = self.service.analyse(ImportId(import_id))
        if model.state != "analysing":
            assert import_.state.value == model.state
            return
        if self.oracle.codes[model.code].state == "revoked":
            assert import_.state is ImportState.CANCELLED
            self.oracle.cancel(import_id)
            return
        assert import_.state is ImportState.READY
        model.state = "ready"
        preview = self.service.preview(HEADS[model.site], ImportId(import_id))
        for row in preview.rows:
            self._previewed(import_id, row.row)
        matches = [one for one in model.decisions.values() if one is not None]
        assert len(set(matches)) == len(matches)

    def _previewed(self, import_id: str, row: Any) -> None:
        """Hold one row of a preview against what was decided and who is there."""
        model, key, match = self.oracle.imports[import_id], row.source_key, None
        there = self.oracle.children.get((model.source, key))
        assert (row.incoming is None) == (there is None)
        if key in model.by_person:
            match = model.decisions[key]
            lost = match is not None and self.oracle.land(import_id, key) is None
            if there is not None and (model.seen[key] != there or lost):
                model.by_person.discard(key)
                assert row.needs_review
        assert row.decision.by_person == (key in model.by_person)
        model.seen[key] = there
        if key in model.by_person:
            assert row.decision.match == match
            return
        match = row.decision.match
        if there is not None:
            self._check_match(model.site, model.source, key, match)
        model.decisions[key] = match
        model.matched[key] = match and self.oracle.children[model.site, match]

    def _check_match(self, site: str, source: str, key: str, match: str | None) -> None:
        """Hold a match of the library against who the children are."""
        child = self.oracle.children[source, key]
        same = [
            other
            for other in self.oracle.keys(site)
            if self.oracle.children[site, other] == child
        ]
        assert match is None or match in same

    @rule(data=st.data(), import_id=imports, by=st.sampled_from((HEADS, SCHOOL_HEADS)))
    def review(self, data: st.DataObject, import_id: str, by: dict[str, Actor]) -> None:
        """REV-1, REV-2: any decision a person can take on a ready preview."""
        model = self.oracle.imports[import_id]
        key = StudentKey(data.draw(st.sampled_from(model.students)))
        choices = [None, "keep", *self.oracle.keys(model.site)]
        choice = data.draw(st.sampled_from(choices))
        if choice == "keep":
            self._keep(import_id, by[model.site], key)
        else:
            self._choose(import_id, by[model.site], key, choice)

    def _choose(
        self, import_id: str, actor: Actor, key: StudentKey, choice: str | None
    ) -> None:
        """REV-1, REV-2: clear the match, or choose one that is nobody else's."""
        model = self.oracle.imports[import_id]
        try:
            if choice is None:
                self.service.clear_match(actor, ImportId(import_id), key)
            else:
                chosen = StudentKey(choice)
                self.service.choose_match(actor, ImportId(import_id), key, chosen)
        except (IllegalTransitionError, NotFoundError):
            assert model.state != "ready"
        except RevokedCodeError:
            assert self.oracle.codes[model.code].state == "revoked"
        except MatchTakenError as taken:
            assert model.decisions[taken.holder] == choice
        else:
            assert model.state == "ready"
            others = [m for k, m in model.decisions.items() if k != key]
            assert choice is None or choice not in others
            model.decisions[key] = choice
            model.by_person.add(key)
            model.matched[key] = choice and self.oracle.children[model.site, choice]

    def _keep(self, import_id: str, actor: Actor, key: StudentKey) -> None:
        """REV-1, IMP-8: what can still be carried out can be kept."""
        model = self.oracle.imports[import_id]
        try:
            self.service.keep_match(actor, ImportId(import_id), key)
        except (IllegalTransitionError, NotFoundError):
            assert model.state != "ready"
        except RevokedCodeError:
            assert self.oracle.codes[model.code].state == "revoked"
        except DecisionError:
            assert model.decisions[key] is not None
            assert self.oracle.land(import_id, key) is None
        else:
            assert model.state == "ready"
            model.by_person.add(key)

    @rule(data=st.data(), import_id=imports)
    def a_stranger_tries(self, data: st.DataObject, import_id: str) -> None:
        """PERM-2, PERM-3: refused; that nothing has changed the invariants see."""
        model = self.oracle.imports[import_id]
        own = data.draw(st.booleans())
        strangers = STRANGERS[model.site] if own else (HEADS[_other(model.site)],)
        stranger = data.draw(st.sampled_from(strangers))
        key = StudentKey(model.students[0])
        wanted, service = ImportId(import_id), self.service
        call: Callable[[], object] = data.draw(
            st.sampled_from(
                (
                    lambda: service.preview(stranger, wanted),
                    lambda: service.clear_match(stranger, wanted, key),
                    lambda: service.choose_match(stranger, wanted, key, key),
                    lambda: service.analyse_again(stranger, wanted),
                    lambda: service.confirm(stranger, wanted),
                    lambda: service.cancel(stranger, wanted, confirmed=True),
                    lambda: service.import_log(stranger, wanted),
                )
            )
        )
        try:
            call()
        except NotAllowedError:
            assert own
        except NotFoundError:
            assert not own
        else:
            raise AssertionError("a stranger was let in")

    @rule(import_id=imports)
    def analyse_again(self, import_id: str) -> None:
        """PREV-7: only a ready preview, and not of a revoked code."""
        model = self.oracle.imports[import_id]
        revoked = self.oracle.codes[model.code].state == "revoked"
        try:
            self.service.analyse_again(HEADS[model.site], ImportId(import_id))
        except IllegalTransitionError:
            assert model.state != "ready"
        except RevokedCodeError:
            assert revoked
        else:
            assert model.state == "ready"
            model.state = "analysing"

    @rule(import_id=imports)
    def confirm(self, import_id: str) -> None:
        """IMP-1, CODE-4: confirming uses the code, however old it is by now."""
        model = self.oracle.imports[import_id]
        code = self.oracle.codes[model.code]
        try:
            self.service.confirm(HEADS[model.site], ImportId(import_id))
        except IllegalTransitionError:
            assert model.state != "ready"
        except RevokedCodeError:
            assert code.state == "revoked"
        else:
            assert (model.state, code.state) == ("ready", "claimed")
            model.state, code.state = "scheduled", "used"

    @rule(import_id=imports)
    def cancel(self, import_id: str) -> None:
        """IMP-2, CODE-4: cancelling releases the code."""
        model = self.oracle.imports[import_id]
        try:
            self.service.cancel(HEADS[model.site], ImportId(import_id), confirmed=True)
        except IllegalTransitionError:
            assert model.state not in {"analysing", "ready"}
        else:
            assert model.state in {"analysing", "ready"}
            self.oracle.cancel(import_id)

    @rule(import_id=imports, commits=st.none() | st.integers(0, 5))
    def run(self, import_id: str, commits: int | None = None) -> None:
        """IMP-4 to IMP-10: every student arrives where it has to, with all records.

        After so many commits the storage fails once; what arrived stays (IMP-7).
        """
        model = self.oracle.imports[import_id]
        self.failing.commits = commits
        try:
            state = self.service.run_import(ImportId(import_id)).state
        except ImportFailedError:
            assert commits is not None
            state = ImportState.FAILED
            assert model.state == "scheduled"
            self._settle(import_id)
        else:
            if model.state == "scheduled":
                self._settle(import_id)
                came = any(model.arrived.values())
                assert set(model.arrived) == set(model.students)
                model.state = "completed" if came else "failed"
            assert state.value == model.state
        finally:
            self.failing.commits = None
        model.state = state.value

    @rule(import_id=imports)
    def resume(self, import_id: str) -> None:
        """IMP-7: who failed unexpectedly is tried again, and nobody else."""
        model = self.oracle.imports[import_id]
        try:
            self.service.resume(ImportId(import_id))
        except IllegalTransitionError:
            done = model.state == "completed" and not model.unexpected
            assert done or model.state not in {"failed", "completed"}
        else:
            assert model.state == "failed" or model.unexpected
            model.state = "scheduled"
            for key in model.unexpected:
                del model.arrived[key]
            model.unexpected.clear()

    def _settle(self, import_id: str) -> None:
        """Carry over in the oracle whoever has arrived or failed since."""
        model = self.oracle.imports[import_id]
        with self.storage(read_only=True) as uow:
            rows = uow.imports.rows(ImportId(import_id))
        for row in rows:
            if row.outcome is not None and row.source_key not in model.arrived:
                there = self._arrive(import_id, row)
                assert row.outcome.student == there
                model.arrived[row.source_key] = there

    def _arrive(self, import_id: str, row: Any) -> str | None:
        """Carry one student over in the oracle; say where that is."""
        oracle, model, key = self.oracle, self.oracle.imports[import_id], row.source_key
        source, new = (model.source, key), model.decisions[key] is None
        if source not in oracle.children or oracle.children[source] != model.seen[key]:
            return None
        if new:
            target = oracle.brought(import_id, key)
        else:
            target = oracle.land(import_id, key)
            moved = target != model.decisions[key]
            if target is None or (moved and oracle.taken(import_id, key, target)):
                return None
        if source == self.failing.place:
            model.unexpected.add(key)
            return None
        if target is None:
            target = str(row.outcome.student)
            assert (model.site, target) not in oracle.children
            oracle.children[model.site, target] = oracle.children[source]
        place = model.site, target
        oracle.records[place] |= oracle.records[source]
        oracle.links[place] |= (oracle.links[source] | {source}) - {place}
        return target

    @rule(import_id=imports, steps=st.integers(1, 3))
    def go_on(self, import_id: str, steps: int) -> None:
        """Take the natural next steps, so that stories get somewhere."""
        step = {"analysing": self.analyse, "ready": self.confirm, "scheduled": self.run}
        for _ in range(steps):
            state = self.oracle.imports[import_id].state
            if state in step:
                step[state](import_id=import_id)

    # Afterwards -------------------------------------------------------------------

    @rule(target=merges, data=st.data(), site=st.sampled_from(SITES))
    def merge(self, data: st.DataObject, site: str) -> Any:
        """AFTER-1, CONF-5: no record is lost by a merge."""
        keys = self.oracle.keys(site)
        if len(keys) < 2:
            return multiple()
        pair = st.lists(st.sampled_from(keys), min_size=2, max_size=2, unique=True)
        stays, goes = map(StudentKey, data.draw(pair))
        self.now += timedelta(microseconds=1)  # so that the latest merge is known
        head = data.draw(st.sampled_from((HEADS, SCHOOL_HEADS)))[site]
        merge = self.service.merge_students(head, stays, goes)
        oracle, kept, gone = self.oracle, (site, stays), (site, goes)
        merged = Merged(merge.id, oracle.children[gone], oracle.children[kept], stays)
        before = [
            (oracle.children[one], set(oracle.records[one]), set(oracle.links[one]))
            for one in (kept, gone)
        ]
        oracle.records[kept] |= oracle.records[gone]
        oracle.links[kept] = (oracle.links[kept] | oracle.links[gone]) - {kept}
        oracle.leave(site, goes)
        oracle.merged_into[gone].append(merged)
        return (merged, kept, gone, before, set(oracle.records[kept]))

    @rule(merged=consumes(merges))
    def unmerge(self, merged: Any) -> None:
        """AFTER-2: exactly, or refused; never something in between."""
        merge, kept, gone, before, after = merged
        oracle = self.oracle
        try:
            self.service.undo_merge(HEADS[kept[0]], MergeId(merge.id))
        except UndoRefusedError as refused:
            assert refused.changed
            return
        assert oracle.records[kept] == after
        for place, was in zip((kept, gone), before, strict=True):
            oracle.children[place], oracle.records[place], oracle.links[place] = was
        oracle.merged_into[gone].remove(merge)

    # What always holds ------------------------------------------------------------

    @invariant()
    def the_sites_are_as_they_should_be(self) -> None:
        """No student appears, vanishes, or has another's records."""
        for site in SITES:
            with self.storage(read_only=True) as uow:
                found = uow.roster.enrolled(SiteId(site), SchoolId("one"))
                assert sorted(one.key for one in found) == self.oracle.keys(site)
                for student in found:
                    has = {
                        f"{record.origin.site_id}/{record.origin.record_id}"
                        for record in uow.roster.records(SiteId(site), student.key)
                    }
                    assert has == self.oracle.records[site, student.key]

    @invariant()
    def user_names_are_unique(self) -> None:
        """CONF-3: whatever was merged, created and undone."""
        for site in SITES:
            with self.storage(read_only=True) as uow:
                found = uow.roster.enrolled(SiteId(site), SchoolId("one"))
            names = [one.user_name for one in found if one.user_name]
            assert len(set(names)) == len(names)

    @precondition(lambda self: self.oracle.imports)
    @invariant()
    def pending_imports_are_newest_first(self) -> None:
        """LOOK-3: of the own site, and no other's."""
        for site in SITES:
            listed = self.service.pending_imports(HEADS[site])
            living = {
                one
                for one, model in self.oracle.imports.items()
                if model.site == site
                and model.state in {"analysing", "ready", "scheduled"}
            }
            assert {entry.import_.id for entry in listed} == living
            times = [entry.import_.started_at for entry in listed]
            assert times == sorted(times, reverse=True)


class LifeOnSqlite(Life):
    """The same on a database file."""

    @staticmethod
    def make_storage() -> Any:
        """Make a new database for each story."""
        folder = tempfile.mkdtemp(prefix="student-transfer-")
        return SqlStorage.open(Path(folder) / "life.db")


TestLifeInMemory = Life.TestCase
TestLifeInMemory.settings = settings(max_examples=150, stateful_step_count=40)
TestLifeOnSqlite = LifeOnSqlite.TestCase
TestLifeOnSqlite.settings = settings(max_examples=12, stateful_step_count=30)
