"""The library's use cases on the platform's database, and who acts."""

from functools import cache

from schools.models import StaffAccount
from student_transfer import Actor, Role, TransferService
from student_transfer.permissions import ActorId
from student_transfer.sites import SchoolId, SiteId
from transfers.storage import PlatformStorage

_ROLES = {
    StaffAccount.Job.TRUST_ADMIN: Role.NETWORK_ADMINISTRATOR,
    StaffAccount.Job.SCHOOL_ADMIN: Role.SCHOOL_ADMINISTRATOR,
    StaffAccount.Job.TEACHER: Role.TEACHER,
}


@cache
def storage() -> PlatformStorage:
    """Return the platform's own database, for the library: one for the process."""
    return PlatformStorage()


@cache
def service() -> TransferService:
    """Return the use cases, on the platform's own database."""
    return TransferService(storage())


def actor_of(account: StaffAccount) -> Actor:
    """Return the library's view of somebody who is logged in."""
    return Actor(
        id=ActorId(account.user.get_username()),
        site_id=SiteId(account.organisation.slug),
        role=_ROLES[StaffAccount.Job(account.job)],
        schools={SchoolId(school.code) for school in account.schools.all()},
    )
