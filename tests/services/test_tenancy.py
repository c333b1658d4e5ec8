"""No site sees or touches what is another's, whatever is called with whichever ID."""

from collections.abc import Callable, Collection
from datetime import date
from functools import partial
from typing import Any

import attrs
import pytest

from student_transfer.codes import CodeId, StudentScope, YearScope
from student_transfer.errors import NotAllowedError, NotFoundError, RevokedCodeError
from student_transfer.imports import ImportId
from student_transfer.merges import MergeId
from student_transfer.permissions import Action, Actor, ActorId, DefaultPolicy, Role
from student_transfer.ports import Blocked
from student_transfer.services import TransferService
from student_transfer.sites import School, SchoolId, Site, SiteId
from student_transfer.students import StudentKey

from .conftest import (
    ELM,
    FIR,
    FIR_HEAD,
    MAYA,
    NEW,
    NEW_HEAD,
    OAK,
    OAK_HEAD,
    OLD,
    OLD_HEAD,
    TEACHER,
    TOM,
    ZOFIA,
    TwoSites,
    star,
)

THIRD = SiteId("third")
THIRD_HEAD = Actor(ActorId("head@third"), THIRD, Role.NETWORK_ADMINISTRATOR)
# Administers schools that are called as those of the other sites are.
NAMESAKE = Actor(ActorId("n"), THIRD, Role.SCHOOL_ADMINISTRATOR, {OAK, ELM})
NOWHERE = Actor(ActorId("x"), SiteId("nowhere"), Role.NETWORK_ADMINISTRATOR)
ONE, S, G = StudentKey("1"), StudentKey("s"), StudentKey("g")


@attrs.frozen
class Known:
    """IDs of things on the two sites; none of them is the third site's."""

    code: CodeId
    import_id: ImportId
    merge: MergeId


@pytest.fixture
def known(sites: TwoSites) -> Known:
    """Make one of everything on two sites, and a third with equal school IDs."""
    with sites.storage() as work:
        work.sites.put_site(Site(THIRD, "Third Trust"))
        work.sites.put_school(School(OAK, THIRD, "The other Oak"))
        work.sites.put_school(School(ELM, THIRD, "The other Elm"))
        work.commit()
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_new("s", star("new", "s"), **ZOFIA)
    sites.add_new("g", star("new", "g"), **ZOFIA)
    sites.add_new("1", **TOM)
    import_id = sites.ready()
    merge = sites.service.merge_students(NEW_HEAD, S, G)
    [code] = sites.service.codes(OLD_HEAD)
    return Known(code.issued.id, import_id, merge.id)


Call = Callable[[TransferService, Actor, Any], object]
OF_IMPORT: list[Call] = [
    lambda service, actor, id_: service.preview(actor, id_),
    lambda service, actor, id_: service.progress(actor, id_),
    lambda service, actor, id_: service.possible_matches(actor, id_, ONE),
    lambda service, actor, id_: service.review_row(actor, id_, ONE),
    lambda service, actor, id_: service.search_students(actor, id_, "zofia"),
    lambda service, actor, id_: service.explain(actor, id_, ONE, S),
    lambda service, actor, id_: service.why_not(actor, id_, ONE, S),
    lambda service, actor, id_: service.keep_match(actor, id_, ONE, S),
    lambda service, actor, id_: service.clear_match(actor, id_, ONE),
    lambda service, actor, id_: service.choose_match(actor, id_, ONE, S),
    lambda service, actor, id_: service.edits(actor, id_),
    lambda service, actor, id_: service.analyse_again(actor, id_),
    lambda service, actor, id_: service.confirm(actor, id_),
    lambda service, actor, id_: service.cancel(actor, id_),
    lambda service, actor, id_: service.cancel(actor, id_, confirmed=True),
    lambda service, actor, id_: service.import_log(actor, id_),
    lambda service, actor, id_: service.log_entries(actor, id_),
]


def _state(sites: TwoSites, known: Known) -> Any:
    """Read everything of the two sites by their own administrators."""
    service = sites.service
    return (
        sites.everybody(OLD),
        sites.everybody(NEW),
        service.codes(OLD_HEAD),
        service.pending_imports(NEW_HEAD),
        service.preview(NEW_HEAD, known.import_id),
        service.edits(NEW_HEAD, known.import_id),
        service.merges(NEW_HEAD),
    )


@pytest.mark.parametrize("actor", [OLD_HEAD, THIRD_HEAD, NAMESAKE, NOWHERE])
def test_nothing_of_another_site_is_found(
    sites: TwoSites, known: Known, actor: Actor
) -> None:
    """PERM-3: with any ID, word for word as one that does not exist; no change."""
    before = _state(sites, known)
    service = sites.service
    calls: list[tuple[Callable[[Any], object], Any, Any]] = [
        (partial(call, service, actor), known.import_id, "none") for call in OF_IMPORT
    ]
    calls.append((lambda id_: service.undo_merge(actor, id_), known.merge, "none"))
    calls.append((lambda id_: service.get_merge(actor, id_), known.merge, "none"))
    calls.append(
        (lambda id_: service.merge_students(actor, id_, StudentKey("-")), S, "none")
    )
    if actor is not OLD_HEAD:
        calls.append((lambda id_: service.revoke_code(actor, id_), known.code, "none"))
    for call, theirs, nobodys in calls:
        said = []
        for id_ in (theirs, nobodys):
            with pytest.raises(NotFoundError) as refused:
                call(id_)
            said.append((str(refused.value), repr(refused.value)))
        assert said[0] == said[1]
    assert _state(sites, known) == before


@pytest.mark.parametrize("actor", [THIRD_HEAD, NAMESAKE])
def test_lists_are_of_the_own_site(sites: TwoSites, known: Known, actor: Actor) -> None:
    """PERM-2, PERM-3: also for who administers a school of the same ID elsewhere."""
    sites.service.confirm(NEW_HEAD, known.import_id)
    sites.service.run_import(known.import_id)
    assert sites.service.codes(actor) == ()
    assert sites.service.pending_imports(actor) == ()
    assert sites.service.completed_imports(actor) == ()
    assert sites.service.merges(actor) == ()


@pytest.mark.parametrize(
    "scope", [YearScope(ELM, "6"), StudentScope(ELM, ONE), StudentScope(ELM, S)]
)
def test_a_code_is_of_the_own_students_only(
    sites: TwoSites, known: Known, scope: YearScope | StudentScope
) -> None:
    """CODE-2, PERM-3: equal keys and school IDs on another site give nobody away."""
    sites.add_old("2", **TOM)
    with pytest.raises(Exception, match="Nobody who is enrolled"):
        sites.service.generate_code(NAMESAKE, scope)


def test_a_school_of_the_same_id_is_the_own_one(sites: TwoSites, known: Known) -> None:
    """LOOK-2: entering a code on the third site enrols there and nowhere else."""
    sites.service.cancel(NEW_HEAD, known.import_id, confirmed=True)
    import_ = sites.service.start_import(NAMESAKE, sites.code("1"), OAK)
    sites.service.analyse(import_.id)
    sites.service.confirm(NAMESAKE, import_.id)
    before = sites.everybody(NEW)
    sites.service.run_import(import_.id)
    assert sites.everybody(NEW) == before
    assert [one.given_name for one in sites.everybody(THIRD)] == ["Maya"]


def test_an_actor_of_an_unknown_site_starts_nothing(
    sites: TwoSites, known: Known
) -> None:
    """LOOK-2, PERM-3: there is no school to enrol in, so the code stays free."""
    code = sites.code("1")
    with pytest.raises(NotFoundError):
        sites.service.start_import(NOWHERE, code, OAK)
    assert sites.service.look_up(NEW_HEAD, code).previous_site == "Old Trust"


def test_merges_of_students_without_school_are_not_for_every_school(
    sites: TwoSites,
) -> None:
    """PERM-2: whom a school administrator may not merge is not listed either."""
    sites.add_new("s", **{**MAYA, "enrolments": ()})
    sites.add_new("g", **{**MAYA, "enrolments": ()})
    merge = sites.service.merge_students(NEW_HEAD, S, G)
    assert sites.service.merges(NEW_HEAD) == (merge,)
    for head in (OAK_HEAD, FIR_HEAD):
        assert sites.service.merges(head) == ()
        with pytest.raises(NotAllowedError):
            sites.service.undo_merge(head, merge.id)
    with pytest.raises(NotAllowedError):
        sites.service.merges(TEACHER)


def test_a_policy_is_asked_about_schools_of_the_site_only(sites: TwoSites) -> None:
    """PERM-2, PERM-4: a host looks each of them up, and a site may have none."""
    bare, of_site = SiteId("bare"), {NEW: {OAK, FIR}, SiteId("bare"): set[SchoolId]()}
    with sites.storage() as work:
        work.sites.put_site(Site(bare, "A site without schools"))
        work.commit()

    class Asked(DefaultPolicy):
        """Looks each school up."""

        def allows(
            self, actor: Actor, action: Action, schools: Collection[SchoolId]
        ) -> bool:
            """Allow what the default allows, about schools that are there."""
            assert of_site[actor.site_id].issuperset(schools)
            return super().allows(actor, action, schools)

    service = TransferService(sites.storage, policy=Asked())
    for site_id, head in (
        (NEW, FIR_HEAD),
        (bare, attrs.evolve(FIR_HEAD, site_id=bare)),
    ):
        for key in (S, G):
            sites.add_new(key, **{**MAYA, "site_id": site_id, "enrolments": ()})
        network = attrs.evolve(NEW_HEAD, site_id=site_id)
        assert service.students(network, Action.MERGE_STUDENTS, name="maya").total == 2
        assert service.students(head, Action.MERGE_STUDENTS, name="maya").total == 0
        service.plan_merge(network, S, G)
        for who in (head, attrs.evolve(head, schools=())):
            with pytest.raises(NotAllowedError):
                service.plan_merge(who, S, G)


def test_a_refusal_by_a_hosts_own_policy_sends_nobody_to_who_was_refused(
    sites: TwoSites,
) -> None:
    """PERM-4: only the default knows that an administrator may do it."""

    class Nobody(DefaultPolicy):
        """Allows nothing."""

        def allows(
            self, actor: Actor, action: Action, schools: Collection[SchoolId]
        ) -> bool:
            """Refuse."""
            return False

    for key in (S, G):
        sites.add_new(key, **MAYA)
    own = TransferService(sites.storage, policy=Nobody())
    for refused in (
        lambda: own.codes(NEW_HEAD),
        lambda: own.site(NEW_HEAD),
        lambda: own.merge_students(NEW_HEAD, S, G),
    ):
        with pytest.raises(NotAllowedError) as error:
            refused()
        assert error.value.advice == "Ask whoever gives rights on your site."
        assert error.value.rule == "PERM-4"
    with pytest.raises(NotAllowedError, match="may not see transfer codes") as error:
        sites.service.codes(TEACHER)
    assert error.value.rule == "PERM-2"
    assert "administrator" in error.value.advice


def test_a_merge_is_listed_for_whoever_can_undo_it(sites: TwoSites) -> None:
    """PERM-2: both students have to be in a school of theirs, before the merge."""
    sites.add_new("s", **MAYA)
    sites.add_new("g", **{**MAYA, "enrolments": {OAK, SchoolId("fir")}})
    merge = sites.service.merge_students(NEW_HEAD, S, G)
    assert sites.service.merges(FIR_HEAD) == (merge,)
    assert sites.service.merges(OAK_HEAD) == ()


@pytest.mark.parametrize("key", [S, G])
def test_a_school_that_has_lost_a_student_sees_no_merge_of_theirs(
    sites: TwoSites, key: StudentKey
) -> None:
    """PERM-2: a merge shows what both records said, so it is for the present school."""
    sites.add_new("s", **MAYA)
    sites.add_new("g", **MAYA)
    merge = sites.service.merge_students(NEW_HEAD, S, G)
    assert sites.service.merges(FIR_HEAD) == (merge,)
    if key == G:  # it is there again, as it was
        merge = sites.service.undo_merge(FIR_HEAD, merge.id)
        assert sites.service.merges(FIR_HEAD) == (merge,)
    student = sites.student(key)
    assert student is not None
    sites.replace(student, enrolments={OAK})
    assert sites.service.merges(FIR_HEAD) == ()
    assert sites.service.merges(NEW_HEAD) == (merge,)
    with pytest.raises(NotAllowedError):
        sites.service.undo_merge(FIR_HEAD, merge.id)


def test_a_withdrawn_code_shows_nobody_while_analysed_again(
    sites: TwoSites, known: Known
) -> None:
    """CODE-8: neither the earlier preview nor the student's name in the list."""
    sites.service.cancel(NEW_HEAD, known.import_id, confirmed=True)
    sites.clock.advance(minutes=1)
    import_id = sites.ready(sites.code("1"))
    assert sites.service.pending_imports(NEW_HEAD)[0].students == "Maya Okafor"
    sites.service.analyse_again(NEW_HEAD, import_id)
    sites.service.revoke_code(OLD_HEAD, sites.service.codes(OLD_HEAD)[0].issued.id)
    assert sites.service.pending_imports(NEW_HEAD)[0].students == "(one student)"
    with pytest.raises(RevokedCodeError):
        sites.service.preview(NEW_HEAD, import_id)
    for call in (
        lambda: sites.service.possible_matches(NEW_HEAD, import_id, ONE),
        lambda: sites.service.explain(NEW_HEAD, import_id, ONE, S),
        lambda: sites.service.why_not(NEW_HEAD, import_id, ONE, S),
    ):
        with pytest.raises(RevokedCodeError):
            call()


def test_what_a_search_found_does_not_show_names() -> None:
    """PERM-3: blocking keys are made of names, so no repr gives them."""
    found = Blocked({77001: frozenset({ONE})}, frozenset({77002}))
    assert "77001" not in repr(found)
    assert "77002" not in repr(found)


def test_no_answer_shows_a_child_in_its_repr(sites: TwoSites) -> None:
    """LOOK-1, CODE-10: what a host logs has neither personal data nor a code."""
    child = {
        "given_name": "Quillon",
        "family_name": "Zyxwvut",
        "middle_name": "Vortigern",
        "preferred_name": "Quill",
        "date_of_birth": date(1987, 6, 5),
        "national_id": "UPN4242",
        "year": "6",
    }
    private = dict(child, student_id="sid-77", user_name="qzy", email="q@z.example")
    sites.add_old("1", star("old", "a", 987654), **private)
    sites.add_new("m", **child)
    sites.add_new("g", **{**child, "student_id": "sid-78"})
    sites.add_new("s", **private)
    service, code = sites.service, sites.code("1")
    told: list[object] = [service.look_up(NEW_HEAD, code)]
    import_id = sites.ready(code)
    told += [
        service.progress(NEW_HEAD, import_id),
        service.preview(NEW_HEAD, import_id),
        service.possible_matches(NEW_HEAD, import_id, ONE),
        service.search_students(NEW_HEAD, import_id, "quillon"),
        service.choose_match(NEW_HEAD, import_id, ONE, S),
        service.explain(NEW_HEAD, import_id, ONE, S),
        service.why_not(NEW_HEAD, import_id, ONE, S),
        service.edits(NEW_HEAD, import_id),
        service.pending_imports(NEW_HEAD),
        service.confirm(NEW_HEAD, import_id),
        service.run_import(import_id),
        service.import_log(NEW_HEAD, import_id),
        service.completed_imports(NEW_HEAD),
        service.codes(OLD_HEAD),
        service.merge_students(NEW_HEAD, S, G),
        service.merges(NEW_HEAD),
    ]
    shown = repr(told).lower()
    hidden = [str(value).lower() for field, value in private.items() if field != "year"]
    hidden += [code.lower(), "987654", "1987"]
    assert [text for text in hidden if text in shown] == []
