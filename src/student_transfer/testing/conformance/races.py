"""Races on one storage, whoever runs them: threads or processes."""

from itertools import islice

from student_transfer.codes import CodeId
from student_transfer.errors import ConcurrentChangeError
from student_transfer.imports import ImportId
from student_transfer.merges import MergeId
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.students import StudentKey
from student_transfer.testing.crews import Crew
from student_transfer.testing.jobs import BUSY, DONE, NOTHING, Job
from student_transfer.testing.values import (
    OAK,
    add_applied_matches,
    add_codes,
    add_import,
    add_merges,
    add_students,
    issued_code,
    new_applied_match,
    new_import,
    new_merge,
    row,
    student,
)

I1 = ImportId("i1")
KEY = StudentKey("s1")
BOTH = ("a", "b")
TRIES = 50


def winners(crew: Crew, name: str, of: str) -> list[str]:
    """Let two do the same to one thing at once; give who succeeded."""
    answers = crew.at_once(*((name, of, by) for by in BOTH))
    return [by for by, answer in zip(BOTH, answers, strict=True) if answer == DONE]


def keep_at_it(crew: Crew, *jobs: Job) -> None:
    """Do the jobs at once, and again those that were refused, until all are done."""
    left = list(jobs)
    for _ in range(TRIES):
        answers = crew.at_once(*left)
        tried = zip(left, answers, strict=True)
        left = [job for job, answer in tried if answer != DONE]
        if not left:
            return
    raise ConcurrentChangeError(f"After {TRIES} tries {left} was still refused.")


def one_claims_a_code(storage: UnitOfWorkFactory, crew: Crew) -> None:
    """Each code has the holder who was told so, and no other."""
    codes = [issued_code(f"c{number}") for number in range(crew.rounds)]
    add_codes(storage, *codes)
    for code in codes:
        won = winners(crew, "claim", code.id)
        with storage(read_only=True) as work:
            kept = work.codes.get(code.id)
        assert kept is not None
        assert [kept.holder] == won


def one_import_holds_a_code(storage: UnitOfWorkFactory, crew: Crew) -> None:
    """Each code has one import."""
    for number in range(crew.rounds):
        jobs = [("add import", f"{number}{by}", f"c{number}") for by in BOTH]
        answers = crew.at_once(*jobs)
        with storage(read_only=True) as work:
            kept = [work.imports.get(ImportId(name)) for _, name, _ in jobs]
        assert [one is not None for one in kept] == [one == DONE for one in answers]
        assert answers.count(DONE) == 1
        assert {one.code_id for one in kept if one} == {CodeId(f"c{number}")}


def one_saves_an_import(storage: UnitOfWorkFactory, crew: Crew) -> None:
    """Each import is as the one saved it who was not refused."""
    for number in range(crew.rounds):
        new = new_import(f"i{number}")
        add_import(storage, new)
        won = winners(crew, "save import", new.id)
        with storage(read_only=True) as work:
            kept = work.imports.get(new.id)
        assert kept is not None
        assert ([kept.reference], kept.version) == (won, 1)


def one_replaces_a_student(storage: UnitOfWorkFactory, crew: Crew) -> None:
    """Each student is as the one wrote it who was not refused."""
    students = [student(f"s{number}") for number in range(crew.rounds)]
    add_students(storage, *students)
    for one in students:
        won = winners(crew, "rename", one.key)
        with storage(read_only=True) as work:
            kept = work.roster.students(OAK, [one.key])[one.key]
        assert [kept.given_name] == won


def one_undoes_a_merge(storage: UnitOfWorkFactory, crew: Crew) -> None:
    """Each merge is undone by the one who was not refused."""
    merges = [new_merge(f"m{number}") for number in range(crew.rounds)]
    add_merges(storage, *merges)
    for merge in merges:
        won = winners(crew, "undo merge", merge.id)
        with storage(read_only=True) as work:
            kept = work.merges.get(OAK, MergeId(merge.id))
        assert kept is not None
        assert [kept.undone_by] == won


def one_undoes_an_applied_match(storage: UnitOfWorkFactory, crew: Crew) -> None:
    """Each applied match is undone by the one who was not refused."""
    applied_matches = [new_applied_match(f"i{number}") for number in range(crew.rounds)]
    add_applied_matches(storage, *applied_matches)
    for applied_match in applied_matches:
        won = winners(crew, "undo applied match", applied_match.import_id)
        with storage(read_only=True) as work:
            kept = work.applied_matches.get(
                applied_match.import_id, applied_match.source_key
            )
        assert kept is not None
        assert [kept.undone_by] == won


def one_gets_an_identifier(storage: UnitOfWorkFactory, crew: Crew) -> None:
    """Each email has one holder, who is on the site, and the other is not."""
    for number in range(crew.rounds):
        email = f"{number}@x.org"
        keys = [StudentKey(f"{number}{by}") for by in BOTH]
        answers = crew.at_once(*(("add student", key, email) for key in keys))
        tried = zip(keys, answers, strict=True)
        with storage(read_only=True) as work:
            kept = work.roster.students(OAK, keys)
        assert list(kept) == [key for key, answer in tried if answer == DONE]
        assert len(kept) == 1


def one_lands_a_child(storage: UnitOfWorkFactory, crew: Crew) -> None:
    """Who holds the site sees whom the other has made there, and makes nobody."""
    for number in range(crew.rounds):
        name = f"{chr(97 + number // 26)}{chr(97 + number % 26)}dam"  # no two begin so
        answers = crew.at_once(*(("land", f"{number}{by}", name) for by in BOTH))
        assert answers.count(DONE) == 1
        with storage(read_only=True) as work:
            assert work.roster.size(OAK) == number + 1


def no_record_is_doubled(storage: UnitOfWorkFactory, crew: Crew) -> None:
    """Each student has the record once."""
    students = [student(f"s{number}") for number in range(crew.rounds)]
    add_students(storage, *students)
    for one in students:
        won = winners(crew, "add record", one.key)
        with storage(read_only=True) as work:
            kept = work.roster.records(OAK, one.key)
        assert won
        assert len(kept) == 1


def no_row_is_given_twice(storage: UnitOfWorkFactory, crew: Crew) -> None:
    """Three workers get every row once, and none before an earlier one is done."""
    rows = [row(f"{number:02}") for number in range(crew.rounds)]
    add_import(storage, new_import(), rows)
    taken: list[str] = []
    names = {one.source_key for one in rows}
    rounds = iter(lambda: crew.at_once(*[("take row", I1)] * 3), [NOTHING] * 3)
    for answers in islice(rounds, len(rows) + TRIES):
        taken += sorted(answer for answer in answers if answer in names)
    assert taken == [one.source_key for one in rows]


def all_are_counted(storage: UnitOfWorkFactory, crew: Crew) -> None:
    """The size and the terms of the site count everybody who was added."""
    for number in range(crew.rounds):
        keep_at_it(crew, *(("add student", f"{number}{by}") for by in BOTH))
    with storage(read_only=True) as work:
        assert work.roster.size(OAK) == 2 * crew.rounds
        counts = work.roster.frequencies(OAK, [("given", "ada")])
    assert counts == {("given", "ada"): 2 * crew.rounds}


def nobody_sees_a_half(storage: UnitOfWorkFactory, crew: Crew) -> None:
    """Who looks for two that are added together sees both or none."""
    for number in range(crew.rounds):
        pair = f"p{number}"
        added, *seen = crew.at_once(
            ("add pair", pair), ("see pair", pair), ("see pair", pair)
        )
        assert added == DONE
        assert set(seen) <= {"0", "2"}
    with storage(read_only=True) as work:
        assert work.roster.size(OAK) == 2 * crew.rounds


def nobody_waits_for_ever(storage: UnitOfWorkFactory, crew: Crew) -> None:
    """Who comes to what another holds until the end of it is told that it is busy.

    All wait at the same time, so it takes as long as the storage lets one wait.
    """
    add_students(storage, student())
    add_import(storage, new_import(), [row("s1")])
    with storage() as work:
        work.roster.hold(OAK, [KEY])
        work.imports.take_pending_row(I1)
        answers = crew.at_once(
            ("land", "s2", "Ada"), ("add record", KEY, ""), ("take row", I1)
        )
    assert answers == [BUSY] * 3
