"""The life of codes: generated, revoked, looked up and entered."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, multiple, precondition, rule

from student_transfer.codes import CodeId, StudentScope, YearScope
from student_transfer.errors import (
    CodeRefusedError,
    EmptyScopeError,
    IllegalTransitionError,
)
from student_transfer.sites import SchoolId
from student_transfer.students import StudentKey
from student_transfer.testing.model.oracle import ModelCode
from student_transfer.testing.model.world import (
    ADMINISTRATORS,
    HEADS,
    IMPORTS,
    SITES,
    By,
    World,
)


class Coding(World):
    """What people do with codes."""

    def _a_code(self, data: st.DataObject) -> str:
        """Draw any code there is, in whatever state."""
        return data.draw(st.sampled_from(sorted(self.oracle.codes)))

    @rule(
        data=st.data(),
        site=st.sampled_from(SITES),
        year=st.booleans(),
        by=ADMINISTRATORS,
    )
    def one_more_code(
        self, data: st.DataObject, site: str, *, year: bool, by: By
    ) -> None:
        """CODE-1, CODE-2: a code that nobody enters for now."""
        self.generate(data, site, year=year, by=by)

    def generate(
        self, data: st.DataObject, site: str, *, year: bool, by: By = HEADS
    ) -> str | None:
        """CODE-1, CODE-2: for one student or the year, of somebody enrolled."""
        keys = self.oracle.keys(site)
        school = SchoolId("one")
        one = StudentKey(data.draw(st.sampled_from(keys))) if keys else StudentKey("-")
        scope = YearScope(school, "6") if year else StudentScope(school, one)
        try:
            new = self.service.generate_code(by[site], scope)
        except EmptyScopeError:
            assert not keys
            return None
        students = tuple(keys) if year else (one,)
        assert new.issued.students == students
        text = new.code.reveal()
        children = {key: self.oracle.children[site, key] for key in students}
        self.oracle.codes[text] = ModelCode(new.issued.id, site, children, self.now)
        return text

    @precondition(lambda self: self.oracle.codes)
    @rule(data=st.data(), by=ADMINISTRATORS)
    def revoke(self, data: st.DataObject, by: By) -> None:
        """CODE-8: anything not used can be revoked."""
        code = self._a_code(data)
        known = self.oracle.codes[code]
        try:
            self.service.revoke_code(by[known.site], CodeId(known.id))
        except IllegalTransitionError:
            assert known.state in {"used", "revoked"}
        else:
            assert known.state in {"available", "claimed"}
            known.state = "revoked"

    @precondition(lambda self: self.oracle.codes)
    @rule(data=st.data(), site=st.sampled_from(SITES))
    def look(self, data: st.DataObject, site: str) -> None:
        """LOOK-1, CODE-11: the refusal is the one the order of the checks gives."""
        code = self._a_code(data)
        expected = self.oracle.refusal(code, site, self.now)
        try:
            found = self.service.look_up(HEADS[site], code)
        except CodeRefusedError as error:
            assert type(error).__name__ == expected
        else:
            assert expected is None
            assert found.previous_site == f"The {self.oracle.codes[code].site} trust"

    @precondition(lambda self: self.oracle.codes)
    @rule(
        target=IMPORTS,
        data=st.data(),
        site=st.sampled_from(SITES),
        by=ADMINISTRATORS,
    )
    def enter_any(self, data: st.DataObject, site: str, by: By) -> Any:  # noqa: ANN401 - one or none
        """CODE-4, CODE-11: any code, whoever has it, used or not."""
        return self.enter(self._a_code(data), site, by)

    def enter(self, code: str, site: str, by: By = HEADS) -> Any:  # noqa: ANN401 - one or none
        """CODE-4, CODE-7: an accepted code is claimed."""
        expected = self.oracle.refusal(code, site, self.now)
        try:
            import_ = self.service.start_import(by[site], code, SchoolId("one"))
        except CodeRefusedError as error:
            assert type(error).__name__ == expected
            return multiple()
        assert expected is None
        self.oracle.start(import_.id, code, site)
        return import_.id

    @invariant()
    def codes_are_in_their_states(self) -> None:
        """CODE-4, CODE-5, CODE-8: every code of the own site, and no other's."""
        for site in SITES:
            listed = self.service.codes(HEADS[site])
            assert {entry.issued.id: entry.status.value for entry in listed} == {
                code.id: code.state_at(self.now)
                for code in self.oracle.codes.values()
                if code.site == site
            }
            assert len({entry.issued.id for entry in listed}) == len(listed)
