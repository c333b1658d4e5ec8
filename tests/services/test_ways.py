"""The model's lists of use cases are complete: none is forgotten that is new."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from inspect import Signature, isfunction, signature
from typing import Any, get_args

import attrs
import pytest

from student_transfer.codes import CodeId, StudentScope, YearScope
from student_transfer.errors import NotAllowedError, StudentTransferError
from student_transfer.imports import ImportId
from student_transfer.merges import MergeId
from student_transfer.services import TransferService
from student_transfer.sites import SchoolId
from student_transfer.students import Student, StudentKey
from student_transfer.testing.model.showing import students_in
from student_transfer.testing.model.ways import (
    OF_CODE,
    OF_IMPORT,
    OF_MERGE,
    OF_NOTHING,
    OF_SCHOOL,
    OF_STUDENT,
    Beside,
    Way,
)

from .conftest import (
    FIR,
    MAYA,
    NEW_HEAD,
    OAK,
    OAK_HEAD,
    OLD,
    OLD_HEAD,
    TwoSites,
)

BY_PEOPLE: dict[str, Signature] = {
    name: signature(method)
    for name in dir(TransferService)
    if isfunction(method := getattr(TransferService, name))
    and not name.startswith("_")
    and "actor" in signature(method).parameters
}
NAMED = "the name"
NOT_TRIED = {
    ("generate_code", "code_id"),  # the id of a new one: nothing has it yet
    ("review_row", "about"),  # whom no row takes is left out: nothing is said of others
}
BESIDE = Beside("code", ImportId("import"), StudentKey("row"), StudentKey("student"))


def _called(way: Way) -> Iterator[tuple[str, str, object]]:
    """Yield which use case a way calls, and with what."""

    class Notes:
        """Is called as the service is."""

        def __getattr__(self, name: str) -> Callable[..., None]:
            """Note the call."""

            def note(*args: object, **kwargs: object) -> None:
                bound = BY_PEOPLE[name].bind(self, *args, **kwargs).arguments
                noted.extend((name, *argument) for argument in bound.items())

            return note

    noted = list[tuple[str, str, object]]()
    service: Any = Notes()
    way(service, NEW_HEAD, NAMED, BESIDE)
    yield from noted


def _tried(ways: tuple[Way, ...]) -> set[tuple[str, str]]:
    """Return the use cases of these ways, each with the argument that is the name."""
    return {
        (name, parameter)
        for way in ways
        for name, parameter, value in _called(way)
        if NAMED in _parts(value)
    }


def _parts(value: object) -> tuple[object, ...]:
    """Return a value, or the fields of the scope that it is."""
    if isinstance(value, StudentScope | YearScope):
        return attrs.astuple(value)
    return (value,)


def _taking(*kinds: object) -> set[tuple[str, str]]:
    """Return the use cases that take such a name, and as which argument.

    An incoming student is named with the import, and not without it.
    """
    return {
        (name, parameter.name)
        for name, found in BY_PEOPLE.items()
        for parameter in found.parameters.values()
        if parameter.name != "source_key"
        and not {parameter.annotation, *get_args(parameter.annotation)}.isdisjoint(
            kinds
        )
    }


@pytest.mark.parametrize(
    ("ways", "kinds"),
    [
        (OF_IMPORT, (ImportId,)),
        (OF_STUDENT, (StudentKey, StudentScope)),
        (OF_SCHOOL, (SchoolId, YearScope)),
        (OF_MERGE, (MergeId,)),
        (OF_CODE, (CodeId,)),
    ],
    ids=["import", "student", "school", "merge", "code"],
)
def test_every_name_that_a_use_case_takes_is_tried(
    ways: tuple[Way, ...], kinds: tuple[object, ...]
) -> None:
    """PERM-3: by the model, in any story."""
    assert _taking(*kinds)
    assert _tried(ways) == _taking(*kinds) - NOT_TRIED


def test_every_other_use_case_is_asked() -> None:
    """PERM-3: also the lists, and what enters a code."""
    every = (*OF_IMPORT, *OF_STUDENT, *OF_SCHOOL, *OF_MERGE, *OF_CODE, *OF_NOTHING)
    assert {name for way in every for name, _, _ in _called(way)} == set(BY_PEOPLE)


@pytest.mark.parametrize("again", [False, True], ids=["ready", "analysing"])
def test_nobody_is_shown_by_an_import_whose_code_was_withdrawn(
    sites: TwoSites, *, again: bool
) -> None:
    """CODE-8, PERM-2: neither who was to come nor, by a search, who is on the site."""
    sites.add_old("1", **MAYA)
    sites.add_new("a", **{**MAYA, "given_name": "Amina"})  # of another school
    import_id = sites.ready(sites.code("1"))
    assert sites.service.search_students(OAK_HEAD, import_id, "amina").students
    if again:
        sites.service.analyse_again(OAK_HEAD, import_id)
    sites.service.revoke_code(OLD_HEAD, sites.service.codes(OLD_HEAD)[0].issued.id)
    beside = Beside("code", import_id, StudentKey("1"), StudentKey("a"))
    shown = list[Student]()
    for way in OF_IMPORT:
        with suppress(StudentTransferError):
            shown += students_in(way(sites.service, OAK_HEAD, import_id, beside))
    assert shown == []


def test_nobody_is_shown_of_an_import_into_another_school(sites: TwoSites) -> None:
    """PERM-2: whatever an administrator asks for, with every name of the site.

    Two children came to one student, who is in both schools.
    """
    sites.add_new("m", **{**MAYA, "date_of_birth": None, "enrolments": {OAK}})
    imports = list[ImportId]()
    for key, school in (("1", OAK), ("2", FIR)):
        sites.add_old(key, email=f"{key}@x.org", **MAYA)
        started = sites.service.start_import(NEW_HEAD, sites.code(key), school)
        import_id = sites.service.analyse(started.id).id
        where = import_id, StudentKey(key)
        match = StudentKey("m")
        sites.service.choose_match(NEW_HEAD, *where, match, accept_unlike=True)
        sites.service.confirm(NEW_HEAD, import_id)
        sites.service.run_import(import_id)
        imports.append(import_id)
    others = StudentKey("2")
    with pytest.raises(NotAllowedError):
        sites.service.preview(OAK_HEAD, imports[1])
    shown = set[Student]()
    names = (*imports, "m", *(OAK, FIR))
    for way in (*OF_STUDENT, *OF_SCHOOL, *OF_NOTHING, *OF_IMPORT):
        for name in names:
            for row in (StudentKey("1"), others):
                beside = Beside(sites.code("1"), imports[0], row, StudentKey("m"))
                with suppress(StudentTransferError):
                    shown |= {*students_in(way(sites.service, OAK_HEAD, name, beside))}
    assert {one.key for one in shown if one.site_id == OLD} == {"1"}
