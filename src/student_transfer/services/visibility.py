"""Whom of the own site an import shows, while it is reviewed and afterwards (PERM-2).

A match may be any student of the site (REV-1), so who reviews an import sees them all.
That ends with the review: an import of which nothing can be changed any more is no way
to look at students who are of other schools.
"""

from collections.abc import Collection, Iterable

import attrs

from student_transfer.imports import Import, ImportEvent, ImportRow
from student_transfer.permissions import Action, Actor
from student_transfer.ports import UnitOfWork
from student_transfer.services.context import Context
from student_transfer.services.lookups import get_student
from student_transfer.students import Student, StudentKey


@attrs.frozen
class Visibility:
    """What an actor may see of the import's site.

    Attributes:
        context: Knows the policy.
        work: Reads the students.
        actor: Who looks, and may do the action with the import.
        action: What the student is looked at for.
        import_: The import.
    """

    context: Context
    work: UnitOfWork
    actor: Actor
    action: Action
    import_: Import

    def students(
        self, rows: Iterable[ImportRow], keys: Collection[StudentKey]
    ) -> dict[StudentKey, Student]:
        """Return those of the keys whom the actor may see.

        While the import is reviewed that is everybody. Afterwards it is those who are
        in one of the actor's schools, as they are now; and the matches of the rows, as
        they were when that was decided: everybody who sees the import has seen them.
        """
        students = self.work.roster.students(self.import_.site_id, keys)
        if self.import_.allows(ImportEvent.EDIT):
            return dict(students)
        asked = self.actor, self.action
        every = self.context.allows_everywhere(self.work, *asked)
        as_seen = {
            match: row.matched
            for row in rows
            if (match := row.decision.match) in keys and match and row.matched
        }
        return as_seen | {
            key: student
            for key, student in students.items()
            if every or self.context.allows_one(*asked, student)
        }

    def student(self, row: ImportRow, key: StudentKey) -> Student:
        """Return a student to put beside an incoming one.

        Raises:
            NotFoundError: No such student is on the site.
            NotAllowedError: The import is not reviewed any more, and the student is in
                no school of the actor's.
        """
        seen = self.students([row], [key])
        if key not in seen:
            student = get_student(self.work, self.import_.site_id, key)
            self.context.require_for_student(
                self.work, self.actor, self.action, student
            )
        return seen[key]
