"""Imports are confirmed or cancelled, and the students arrive."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from student_transfer.errors import (
    IllegalTransitionError,
    ImportFailedError,
    RevokedCodeError,
    StorageBusyError,
)
from student_transfer.imports import ImportId, ImportRow, ImportState
from student_transfer.students import Student
from student_transfer.testing.model.identities import Place
from student_transfer.testing.model.previewing import Previewing
from student_transfer.testing.model.world import (
    ADMINISTRATORS,
    HEADS,
    IMPORTS,
    SITES,
    By,
)


class Importing(Previewing):
    """What people and workers do with a reviewed import."""

    @rule(import_id=IMPORTS, by=ADMINISTRATORS)
    def confirm(self, import_id: str, by: By = HEADS) -> None:
        """IMP-1, CODE-4: confirming uses the code, however old it is by now."""
        model = self.oracle.imports[import_id]
        code = self.oracle.codes[model.code]
        try:
            self.service.confirm(
                by[model.site], ImportId(import_id), accept_unreviewed=True
            )
        except IllegalTransitionError:
            assert model.state != "ready"
        except RevokedCodeError:
            assert code.state == "revoked"
        else:
            assert (model.state, code.state) == ("ready", "claimed")
            model.state, code.state = "scheduled", "used"

    @rule(import_id=IMPORTS, by=ADMINISTRATORS)
    def cancel(self, import_id: str, by: By = HEADS) -> None:
        """IMP-2, CODE-4: cancelling releases the code."""
        model = self.oracle.imports[import_id]
        try:
            self.service.cancel(by[model.site], ImportId(import_id), confirmed=True)
        except IllegalTransitionError:
            assert model.state not in {"analysing", "ready"}
        else:
            assert model.state in {"analysing", "ready"}
            self.oracle.cancel(import_id)

    @rule(
        import_id=IMPORTS, commits=st.none() | st.integers(0, 5), breaks=st.booleans()
    )
    def run(
        self, import_id: str, commits: int | None = None, *, breaks: bool = False
    ) -> None:
        """IMP-4 to IMP-10: every student arrives where it has to, with all records.

        After so many commits the storage fails once, and what arrived stays. One that
        is busy leaves the import due, and one that breaks fails it (IMP-7).
        """
        model = self.oracle.imports[import_id]
        self.now += timedelta(microseconds=1)  # so that the latest arrival is known
        self.commits, self.breaks = commits, breaks and model.state == "scheduled"
        try:
            state = self.service.run_import(ImportId(import_id)).state
        except (ImportFailedError, StorageBusyError) as error:
            assert commits is not None
            assert model.state == "scheduled"
            assert breaks is isinstance(error, ImportFailedError)
            state = ImportState.FAILED if breaks else ImportState.SCHEDULED
            self._settle(import_id)
        else:
            if model.state == "scheduled":
                self._settle(import_id)
                arrived = any(model.arrived.values())
                assert set(model.arrived) == set(model.students)
                model.state = "completed" if arrived else "failed"
            assert state.value == model.state
        finally:
            self.commits = None
        model.state = state.value

    @rule(import_id=IMPORTS)
    def resume(self, import_id: str) -> None:
        """IMP-7: who failed unexpectedly is tried again, and nobody else."""
        model = self.oracle.imports[import_id]
        try:
            self.service.resume(ImportId(import_id))
        except IllegalTransitionError:
            assert model.is_done or model.state not in {"failed", "completed"}
        else:
            assert not model.is_done
            model.state = "scheduled"
            for key in model.unexpected:
                del model.arrived[key]
            model.unexpected.clear()

    def _settle(self, import_id: str) -> None:
        """Carry over in the oracle whoever has arrived or failed since."""
        model = self.oracle.imports[import_id]
        with self.storage(read_only=True) as work:
            rows = work.imports.rows(ImportId(import_id))
        for row in rows:
            if row.outcome is not None and row.source_key not in model.arrived:
                there = self._arrive(import_id, row)
                assert row.outcome.student == there
                model.arrived[row.source_key] = there

    def _arrive(self, import_id: str, row: ImportRow) -> str | None:
        """Carry one student over in the oracle; say where that is."""
        oracle, model, key = self.oracle, self.oracle.imports[import_id], row.source_key
        source, new = (model.source, key), model.decisions[key] is None
        if source not in oracle.children or oracle.children[source] != model.seen[key]:
            return None
        if new:
            linked = oracle.linked_here(import_id, key)
            target = next(iter(linked), None)
            if not self._is_plain(import_id, key, linked):
                return None
        else:
            target = oracle.follow_match(import_id, key)
            moved = target != model.decisions[key]
            if target is None or (moved and oracle.taken(import_id, key, target)):
                return None
            if self._was_not_known(import_id, row, (model.site, target)):
                return None
        if source == self.unreadable:
            model.unexpected.add(key)
            return None
        if target is None:
            assert row.outcome is not None
            target = str(row.outcome.student)
            assert (model.site, target) not in oracle.children
            place = model.site, target
            oracle.children[place] = oracle.children[source]
            oracle.records[place] = set(oracle.records[source])
            oracle.links[place] = oracle.without_others(oracle.refs(source), place)
        else:
            oracle.apply_match((import_id, key), source, (model.site, target), self.now)
        return target

    def _is_plain(self, import_id: str, key: str, linked: list[str]) -> bool:
        """Return whether it is plain of which student of the site a new one is."""
        oracle, model = self.oracle, self.oracle.imports[import_id]
        return len(linked) <= 1 and not any(
            oracle.children[model.site, one] != model.seen[key]
            or oracle.taken(import_id, key, one)
            for one in linked
        )

    def _was_not_known(self, import_id: str, row: ImportRow, place: Place) -> bool:
        """Return whether who decided did not know what keeps the two apart by now."""
        oracle, source = (
            self.oracle,
            (self.oracle.imports[import_id].source, row.source_key),
        )
        known = {candidate.key for candidate in row.suggestion.candidates}
        assert row.incoming is not None
        assert row.matched is not None
        matched = place[0], row.matched.key
        refs = _links(row.incoming) | {source}
        return (
            self.was_undone(import_id, row.source_key, place)
            or oracle.imported_as_another_since(import_id, row.source_key, place, known)
            or (
                oracle.are_kept_apart(source, place)
                and not oracle.kept_apart(source, refs, matched, _links(row.matched))
            )
        )

    @rule(import_id=IMPORTS, steps=st.integers(1, 3))
    def go_on(self, import_id: str, steps: int) -> None:
        """Take the natural next steps, so that stories get somewhere."""
        step = {"analysing": self.analyse, "ready": self.confirm, "scheduled": self.run}
        for _ in range(steps):
            state = self.oracle.imports[import_id].state
            if state in step:
                step[state](import_id=import_id)

    @invariant()
    def pending_imports_are_newest_first(self) -> None:
        """LOOK-3, CODE-8: of the own site alone; which are revoked is said."""
        for site in SITES:
            listed = self.service.pending_imports(HEADS[site])
            states = {"analysing", "ready", "scheduled"}
            living = self.oracle.imports_of(site, states)
            assert sorted(entry.import_.id for entry in listed) == living
            times = [entry.import_.started_at for entry in listed]
            assert times == sorted(times, reverse=True)
            revoked = [one for one in living if self._is_revoked(one)]
            said = sorted(entry.import_.id for entry in listed if entry.revoked)
            assert said == revoked

    def _is_revoked(self, import_id: str) -> bool:
        code = self.oracle.imports[import_id].code
        return self.oracle.codes[code].state == "revoked"

    @invariant()
    def ended_imports_are_listed(self) -> None:
        """DONE-1: of the own site, and no other's."""
        for site in SITES:
            listed = self.service.completed_imports(HEADS[site])
            ended = self.oracle.imports_of(site, {"completed", "failed"})
            assert sorted(entry.import_.id for entry in listed) == ended


def _links(student: Student) -> set[Place]:
    """Return the records that a student came from."""
    return {(ref.site_id, ref.key) for ref in student.provenance}
