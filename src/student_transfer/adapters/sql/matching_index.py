"""What is kept of the students so that candidates are found without reading the site.

The blocking keys of each student, and how many students have each term. Both follow
from the student alone, so what was written for one is known, and taken back, without
being looked for.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from student_transfer.adapters.sql import schema
from student_transfer.adapters.sql.connection import Transaction, chunks
from student_transfer.matching import BlockingKey, Term
from student_transfer.ports import Blocked
from student_transfer.sites import SiteId
from student_transfer.storing.finding import Finding, term_number
from student_transfer.students import Student, StudentKey, StudentRef

_EVERYBODY = term_number(("", ""))  # a term of all: its count is the site's size

_NUMBERS = sa.JSON().with_variant(ARRAY(sa.BigInteger), "postgresql")
_TEXTS = sa.JSON().with_variant(ARRAY(schema.TEXT), "postgresql")


def _finding(each: str, gathered: str) -> sa.TextualSelect:
    """Make the statement that gives each key's students, or NULL if they are many.

    Of each key it reads one row more than the limit at most, in the order of the table,
    which leaves no other way to find them than its index.
    """
    return (
        sa.text(
            f"""
            SELECT wanted.value AS value, (
              SELECT CASE WHEN count(*) <= :most THEN {gathered} END
              FROM (
                SELECT kept.student_key FROM st_blocking_keys AS kept
                WHERE kept.value = wanted.value
                ORDER BY kept.student_key
                LIMIT :most + 1
              ) AS who
            ) AS students
            FROM {each}
            """  # noqa: S608 - the parts are below
        )
        .bindparams(sa.bindparam("wanted", type_=_NUMBERS))
        .columns(value=sa.BigInteger, students=_TEXTS)
    )


_FINDING = {
    "sqlite": _finding("json_each(:wanted) AS wanted", "json_group_array(student_key)"),
    "postgresql": _finding(
        "unnest(:wanted) AS wanted (value)",
        "coalesce(array_agg(student_key), '{}')",
    ),
}

# Made once, since making a statement costs more than running it.
_keys, _counts = schema.blocking.c, schema.counts.c
_total = sa.func.sum(_counts.students).label("total")
_COUNTING = (
    sa.select(_counts.term, _total)
    .where(_counts.term.in_(sa.bindparam("wanted", expanding=True)))
    .group_by(_counts.term)
    .having(_total != 0)  # one slot may have what another one took away
)
_DROPPING_ZERO = sa.delete(schema.counts).where(
    _counts.term == sa.bindparam("fallen"),
    _counts.slot == sa.bindparam("own"),
    _counts.students == 0,
)
_DROPPING_KEY = sa.delete(schema.blocking).where(
    _keys.value == sa.bindparam("key"),
    _keys.student_key == sa.bindparam("student"),
)


@lru_cache(maxsize=1024)
def of_site(site_id: SiteId) -> int:
    """Return the number with which every number of a site is combined by XOR.

    So two sites share a number only by a chance of 1 in 2**64. It would name a
    candidate who is not on the site, and who is therefore not found there.
    """
    return term_number(("site", site_id))


class MatchingIndex:
    """The blocking keys and the counts of the sites; see `student_transfer.ports`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction

    def find(
        self, site_id: SiteId, keys: Collection[BlockingKey], limit: int
    ) -> Blocked:
        """Find the students who have any of these blocking keys."""
        finding, own = _FINDING[self._transaction.dialect], of_site(site_id)
        values = {"wanted": [key ^ own for key in set(keys)], "most": limit}
        found: dict[BlockingKey, frozenset[StudentKey]] = {}
        overflowing = set()
        for row in self._transaction.rows(finding, values):
            if row.students is None:
                overflowing.add(row.value ^ own)
            elif row.students:
                found[row.value ^ own] = frozenset(row.students)
        return Blocked(found, frozenset(overflowing))

    def count(self, site_id: SiteId, wanted: Collection[Term]) -> dict[Term, int]:
        """Count the students of the site who have each term; 0 is left out."""
        terms = {term_number(term): term for term in wanted}
        counts = self._counts(site_id, terms)
        return {terms[number]: count for number, count in counts.items()}

    def size(self, site_id: SiteId) -> int:
        """Count the students of the site."""
        return self._counts(site_id, [_EVERYBODY]).get(_EVERYBODY, 0)

    def _counts(self, site_id: SiteId, terms: Iterable[int]) -> dict[int, int]:
        """Count the students of the site who have each term, by its number."""
        own = of_site(site_id)
        counts: dict[int, int] = {}
        for some in chunks([number ^ own for number in terms]):
            for row in self._transaction.rows(_COUNTING, {"wanted": some}):
                counts[row.term ^ own] = row.total
        return counts

    def enter(self, students: Sequence[Student], findings: Sequence[Finding]) -> None:
        """Keep what finds these students, who are new."""
        values: list[BlockingKey] = []
        owners: list[StudentKey] = []
        changes: defaultdict[SiteId, Counter[int]] = defaultdict(Counter)
        for student, found in zip(students, findings, strict=True):
            own, keys = of_site(student.site_id), found.blocking_keys
            values += [key ^ own for key in keys]
            owners += [student.key] * len(keys)
            changes[student.site_id].update((*found.terms, _EVERYBODY))
        self._transaction.insert_columns(schema.blocking, values, owners)
        self._add_up(changes)

    def change(self, student: StudentRef, before: Finding, after: Finding) -> None:
        """Keep what finds a student now instead of what did before."""
        old, new = before.blocking_keys, after.blocking_keys
        self._drop_keys(student, old - new)
        own = of_site(student.site_id)
        values = [key ^ own for key in new - old]
        owner = [student.key] * len(values)
        self._transaction.insert_columns(schema.blocking, values, owner)
        changes = Counter(after.terms)
        changes.subtract(before.terms)
        self._add_up({student.site_id: changes})

    def leave(self, student: StudentRef, found: Finding) -> None:
        """Forget what finds a student who goes."""
        self._drop_keys(student, found.blocking_keys)
        changes = Counter[int]()
        changes.subtract((*found.terms, _EVERYBODY))
        self._add_up({student.site_id: changes})

    def clear(self) -> None:
        """Forget everything, of every site."""
        for table in (schema.blocking, schema.counts):
            self._transaction.write(sa.delete(table))

    def _drop_keys(self, student: StudentRef, keys: Iterable[BlockingKey]) -> None:
        own = of_site(student.site_id)
        values = sorted(key ^ own for key in keys)
        rows = [{"key": value, "student": student.key} for value in values]
        self._transaction.write(_DROPPING_KEY, rows)

    def _add_up(self, changes: Mapping[SiteId, Counter[int]]) -> None:
        """Change the counts of the sites, of each term by so much."""
        for site_id, changed_terms in changes.items():
            own = of_site(site_id)
            changed = {number ^ own: n for number, n in changed_terms.items() if n}
            if not changed:
                continue
            slot = self._transaction.free_slot(f"counts of {site_id}")
            numbers, by = [*changed], [*changed.values()]
            slots = [slot] * len(by)
            self._transaction.insert_columns(
                schema.counts, numbers, slots, by, total="students"
            )
            fallen = [
                {"own": slot, "fallen": term} for term, n in changed.items() if n < 0
            ]
            self._transaction.write(_DROPPING_ZERO, fallen)
