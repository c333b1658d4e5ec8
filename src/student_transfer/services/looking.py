"""The use cases that only look, at the own site and at one student of a review."""

from student_transfer.codes import Scope
from student_transfer.field_types import checks_arguments
from student_transfer.imports import ImportId
from student_transfer.permissions import Action, Actor
from student_transfer.services import duplicates, one_row, own_site
from student_transfer.services.context import Context
from student_transfer.services.duplicates import MergePlan
from student_transfer.services.finding import FoundStudents
from student_transfer.services.one_row import RowReview
from student_transfer.services.own_site import WhoGoes, YearCount
from student_transfer.sites import School, SchoolId, Site
from student_transfer.students import Student, StudentKey


@checks_arguments
class Looking:
    """Shows a person what there is to choose from. Changes nothing."""

    _context: Context

    def site(self, actor: Actor) -> Site:
        """Return the actor's own site.

        Raises:
            NotAllowedError: The actor may do nothing there.
            NotFoundError: The storage does not know it.
        """
        return own_site.site(self._context, actor)

    def schools(self, actor: Actor, action: Action) -> tuple[School, ...]:
        """Return the schools for which the actor may do this, by name (PERM-2).

        Raises:
            NotAllowedError: There is none, and the actor may not do it at all.
        """
        return own_site.schools(self._context, actor, action)

    def years(self, actor: Actor, school_id: SchoolId) -> tuple[YearCount, ...]:
        """Count the enrolled students of each year of a school (CODE-1, CODE-2).

        Raises:
            NotFoundError: The school is not of the actor's site.
            NotAllowedError: It is not a school of the actor's.
        """
        return own_site.years(self._context, actor, school_id)

    def students(
        self,
        actor: Actor,
        action: Action,
        *,
        name: str = "",
        school_id: SchoolId | None = None,
        year: str = "",
        offset: int = 0,
        limit: int | None = 50,
    ) -> FoundStudents:
        """Find students of the own site for whom the actor may do this (PERM-2).

        By name, who may act for every school finds students without a school, too;
        without a name, and in one school of any size, it lists the enrolled. Where they
        are too many to look through, a school or a name has to be given.

        Args:
            actor: Who looks.
            action: What the student is looked for.
            name: Beginnings of names, or of the student ID.
            school_id: Only those of one school.
            year: Only those of one year, however it is written.
            offset: How many to pass over, for a page after the first.
            limit: How many to give at most; None for all.

        Raises:
            NotFoundError: The school is not of the actor's site.
            NotAllowedError: The actor may not do this there.
        """
        return own_site.students(
            self._context,
            actor,
            action,
            name=name,
            school_id=school_id,
            year=year,
            offset=offset,
            limit=limit,
        )

    def who_goes(self, actor: Actor, scope: Scope) -> WhoGoes:
        """Show whom a code would be for, before it is generated (CODE-1, CODE-2).

        Raises:
            NotFoundError: The school is not of the actor's site.
            NotAllowedError: It is not a school of the actor's.
            EmptyScopeError: Nobody who is enrolled there falls under the scope.
        """
        return own_site.who_goes(self._context, actor, scope)

    def review_row(
        self,
        actor: Actor,
        import_id: ImportId,
        source_key: StudentKey,
        beside: StudentKey | None = None,
        *,
        about: tuple[StudentKey, ...] = (),
    ) -> RowReview:
        """Return one incoming student with all that the review of it shows (REV-1).

        Args:
            actor: Who looks.
            import_id: The import.
            source_key: The incoming student.
            beside: The student of the own site to compare with, where that is to be
                another than the match.
            about: Further students of the own site who are shown with it, such as
                those whom a search found: who has taken them is told too.

        Raises:
            NotFoundError: There is no such import, or no such student.
            IllegalTransitionError: There is no preview yet.
            NotAllowedError: The import is not the actor's to review; or it is not
                reviewed any more, and ``beside`` is of another school (PERM-2).
            RevokedCodeError: The source has withdrawn the code meanwhile.
        """
        return one_row.review_row(
            self._context, actor, import_id, source_key, beside, about=about
        )

    def student(self, actor: Actor, key: StudentKey) -> Student:
        """Return a student of the own site whom the actor may merge (AFTER-1).

        Raises:
            NotFoundError: The student is not on the actor's site.
            NotAllowedError: The student is of no school of the actor's.
        """
        return duplicates.one_student(self._context, actor, key)

    def plan_merge(
        self, actor: Actor, survivor: StudentKey, absorbed: StudentKey
    ) -> MergePlan:
        """Show what `merge_students` would make of two records (AFTER-1).

        Raises:
            NotFoundError: One of the two is not on the actor's site.
            MergeRefusedError: They are one and the same record.
        """
        return duplicates.plan_merge(self._context, actor, survivor, absorbed)
