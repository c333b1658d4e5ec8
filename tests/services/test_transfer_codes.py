"""On the source site: codes are generated, listed and revoked."""

import attrs
import pytest

from student_transfer.codes import (
    CodeId,
    CodeStatus,
    StudentScope,
    TransferCode,
    YearScope,
)
from student_transfer.errors import (
    ConcurrentChangeError,
    EmptyScopeError,
    IllegalTransitionError,
    NotAllowedError,
    NotFoundError,
    RevokedCodeError,
)
from student_transfer.imports import ImportState
from student_transfer.request_email import RequestFor
from student_transfer.sites import SchoolId, SiteId, SiteKind
from student_transfer.students import StudentKey

from .conftest import (
    ASH,
    ASH_HEAD,
    ELM,
    ELM_HEAD,
    MAYA,
    NEW_HEAD,
    OAK,
    OLD_HEAD,
    TEACHER,
    TOM,
    TwoSites,
)


def test_a_year_scope_takes_the_year_of_that_school_only(sites: TwoSites) -> None:
    """CODE-1, CODE-3: a whole year of one school, fixed when generated."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **{**TOM, "year": "Year 6"})
    sites.add_old("3", given_name="Ann", family_name="Lee", year="5")
    sites.add_old("4", given_name="Bo", family_name="Kay", year="6", enrolments={ASH})
    new = sites.service.generate_code(OLD_HEAD, YearScope(ELM, "6"))
    assert new.issued.students == ("1", "2")


def test_a_code_is_for_one_enrolled_student(sites: TwoSites) -> None:
    """CODE-1, CODE-2: one student, enrolled in the school named."""
    sites.add_old("1", **MAYA)
    new = sites.service.generate_code(OLD_HEAD, StudentScope(ELM, StudentKey("1")))
    assert new.issued.students == ("1",)


@pytest.mark.parametrize(
    "scope",
    [
        YearScope(ELM, "5"),
        StudentScope(ELM, StudentKey("nobody")),
        StudentScope(ASH, StudentKey("1")),
        StudentScope(ELM, StudentKey("left")),
    ],
)
def test_a_scope_with_nobody_in_it_yields_no_code(
    sites: TwoSites, scope: YearScope | StudentScope
) -> None:
    """CODE-2: a scope with nobody who is enrolled yields an error and no code."""
    sites.add_old("1", **MAYA)
    sites.add_old("left", **{**TOM, "enrolments": set()})
    with pytest.raises(EmptyScopeError):
        sites.service.generate_code(OLD_HEAD, scope)
    assert sites.service.codes(OLD_HEAD) == ()


def test_a_school_administrator_generates_for_own_schools_only(
    sites: TwoSites,
) -> None:
    """PERM-2: the scope of a code is a school that the actor administers."""
    sites.add_old("1", **MAYA)
    scope = YearScope(ELM, "6")
    assert sites.service.generate_code(ELM_HEAD, scope).issued.students == ("1",)
    with pytest.raises(NotAllowedError):
        sites.service.generate_code(ASH_HEAD, scope)


@pytest.mark.parametrize("school", [OAK, SchoolId("nowhere")])
def test_a_school_of_another_site_is_not_found(
    sites: TwoSites, school: SchoolId
) -> None:
    """PERM-3: another site's school is "not found", like one that does not exist."""
    with pytest.raises(NotFoundError) as refused:
        sites.service.generate_code(OLD_HEAD, YearScope(school, "6"))
    assert refused.value.message == "There is no such school on your site."


def test_the_list_tells_each_state(sites: TwoSites) -> None:
    """CODE-8: available, claimed, used, revoked and expired codes are told apart."""
    sites.add_old("1", **MAYA)
    expired = sites.code()
    sites.clock.advance(days=31)
    sites.done(sites.code())
    sites.clock.advance(seconds=1)
    sites.start(sites.code(student="1"))
    sites.clock.advance(seconds=1)
    sites.code()
    sites.clock.advance(seconds=1)
    sites.code()
    newest = sites.service.codes(OLD_HEAD)[0]
    sites.service.revoke_code(OLD_HEAD, newest.issued.id)
    entries = sites.service.codes(OLD_HEAD)
    states = [entry.status.value for entry in entries]
    assert states == ["revoked", "available", "claimed", "used", "expired"]
    revocable = [entry.status.value for entry in entries if entry.can_be_revoked]
    assert revocable == ["available", "claimed", "expired"]
    assert [entry.students for entry in entries][1:3] == ["Year 6", "Maya Okafor"]
    assert {entry.school for entry in entries} == {"Elm School"}
    assert expired not in repr(entries)


def test_the_codes_are_listed_by_the_page(sites: TwoSites) -> None:
    """CODE-8, PERM-2: a page has as many of the actor's own, whatever is between."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **{**TOM, "enrolments": {ASH}})
    for nth in range(7):
        scope = YearScope(ELM if nth % 3 == 0 else ASH, "6")
        sites.service.generate_code(OLD_HEAD, scope)
        sites.clock.advance(minutes=1)
    for actor, found in ((ELM_HEAD, 3), (ASH_HEAD, 4), (OLD_HEAD, 7)):
        listed = sites.service.codes(actor)
        assert len(listed) == found
        for offset, limit in ((0, 2), (1, 2), (3, None), (0, 0), (9, 1)):
            some = sites.service.codes(actor, offset=offset, limit=limit)
            assert some == listed[offset:][:limit]
    with pytest.raises(ValueError, match="0 or more"):
        sites.service.codes(OLD_HEAD, limit=-1)


def test_a_host_may_give_the_id_of_a_code_once(sites: TwoSites) -> None:
    """CODE-1: asked for twice it is made once; an ID is one that can be kept."""
    sites.add_old("1", **MAYA)
    scope, code_id = StudentScope(ELM, StudentKey("1")), CodeId("c" * 64)
    generate = sites.service.generate_code
    assert generate(OLD_HEAD, scope, code_id=code_id).issued.id == code_id
    with pytest.raises(ConcurrentChangeError):
        generate(OLD_HEAD, scope, code_id=code_id)
    for wrong in ("", "c" * 65):
        with pytest.raises(ValueError, match="1 to 64"):
            generate(OLD_HEAD, scope, code_id=CodeId(wrong))
    assert len(sites.service.codes(OLD_HEAD)) == 1


def test_a_code_of_a_student_who_left_is_still_listed(sites: TwoSites) -> None:
    """CODE-8: the list does not depend on who is still on the site."""
    maya = sites.add_old("1", **MAYA)
    sites.code(student="1")
    sites.remove(maya)
    [entry] = sites.service.codes(OLD_HEAD)
    assert entry.students == "(not on this site as when the code was generated)"


def test_a_school_administrator_sees_own_codes_only(sites: TwoSites) -> None:
    """PERM-2: codes of other schools are neither listed nor revoked."""
    sites.add_old("1", **MAYA)
    sites.code()
    [entry] = sites.service.codes(ELM_HEAD)
    assert sites.service.codes(ASH_HEAD) == ()
    with pytest.raises(NotAllowedError):
        sites.service.revoke_code(ASH_HEAD, entry.issued.id)
    assert sites.service.codes(OLD_HEAD)[0].status is CodeStatus.AVAILABLE


def test_a_revoked_code_is_refused(sites: TwoSites) -> None:
    """CODE-8: a code that is not used can be revoked, and only once."""
    sites.add_old("1", **MAYA)
    code = sites.code()
    code_id = sites.service.codes(OLD_HEAD)[0].issued.id
    sites.service.revoke_code(ELM_HEAD, code_id)
    with pytest.raises(RevokedCodeError):
        sites.service.look_up(NEW_HEAD, code)
    with pytest.raises(IllegalTransitionError):
        sites.service.revoke_code(OLD_HEAD, code_id)


def test_a_used_code_cannot_be_revoked(sites: TwoSites) -> None:
    """CODE-8: what was used stays used."""
    sites.add_old("1", **MAYA)
    sites.done()
    code_id = sites.service.codes(OLD_HEAD)[0].issued.id
    with pytest.raises(IllegalTransitionError):
        sites.service.revoke_code(OLD_HEAD, code_id)


@pytest.mark.parametrize("actor", [NEW_HEAD, OLD_HEAD])
def test_codes_of_other_sites_are_not_found(sites: TwoSites, actor: object) -> None:
    """PERM-3: another site's code is "not found", word for word as an unknown one."""
    sites.add_old("1", **MAYA)
    sites.code()
    code_id = sites.service.codes(OLD_HEAD)[0].issued.id
    wrong = code_id if actor is NEW_HEAD else CodeId("none")
    with pytest.raises(NotFoundError) as refused:
        sites.service.revoke_code(NEW_HEAD if actor is NEW_HEAD else OLD_HEAD, wrong)
    assert refused.value.message == "There is no such transfer code on your site."


def test_only_a_digest_is_stored(sites: TwoSites) -> None:
    """CODE-10: neither the list nor what is kept has the code."""
    sites.add_old("1", **MAYA)
    code = sites.code()
    with sites.storage(read_only=True) as work:
        [kept] = work.codes.of_site(OLD_HEAD.site_id)
    assert kept.digest == TransferCode.parse(code).digest
    assert code not in repr(kept)
    assert kept.digest not in repr(kept)


def test_who_has_no_right_is_refused(sites: TwoSites) -> None:
    """PERM-1, PERM-3: a teacher may do none of this."""
    with pytest.raises(NotAllowedError):
        sites.service.request_email(
            TEACHER, about=RequestFor.YEAR, source=SiteKind.SCHOOL
        )
    with pytest.raises(NotAllowedError):
        sites.service.codes(TEACHER)
    with pytest.raises(NotAllowedError):
        sites.service.generate_code(TEACHER, YearScope(OAK, "6"))


def test_the_request_email_is_offered(sites: TwoSites) -> None:
    """REQ-1: an administrator gets the text for the other site."""
    email = sites.service.request_email(
        NEW_HEAD, about=RequestFor.STUDENT, source=SiteKind.NETWORK
    )
    assert [one.name for one in email.unfilled] == [
        *("administrator", "student", "school", "requester")
    ]
    subject = email.subject.plain()
    assert subject == "Request from New Trust for a student's data"
    school = email.fill(destination="Oak School").subject.plain()
    assert school == "Request from Oak School for a student's data"


def test_who_asks_is_of_a_site(sites: TwoSites) -> None:
    """REQ-1: the email names it, so it has to be there."""
    lost = attrs.evolve(NEW_HEAD, site_id=SiteId("lost"))
    with pytest.raises(NotFoundError, match="not in the storage"):
        sites.service.request_email(lost, about=RequestFor.YEAR, source=SiteKind.SCHOOL)


def test_a_code_that_is_revoked_while_its_students_are_matched(sites: TwoSites) -> None:
    """CODE-8: what the analysis has read of them is not kept."""
    sites.add_old("1", **MAYA)
    code = sites.code("1")
    [entry] = sites.service.codes(OLD_HEAD)
    import_id = sites.service.start_import(NEW_HEAD, code, OAK).id

    def revoke(_: object) -> None:
        sites.service.revoke_code(OLD_HEAD, entry.issued.id)

    assert sites.service.analyse(import_id, revoke).state is ImportState.CANCELLED
    with sites.storage(read_only=True) as work:
        assert not work.imports.rows(import_id)
