"""What every use case is given, and the checks that all of them share."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

import attrs

from student_transfer.errors import (
    NotAllowedError,
    NotFoundError,
    StudentTransferError,
    wrong_type,
)
from student_transfer.imports import (
    Import,
    ImportId,
    Progress,
)
from student_transfer.matching import Settings
from student_transfer.permissions import (
    Action,
    Actor,
    DefaultPolicy,
    Policy,
    allows_everywhere,
)
from student_transfer.ports import (
    Clock,
    IdSource,
    Matcher,
    RandomSource,
    UnitOfWork,
    UnitOfWorkFactory,
)
from student_transfer.services.lookups import get_import
from student_transfer.services.steps import OnDue, due_step, tell_nobody
from student_transfer.sites import School, SchoolId
from student_transfer.students import (
    Student,
    StudentKey,
)

OnProgress = Callable[[Progress], None]
"""Called by a background step after each student or batch, when that is committed.

What it raises stops the step, which stays due: an import goes on from there, an
analysis begins again.
"""


OnFailure = Callable[[ImportId, StudentKey, Exception], None]
"""Called when a student could not be brought for an unexpected reason (IMP-6).

It is given the import, the student's key on the source site and the error, when the
failed row is committed: the import log tells people only the error's kind. An error of
a host's storage may quote what it is about: then the host's log holds personal data.
What it raises stops the step, which stays due.
"""


def log_nothing(_import: ImportId, _student: StudentKey, _error: Exception) -> None:
    """Tell nobody of a student who could not be brought; the import log does."""


def _callable(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """Refuse what cannot be called; it is not quoted: a URL may have a password."""
    if not callable(value):
        raise wrong_type(f"{field.name} has to be something to call", value)


def _policy(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    # A class has the method as well, and would miss an argument when it is asked.
    if isinstance(value, type) or not callable(getattr(value, "allows", None)):
        raise wrong_type(f"{field.name} has to be a Policy", value)


def _settings(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if not isinstance(value, Settings):
        raise wrong_type(f"{field.name} has to be Settings of the matching", value)


@attrs.frozen(kw_only=True)
class Context:
    """The ports and settings that the use cases work with.

    Raises:
        TypeError: One of them is something else.
    """

    unit_of_work: UnitOfWorkFactory = attrs.field(validator=_callable)
    clock: Clock = attrs.field(validator=_callable)
    new_id: IdSource = attrs.field(validator=_callable)
    randomness: RandomSource = attrs.field(validator=_callable)
    policy: Policy = attrs.field(validator=_policy)
    settings: Settings = attrs.field(validator=_settings)
    matcher: Matcher = attrs.field(validator=_callable)
    on_due: OnDue = attrs.field(default=tell_nobody, validator=_callable)
    on_failure: OnFailure = attrs.field(default=log_nothing, validator=_callable)

    def now(self) -> datetime:
        """Return the present instant in UTC (CODE-5).

        Raises:
            StudentTransferError: The host's clock gives a time without a zone, or one
                that is beyond the calendar.
        """
        instant = self.clock()
        if instant.utcoffset() is None:
            raise StudentTransferError(
                "The clock gives a time without a time zone.",
                advice="Nothing was changed. Give the service a clock of aware times.",
                rule="CODE-5",
            )
        try:
            return instant.astimezone(UTC)
        except OverflowError:
            raise StudentTransferError(
                "The clock gives a time that is beyond the calendar.",
                advice="Nothing was changed. Set the clock right.",
                rule="CODE-5",
            ) from None

    def tell_due(self, work: UnitOfWork, import_: Import) -> None:
        """Tell the host that the saved import now waits for a background step."""
        due = due_step(import_)
        assert due is not None, "whoever tells has made a step due"
        self.on_due(work, due)

    def allows(
        self, actor: Actor, action: Action, schools: Collection[SchoolId]
    ) -> bool:
        """Ask the policy (PERM-4)."""
        return self.policy.allows(actor, action, schools)

    def allows_everywhere(self, work: UnitOfWork, actor: Actor, action: Action) -> bool:
        """Return whether the actor acts for every school, and students without one."""
        schools = {school.id for school in work.sites.schools(actor.site_id)}
        return allows_everywhere(self.policy, actor, action, schools)

    def refusal(self, action: Action | None = None) -> NotAllowedError:
        """Make the error of an action that the policy does not allow.

        By a policy of a host's own it may be an administrator who was refused, so that
        nobody is sent to one (PERM-4).
        """
        told = None if action is None else f"You may not {action.value} here."
        if type(self.policy) is DefaultPolicy:
            return NotAllowedError(told)
        asking = "Ask whoever gives rights on your site."
        return NotAllowedError(told, advice=asking, rule="PERM-4")

    def require(
        self, actor: Actor, action: Action, schools: Collection[SchoolId] = ()
    ) -> None:
        """Let the actor act, or refuse (PERM-3).

        Raises:
            NotAllowedError: The policy does not allow it.
        """
        if not self.allows(actor, action, schools):
            raise self.refusal(action)

    def require_for_student(
        self, work: UnitOfWork, actor: Actor, action: Action, student: Student
    ) -> None:
        """Let the actor act on a student who is enrolled in a school of theirs.

        A student without a school is a matter for those who act for every school.
        """
        own = self.allows_one(actor, action, student)
        if not own and not self.allows_everywhere(work, actor, action):
            raise self.refusal(action)

    def allows_one(self, actor: Actor, action: Action, student: Student) -> bool:
        """Tell whether a student is enrolled in a school that the actor may act for."""
        return any(
            self.allows(actor, action, {school}) for school in student.enrolments
        )

    def require_school(
        self, work: UnitOfWork, actor: Actor, action: Action, school_id: SchoolId
    ) -> School:
        """Find a school of the actor's site for which the actor may act.

        Raises:
            NotFoundError: It is not a school of the site (LOOK-2).
            NotAllowedError: The policy does not allow it.
        """
        for school in work.sites.schools(actor.site_id):
            if school.id == school_id:
                self.require(actor, action, {school_id})
                return school
        raise NotFoundError.of("school")

    def find_import(
        self, work: UnitOfWork, actor: Actor, action: Action, import_id: ImportId
    ) -> Import:
        """Find an import of the actor's own site for which the actor may act.

        Raises:
            NotFoundError: There is none, or it is another site's (PERM-3).
            NotAllowedError: It is into a school that is not the actor's (PERM-2).
        """
        import_ = get_import(work, import_id)
        if import_.site_id != actor.site_id:
            raise NotFoundError.of("import")
        self.require(actor, action, {import_.school_id})
        return import_
