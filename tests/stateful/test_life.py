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
    EmptyScopeError,
    IllegalTransitionError,
    MatchTakenError,
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

from .oracle import ModelCode, Oracle

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
        self.service = TransferService(
            self.storage,
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

    @initialize()
    def two_sites(self) -> None:
        """Put four children on each site, two of them the same."""
        with self.storage() as uow:
            for site in SITES:
                uow.sites.put_site(Site(SiteId(site), f"The {site} trust"))
                uow.sites.put_school(School(SchoolId("one"), SiteId(site), "One"))
            uow.commit()
        for site, people in zip(SITES, (PEOPLE[:4], PEOPLE[2:]), strict=True):
            for person in people:
                self._enter(site, person)

    def _enter(self, site: str, person: tuple[str, str, date]) -> None:
        """Put a child with one record on a site."""
        given, family, born = person
        key = StudentKey(f"{site}-{self._next()}")
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
                    user_name=f"{given}.{family}".lower(),
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

    @rule(data=st.data(), site=st.sampled_from(SITES))
    def somebody_leaves(self, data: st.DataObject, site: str) -> None:
        """IMP-8, IMP-10: a student leaves a site altogether."""
        keys = self.oracle.keys(site)
        if len(keys) < 3:
            return
        key = data.draw(st.sampled_from(keys))
        with self.storage() as uow:
            found = uow.roster.students(SiteId(site), [StudentKey(key)])
            uow.roster.remove(found[StudentKey(key)])
            uow.commit()
        del self.oracle.children[site, key]
        self.oracle.records.pop((site, key), None)

    @rule(days=st.sampled_from((0.5, 3, 29, 30)))
    def time_passes(self, days: float) -> None:
        """CODE-5: codes grow old."""
        self.now += timedelta(days=days)

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
            key, decision = row.row.source_key, row.row.decision
            if row.row.incoming is not None and not decision.by_person:
                self._check_match(model.site, model.source, key, decision.match)
            if decision.by_person:
                assert model.decisions[key] == decision.match
            model.decisions[key] = decision.match
        matches = [one for one in model.decisions.values() if one is not None]
        assert len(set(matches)) == len(matches)

    def _check_match(self, site: str, source: str, key: str, match: str | None) -> None:
        """Hold a match of the library against who the children are."""
        child = self.oracle.children[source, key]
        same = [
            other
            for other in self.oracle.keys(site)
            if self.oracle.children[site, other] == child
        ]
        assert match is None or match in same

    @rule(data=st.data(), import_id=imports)
    def review(self, data: st.DataObject, import_id: str) -> None:
        """REV-1, REV-2: any decision a person can take on a ready preview."""
        model = self.oracle.imports[import_id]
        actor = HEADS[model.site]
        key = StudentKey(data.draw(st.sampled_from(model.students)))
        choices = [None, *self.oracle.keys(model.site)]
        choice = data.draw(st.sampled_from(choices))
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

    @rule(import_id=imports)
    def run(self, import_id: str) -> None:
        """IMP-4 to IMP-10: every student arrives where it has to, with all records."""
        model = self.oracle.imports[import_id]
        import_ = self.service.run_import(ImportId(import_id))
        if model.state != "scheduled":
            assert import_.state.value == model.state
            return
        with self.storage(read_only=True) as uow:
            rows = uow.imports.rows(ImportId(import_id))
        arrived = [self._arrive(import_id, row) for row in rows]
        model.state = "completed" if any(arrived) else "failed"
        assert import_.state.value == model.state

    def _arrive(self, import_id: str, row: Any) -> bool:
        """Carry one student over in the oracle, and compare."""
        model, key = self.oracle.imports[import_id], row.source_key
        source, there = (model.source, key), row.outcome.student
        target = self.oracle.land(import_id, key)
        new = model.decisions[key] is None
        if source not in self.oracle.children:
            assert there is None
            return False
        if not new and (
            target is None or self.oracle.follows_to_another(import_id, key, target)
        ):
            assert there is None
            return False
        assert there is not None
        place = (model.site, there)
        if new:
            assert place not in self.oracle.children
            self.oracle.children[place] = self.oracle.children[source]
        else:
            assert there == target
        self.oracle.records[place] |= self.oracle.records[source]
        return True

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
        merge = self.service.merge_students(HEADS[site], stays, goes)
        oracle = self.oracle
        kept = oracle.records[site, stays], oracle.records[site, goes]
        before = (site, stays, goes, oracle.children[site, goes], *map(set, kept))
        after = kept[0] | kept[1]
        del oracle.children[site, goes], oracle.records[site, goes]
        oracle.records[site, stays] = set(after)
        oracle.merged_into[site, goes] = stays
        return (merge.id, before, after)

    @rule(merged=consumes(merges))
    def unmerge(self, merged: Any) -> None:
        """AFTER-2: exactly, or refused; never something in between."""
        merge_id, (site, stays, goes, child, mine, theirs), after = merged
        oracle = self.oracle
        try:
            self.service.undo_merge(HEADS[site], MergeId(merge_id))
        except UndoRefusedError as refused:
            assert refused.changed
            return
        assert oracle.records[site, stays] == after
        oracle.children[site, goes] = child
        oracle.records[site, stays], oracle.records[site, goes] = mine, theirs
        del oracle.merged_into[site, goes]

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
TestLifeOnSqlite.settings = settings(max_examples=20, stateful_step_count=30)
