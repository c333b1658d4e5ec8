"""The matches of imports are undone."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from student_transfer.errors import MatchUndoRefusedError, NotFoundError
from student_transfer.imports import ImportId
from student_transfer.students import StudentKey
from student_transfer.testing.model.merging import Merging
from student_transfer.testing.model.world import ADMINISTRATORS, IMPORTS, By


class MatchUndoing(Merging):
    """What people do about a wrong match, or a right one."""

    @rule(data=st.data(), import_id=IMPORTS, by=ADMINISTRATORS)
    def undo_match(self, data: st.DataObject, import_id: str, by: By) -> None:
        """AFTER-2, CONF-5: who came has all that came, and the other is as before."""
        oracle, model = self.oracle, self.oracle.imports[import_id]
        key = data.draw(st.sampled_from(model.students))
        applied = oracle.applied_matches.get((import_id, key))
        together = [] if applied is None else oracle.together(applied)
        running = any(oracle.imports[one].state == "scheduled" for one, _ in together)
        try:
            made = self.service.undo_match(
                by[model.site], ImportId(import_id), StudentKey(key)
            )
        except NotFoundError:
            forgotten = model.state == "cancelled" or self._is_revoked(import_id)
            assert forgotten or not model.decisions
        except MatchUndoRefusedError:
            if applied is not None and oracle.found(applied) == applied.place:
                assert running or oracle.are_one(together)
        else:
            assert applied is not None
            assert not running
            assert not oracle.are_one(together)
            oracle.undo_match(together, made.goes.key, self.now)
            for other, row in together:
                oracle.imports[other].arrived[row] = made.goes.key

    @rule(data=st.data(), import_id=IMPORTS, by=ADMINISTRATORS)
    def go_through_with_it(self, data: st.DataObject, import_id: str, by: By) -> None:
        """AFTER-2: a match is undone of an import that has ended, so that some are."""
        self.go_on(import_id=import_id, steps=3)
        self.undo_match(data=data, import_id=import_id, by=by)
