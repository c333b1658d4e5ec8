"""Hard school rosters with the truth: do the same children find each other?

    python -m benchmarks.matching.hard_rosters --incoming 2000 --existing 20000 \
        --seed 1 --out DIR [--severity mild] [--national-id SHARE | --no-national-id]
    python -m benchmarks.matching.hard_rosters --check DIR

writes `incoming.csv`, `existing.csv` and `truth.csv`. The city, its families and what
goes wrong on a roster are modelled from general knowledge, without a look at how this
library matches. The same seed gives the same bytes. All people are invented.
"""

# ruff: noqa: PLR2004, S311 (shares of an invented city, drawn by a seed)

import argparse
import csv
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import gcd
from pathlib import Path
from random import Random
from typing import Final, TextIO

from benchmarks.matching.hard_rosters_check import report
from benchmarks.matching.hard_rosters_families import (
    Child,
    Families,
    Household,
    school_year,
)
from benchmarks.matching.hard_rosters_names import (
    City,
    load_city,
    load_variants,
    plain,
)
from benchmarks.matching.hard_rosters_places import Places
from benchmarks.matching.hard_rosters_writing import Profile, Row, Writer

COLUMNS: Final = (
    "id",
    "given_name",
    "middle_name",
    "family_name",
    "preferred_name",
    "date_of_birth",
    "gender",
    "year",
    "national_id",
    "student_id",
    "user_name",
    "email",
    "postcode",
    "address",
)
TRUTH_COLUMNS: Final = ("incoming_id", "existing_id", "case")

_FIRST_LOCAL_ID: Final = 1001
_BLOCK: Final = 50_000
_CAREFUL: Final = frozenset({"given", "date", "heavy"})


@dataclass(frozen=True, slots=True)
class Severity:
    """How hard a roster is."""

    profile: Profile
    absent: float
    absent_twin: float
    absent_sibling: float
    namesake: float
    present_twin: float
    both_twins: float
    moved: float
    national_id: float
    reused_id: float
    same_user_name: float
    blank_email: float


SEVERITIES: Final = {
    "hard": Severity(
        profile=Profile.of((0.35, 0.35, 0.20, 0.10), heavy=1),
        absent=0.30,
        absent_twin=0.12,
        absent_sibling=0.10,
        namesake=0.20,
        present_twin=0.03,
        both_twins=0.02,
        moved=0.5,
        national_id=0.3,
        reused_id=0.15,
        same_user_name=0.06,
        blank_email=0.50,
    ),
    "mild": Severity(
        profile=Profile.of((0.62, 0.28, 0.08, 0.02), heavy=0.4),
        absent=0.30,
        absent_twin=0.02,
        absent_sibling=0.06,
        namesake=0.06,
        present_twin=0.01,
        both_twins=0.005,
        moved=0.35,
        national_id=0.6,
        reused_id=0.05,
        same_user_name=0.15,
        blank_email=0.30,
    ),
}


@dataclass(frozen=True, slots=True)
class Style:
    """How one site writes what everybody writes somehow."""

    year_words: tuple[str, ...]
    short_streets: float
    long_user_names: float
    preferred: float


STYLES: Final = (
    Style(("Year {}", "Year {}", "Year {}", "Year {}", "{}", "Y{}"), 0.6, 0.8, 0.5),
    Style(("{}", "{}", "{}", "{}", "{}", "0{}", "Year {}"), 0.15, 0.2, 0.6),
)


@dataclass(slots=True)
class Site:
    """One site's own numbering and user names."""

    style: Style
    taken: dict[str, int] = field(default_factory=dict)

    def user_name(self, rng: Random, row: Row) -> str:
        """Return a user name that nobody on the site has."""
        given = "".join(filter(str.isalpha, plain(row["given_name"]).lower()))
        family = "".join(filter(str.isalpha, plain(row["family_name"]).lower()))
        if not (given + family).isascii() or not family:
            given, family = "student", "new"
        if rng.random() < self.style.long_user_names:
            base = f"{given}.{family}"
        else:
            base = f"{given[:1]}{family}{rng.randrange(7, 24):02}"
        count = self.taken[base] = self.taken.get(base, 0) + 1
        return base if count == 1 else f"{base}.{count}"

    def keep(self, name: str) -> bool:
        """Take over another site's user name, where it is free."""
        if not name or name in self.taken or "." in name:
            return False
        self.taken[name] = 1
        return True

    def year(self, rng: Random, row: Row) -> str:
        """Return the year as the site writes it."""
        number = row["year"]
        if number == "0":
            return rng.choice(("Reception", "Reception", "R", "Year R"))
        words = rng.choice(self.style.year_words)
        return number if words == "0{}" and len(number) > 1 else words.format(number)


@dataclass(slots=True)
class Plan:
    """How many of each kind are still to be made, and where the special ones go."""

    present: int
    rows: int
    special: list[tuple[int, str]]
    namesakes: list[int]
    incoming: int

    @classmethod
    def of(
        cls, rng: Random, incoming: int, existing: int, severity: Severity
    ) -> "Plan":
        """Return the plan of a roster pair."""
        absent = round(incoming * severity.absent)
        present = min(incoming - absent, existing)
        wanted = {
            "absent_twin": absent * severity.absent_twin,
            "absent_sibling": absent * severity.absent_sibling,
            "present_twin": present * severity.present_twin,
            "both_twins": present * severity.both_twins / 2,
        }
        room = max(1, existing * 9 // 10)
        counts = {
            kind: min(round(count), existing // 20) for kind, count in wanted.items()
        }
        namesakes = min(round(absent * severity.namesake), existing // 10)
        special = [
            (rng.randrange(room), kind)
            for kind, count in counts.items()
            for _ in range(count)
        ]
        return cls(
            present,
            existing,
            sorted(special, reverse=True),
            sorted((rng.randrange(room) for _ in range(namesakes)), reverse=True),
            incoming,
        )

    def due(self, row: int) -> str | None:
        """Return the special household that is due at this row."""
        if self.special and self.special[-1][0] <= row:
            return self.special.pop()[1]
        return None


@dataclass(frozen=True, slots=True)
class Case:
    """A written incoming student and the truth about them."""

    row: Row
    existing_id: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A rearrangement of the numbers below `size`, so that no order shows."""

    size: int
    step: int
    start: int

    @classmethod
    def of(cls, rng: Random, size: int) -> "Numbers":
        """Return a rearrangement."""
        step = rng.randrange(size // 3 + 1, size + 2)
        while gcd(step, size) != 1:
            step += 1
        return cls(size, step, rng.randrange(size))

    def of_row(self, number: int) -> int:
        """Return the number that a row gets."""
        return (number * self.step + self.start) % self.size


@dataclass(slots=True)
class Generator:
    """Makes the households one after the other and writes both sites' rows."""

    rng: Random
    severity: Severity
    plan: Plan
    families: Families
    writer: Writer
    city: City
    places: Places
    sink: Callable[[Row], None]
    ids: Numbers
    local_ids: Numbers
    national_id: float
    cases: list[Case] = field(default_factory=list)
    done: int = 0
    sites: tuple[Site, Site] = field(
        default_factory=lambda: (Site(STYLES[0]), Site(STYLES[1]))
    )

    def run(self) -> None:
        """Write the existing site, collecting the incoming students on the way."""
        while self.done < self.plan.rows:
            kind = self.plan.due(self.done)
            home = self.families.household(kind)
            self._settle(home, kind)
        while len(self.cases) < self.plan.incoming:
            home = self.families.household(None)
            self._absent(home, self.rng.choice(home.children), [], moved=False)

    def _settle(self, home: Household, kind: str | None) -> None:
        rng = self.rng
        share = self.severity.moved / (2 if kind and kind.startswith("absent") else 1)
        moved = rng.random() < share
        away = home.children[0] if kind in {"absent_twin", "absent_sibling"} else None
        staying = [child for child in home.children if child is not away]
        staying = staying[: self.plan.rows - self.done]
        coming = self._choose(staying, kind)
        careful = away is not None
        look_alike = ""
        for child in staying:
            labels = self._relations(child, home.children, staying)
            row = self._both(
                home, child, labels, comes=child in coming, moved=moved, careful=careful
            )
            look_alike = look_alike or row["student_id"]
            self._namesake(home, child)
        if away is not None:
            labels = self._relations(away, home.children, staying)
            reused = rng.random() < self.severity.reused_id
            self._absent(home, away, labels, moved=moved, local_id=look_alike * reused)

    def _choose(self, staying: list[Child], kind: str | None) -> list[Child]:
        if kind == "present_twin":
            chosen = staying[:1]
        elif kind == "both_twins":
            chosen = staying[:2]
        else:
            chosen = self._moving(staying, likely=kind == "absent_twin")
        chosen = chosen[: self.plan.present]
        self.plan.present -= len(chosen)
        return chosen

    def _moving(self, staying: list[Child], *, likely: bool) -> list[Child]:
        """Return who of a family comes, each child with the same chance.

        Half of the brothers and sisters of a child that comes do so, too.
        """
        rng, left = self.rng, self.plan.rows - self.done
        if self.plan.present >= left:
            return staying
        size = len(staying)
        share = self.plan.present / left * size / (1 + 0.5 * (size - 1))
        if rng.random() >= (max(share, 0.3) if likely else share):
            return []
        first = rng.choice(staying)
        return [one for one in staying if one is first or rng.random() < 0.5]

    def _relations(
        self, child: Child, family: Sequence[Child], staying: Sequence[Child]
    ) -> list[str]:
        labels = []
        others = [one for one in staying if one is not child]
        if any(one.born == child.born for one in others):
            labels.append("twin_on_site")
            if any(one.similar_twin for one in family):
                labels.append("twin_similar_name")
        if any(one.born != child.born for one in others):
            labels.append("sibling_on_site")
        return labels

    def _both(
        self,
        home: Household,
        child: Child,
        labels: list[str],
        *,
        comes: bool,
        moved: bool,
        careful: bool,
    ) -> Row:
        """Write a child of the site, and as incoming when the child comes."""
        existing = self._row(home, child, 1, moved=False)
        number = self.done
        self.done += 1
        existing["id"] = f"E{self.ids.of_row(number):07}"
        existing["student_id"] = str(_FIRST_LOCAL_ID + self.local_ids.of_row(number))
        incoming = self._row(home, child, 0, moved=moved) if comes else None
        forbidden = _CAREFUL if careful else frozenset()
        done = self.severity.profile.write(
            self.rng, (incoming, existing), self.writer, forbidden
        )
        self._finish(existing, 1)
        if incoming is not None:
            self._finish(incoming, 0)
            same = self.rng.random() < self.severity.same_user_name
            if same and self.sites[0].keep(existing["user_name"]):
                incoming["user_name"] = existing["user_name"]
            words = (done or ["plain"]) + labels + ["moved_house"] * moved
            self.cases.append(Case(incoming, existing["id"], tuple(words)))
        self.sink(existing)
        return existing

    def _absent(
        self,
        home: Household,
        child: Child,
        labels: list[str],
        *,
        moved: bool,
        local_id: str = "",
    ) -> None:
        row = self._row(home, child, 0, moved=moved)
        forbidden = _CAREFUL if labels else frozenset()
        self.severity.profile.write(self.rng, (row, None), self.writer, forbidden)
        self._finish(row, 0)
        row["student_id"] = local_id
        words = (labels or ["plain"]) + ["reused_local_id"] * bool(local_id)
        self.cases.append(Case(row, "", tuple(words)))

    def _namesake(self, home: Household, child: Child) -> None:
        due = self.plan.namesakes
        if (
            not due
            or due[-1] > self.done
            or child.family not in self.city.common_family
        ):
            return
        if child.given not in self.city.common_given:
            return
        due.pop()
        other = self.families.namesake(home, child)
        twin = other.children[0]
        same_year = twin.born.year == child.born.year
        label = "namesake_same_birth_year" if same_year else "namesake"
        self._absent(other, twin, [label], moved=False)

    def _row(self, home: Household, child: Child, side: int, *, moved: bool) -> Row:
        rng, style = self.rng, self.sites[side].style
        place = home.other_place if moved else home.place
        preferred = child.preferred if rng.random() < style.preferred else ""
        if not preferred and rng.random() < 0.12:
            preferred = child.given
        short = rng.random() < style.short_streets
        number = child.national_id if rng.random() < self.national_id else ""
        return {
            "given_name": child.given,
            "middle_name": child.middle,
            "family_name": child.family,
            "preferred_name": preferred,
            "date_of_birth": child.born.isoformat(),
            "gender": "F" if child.girl else "M",
            "year": str(school_year(child.born)),
            "national_id": number,
            "email": self._email(home, child),
            "postcode": self.places.postcode(rng, place),
            "address": self.places.address(rng, place, short=short),
            "community": str(home.community),
        }

    def _email(self, home: Household, child: Child) -> str:
        chance = self.rng.random()
        if chance < self.severity.blank_email:
            return ""
        old_enough = school_year(child.born) >= 5
        if old_enough and chance > 0.72:
            return child.email
        return home.emails[0 if self.rng.random() < 0.75 else 1]

    def _finish(self, row: Row, side: int) -> None:
        site = self.sites[side]
        row["year"] = site.year(self.rng, row)
        blank = self.rng.random() < 0.15
        row["user_name"] = "" if blank else site.user_name(self.rng, row)


def generate(
    out: Path, incoming: int, existing: int, seed: int, severity: Severity
) -> None:
    """Write the three files of a roster pair."""
    rng = Random(seed)
    out.mkdir(parents=True, exist_ok=True)
    city, variants = load_city(rng), load_variants()
    places = Places.of(rng, existing, city.weights)
    plan = Plan.of(rng, incoming, existing, severity)
    with (out / "existing.csv").open("w", encoding="utf-8", newline="") as file:
        sink = Shuffled(rng, file)
        generator = Generator(
            rng=rng,
            severity=severity,
            plan=plan,
            families=Families(rng, city, variants, places),
            writer=Writer(city, variants),
            city=city,
            places=places,
            sink=sink.put,
            ids=Numbers.of(rng, existing),
            local_ids=Numbers.of(rng, existing),
            national_id=severity.national_id,
        )
        generator.run()
        sink.flush()
    write_incoming(rng, out, generator.cases, existing)


@dataclass(slots=True)
class Shuffled:
    """Writes rows in blocks, shuffled, so that families do not stand together."""

    rng: Random
    file: TextIO
    waiting: list[list[str]] = field(default_factory=list)
    begun: bool = False

    def put(self, row: Row) -> None:
        """Take a row and write a block when there is one."""
        self.waiting.append([row[column] for column in COLUMNS])
        if len(self.waiting) >= _BLOCK:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        lines = csv.writer(self.file, lineterminator="\n")
        if not self.begun:
            lines.writerow(COLUMNS)
            self.begun = True
        self.rng.shuffle(self.waiting)
        lines.writerows(self.waiting)
        self.waiting.clear()


def write_incoming(rng: Random, out: Path, cases: list[Case], existing: int) -> None:
    """Number the incoming students, in no order, and write them and the truth."""
    rng.shuffle(cases)
    size = max(existing, len(cases))
    reserved = {case.row.get("student_id") for case in cases}
    numbers = iter(rng.sample(range(size + 200), size + 200))
    seen: set[str] = set()
    with (
        (out / "incoming.csv").open("w", encoding="utf-8", newline="") as rows,
        (out / "truth.csv").open("w", encoding="utf-8", newline="") as truth,
    ):
        row_lines = csv.writer(rows, lineterminator="\n")
        truth_lines = csv.writer(truth, lineterminator="\n")
        row_lines.writerow(COLUMNS)
        truth_lines.writerow(TRUTH_COLUMNS)
        for number, case in enumerate(cases):
            row = case.row
            own = row.get("student_id", "")
            while not own or own in seen:
                own = str(_FIRST_LOCAL_ID + next(numbers))
                if own in reserved:
                    own = ""
            seen.add(own)
            row["student_id"] = own
            row["id"] = f"I{number:06}"
            row_lines.writerow([row[column] for column in COLUMNS])
            truth_lines.writerow([row["id"], case.existing_id, "+".join(case.labels)])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.matching.hard_rosters",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--incoming", type=int, default=2000)
    parser.add_argument("--existing", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--severity", choices=sorted(SEVERITIES), default="hard")
    numbers = parser.add_mutually_exclusive_group()
    numbers.add_argument("--national-id", type=float, metavar="SHARE")
    numbers.add_argument(
        "--no-national-id", action="store_const", const=0.0, dest="national_id"
    )
    parser.add_argument("--out", type=Path)
    parser.add_argument("--check", type=Path, metavar="DIR")
    given = parser.parse_args(arguments)
    if given.check is None and given.out is None:
        parser.error("one of --out and --check is needed")
    if given.out is not None:
        severity = SEVERITIES[given.severity]
        if given.national_id is not None:
            severity = replace(severity, national_id=given.national_id)
        generate(given.out, given.incoming, given.existing, given.seed, severity)
    if given.check is not None:
        sys.stdout.write(report(given.check))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
