"""How one child is written differently on two sites."""

# ruff: noqa: PLR2004 (shares of an invented city)

from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from random import Random
from typing import Final

from benchmarks.matching.hard_rosters_names import City, Variants, plain, words_of

Row = dict[str, str]

INCOMING: Final = 0
EXISTING: Final = 1

_TRIES: Final = 12
_LAST_YEAR: Final = 12
_NEIGHBOURS: Final = {
    "a": "qwsz", "b": "vghn", "c": "xdfv", "d": "serfcx", "e": "wsdr", "f": "drtgvc",
    "g": "ftyhbv", "h": "gyujnb", "i": "ujko", "j": "huikmn", "k": "jiolm", "l": "kop",
    "m": "njk", "n": "bhjm", "o": "iklp", "p": "ol", "q": "wa", "r": "edft",
    "s": "awedxz", "t": "rfgy", "u": "yhji", "v": "cfgb", "w": "qase", "x": "zsdc",
    "y": "tghu", "z": "asx",
}  # fmt: skip
_PARTICLES: Final = frozenset(
    words_of("al el de da do dos das abu ben bou abd abdul ud st. mc o la van")
)
_PLACEHOLDERS: Final = ("Unknown", "N/A", "-", "n/a", "Not known", "TBC", "XXX", ".")


@dataclass(frozen=True, slots=True)
class Writer:
    """What the corruptions draw on."""

    city: City
    variants: Variants


@dataclass(frozen=True, slots=True)
class Corruption:
    """One way to write a child differently, and how common it is."""

    label: str
    weight: float
    touches: frozenset[str]
    apply: Callable[[Random, Row, Writer], bool]
    side: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """How often a child is written differently."""

    counts: tuple[float, ...]
    incoming_share: float
    heavy: float
    corruptions: tuple[Corruption, ...]
    bounds: tuple[float, ...]

    @classmethod
    def of(cls, counts: tuple[float, ...], heavy: float) -> "Profile":
        """Return the profile with these shares of no, one, two... corruptions."""
        weights = [
            each.weight * (heavy if "heavy" in each.touches else 1)
            for each in CORRUPTIONS
        ]
        return cls(
            tuple(accumulate(counts)),
            0.6,
            heavy,
            CORRUPTIONS,
            tuple(accumulate(weights)),
        )

    def draw(self, rng: Random) -> Corruption:
        """Return one corruption by its weight."""
        return self.corruptions[bisect(self.bounds, rng.random() * self.bounds[-1])]

    def write(
        self,
        rng: Random,
        rows: tuple[Row | None, Row | None],
        writer: Writer,
        forbidden: frozenset[str] = frozenset(),
    ) -> list[str]:
        """Corrupt the rows of one child and return the labels of what was done.

        A corruption that falls on a side where the child has no row leaves no trace, so
        that a row does not show whether there is another.
        """
        count = bisect(self.counts, rng.random())
        touched = set(forbidden)
        labels = []
        for _ in range(count):
            side = INCOMING if rng.random() < self.incoming_share else EXISTING
            for _try in range(_TRIES):
                one = self.draw(rng)
                if not touched.isdisjoint(one.touches):
                    continue
                chosen = side if one.side is None else one.side
                row = rows[chosen]
                if row is None:
                    break
                if one.apply(rng, row, writer):
                    touched |= one.touches
                    labels.append(one.label)
                    break
        return labels


def mistype(rng: Random, word: str) -> str:
    """Return the word with one slip of the keyboard in it."""
    spots = [
        spot
        for spot, char in enumerate(word)
        if plain(char).lower() in _NEIGHBOURS and (spot or rng.random() < 0.1)
    ]
    if len(spots) < 2:
        return word
    spot = rng.choice(spots)
    char = word[spot]
    near = rng.choice(_NEIGHBOURS[plain(char).lower()])
    near = near.upper() if char.isupper() else near
    kind = rng.random()
    if kind < 0.28:
        return word[:spot] + word[spot + 1 :]
    if kind < 0.52:
        return word[:spot] + near + word[spot + 1 :]
    if kind < 0.76:
        double = char.lower() if rng.random() < 0.6 else near.lower()
        return word[: spot + 1] + double + word[spot + 1 :]
    follower = word[spot + 1 : spot + 2]
    if not follower.isalpha() or follower == char or spot == 0:
        return word[:spot] + near + word[spot + 1 :]
    return word[:spot] + follower + char + word[spot + 2 :]


def _typo(field: str) -> Callable[[Random, Row, Writer], bool]:
    def apply(rng: Random, row: Row, _writer: Writer) -> bool:
        before = row[field]
        row[field] = mistype(rng, before)
        return row[field] != before

    return apply


def _nickname(rng: Random, row: Row, writer: Writer) -> bool:
    given = row["given_name"]
    short = writer.variants.nicknames.get(given)
    if short is None:
        short = writer.variants.full_names.get(given)
    if short is None:
        return False
    row["given_name"] = rng.choice(short)
    return True


def _preferred_as_given(rng: Random, row: Row, _writer: Writer) -> bool:
    preferred, middle = row["preferred_name"], row["middle_name"]
    if preferred and preferred != row["given_name"]:
        row["given_name"] = preferred
        if rng.random() < 0.6:
            row["preferred_name"] = ""
        return True
    if not middle or " " in middle or middle in {"Singh", "Kaur"}:
        return False
    row["given_name"], row["middle_name"] = middle, row["given_name"]
    return True


def _swapped(_rng: Random, row: Row, _writer: Writer) -> bool:
    row["given_name"], row["family_name"] = row["family_name"], row["given_name"]
    return True


def _parts(name: str) -> list[str]:
    parts = name.replace("-", " ").split(" ")
    return [part for part in parts if part.lower() not in _PARTICLES]


def _part_of_double(rng: Random, row: Row, _writer: Writer) -> bool:
    parts = _parts(row["family_name"])
    if len(parts) < 2:
        return False
    row["family_name"] = rng.choice(parts)
    return True


def _hyphen_to_blank(_rng: Random, row: Row, _writer: Writer) -> bool:
    done = False
    for field in ("given_name", "family_name"):
        if "-" in row[field]:
            row[field] = row[field].replace("-", " ")
            done = True
    return done


def _changed_family(rng: Random, row: Row, writer: Writer) -> bool:
    communities = writer.city.communities
    own = int(row["community"])
    chosen = communities[own if rng.random() < 0.7 else writer.city.draw(rng)]
    new = chosen.family.draw(rng)
    if new == row["family_name"]:
        return False
    if rng.random() < 0.12:
        new = f"{row['family_name']}-{new}"
    row["family_name"] = new
    return True


def _middle_missing(_rng: Random, row: Row, _writer: Writer) -> bool:
    if not row["middle_name"]:
        return False
    row["middle_name"] = ""
    return True


def _middle_initial(rng: Random, row: Row, _writer: Writer) -> bool:
    if not row["middle_name"]:
        return False
    row["middle_name"] = row["middle_name"][0] + ("." if rng.random() < 0.3 else "")
    return True


def _second_given_dropped(rng: Random, row: Row, _writer: Writer) -> bool:
    parts = row["given_name"].replace("-", " ").split(" ")
    if len(parts) < 2:
        return False
    shared = parts[0][:2] in {"Mu", "Mo"}
    row["given_name"] = parts[1] if shared and rng.random() < 0.5 else parts[0]
    return True


def _other_case(rng: Random, row: Row, _writer: Writer) -> bool:
    lower = rng.random() < 0.2
    for field in ("given_name", "middle_name", "family_name"):
        row[field] = row[field].lower() if lower else row[field].upper()
    return True


def _accents_dropped(_rng: Random, row: Row, _writer: Writer) -> bool:
    done = False
    for field in ("given_name", "middle_name", "family_name", "preferred_name"):
        before = row[field]
        row[field] = plain(before)
        done = done or row[field] != before
    return done


def _punctuation_lost(rng: Random, row: Row, _writer: Writer) -> bool:
    done = False
    for field in ("given_name", "family_name"):
        before = row[field]
        if "'" in before or "-" in before:
            bare = before.replace("'", "").replace("-", "")
            row[field] = bare.capitalize() if rng.random() < 0.5 else bare
            done = True
    return done


def _mc_spacing(rng: Random, row: Row, _writer: Writer) -> bool:
    name = row["family_name"]
    for prefix in ("Mc", "Mac", "O'"):
        rest = name[len(prefix) :]
        if name.startswith(prefix) and rest[:1].isupper():
            others = {
                "Mc": (f"Mc {rest}", f"Mac{rest}", f"Mc{rest.lower()}"),
                "Mac": (f"Mac {rest}", f"Mc{rest}", f"Mac{rest.lower()}"),
                "O'": (f"O {rest}", f"O\N{RIGHT SINGLE QUOTATION MARK}{rest}", rest),
            }
            row["family_name"] = rng.choice(others[prefix])
            return True
    return False


def _respelt(table: str, fields: tuple[str, ...]) -> Callable[..., bool]:
    def apply(rng: Random, row: Row, writer: Writer) -> bool:
        groups: dict[str, tuple[str, ...]] = getattr(writer.variants, table)
        done = False
        for field in fields:
            name = row[field]
            first, blank, rest = name.partition(" ")
            for known, tail in ((name, ""), (first, blank + rest)):
                if known in groups and (not done or rng.random() < 0.3):
                    row[field] = rng.choice(groups[known]) + tail
                    done = True
                    break
        return done

    return apply


def cyrillic(name: str, groups: tuple[tuple[str, str], ...]) -> str:
    """Return a Ukrainian name in Cyrillic letters."""
    rest, out = name.lower(), ""
    while rest:
        for latin, own in groups:
            if rest.startswith(latin):
                out, rest = out + own, rest[len(latin) :]
                break
        else:
            out, rest = out + rest[0], rest[1:]
    return out.title()


def _other_script(_rng: Random, row: Row, writer: Writer) -> bool:
    given, family = row["given_name"], row["family_name"]
    for script in writer.variants.scripts:
        if given in script and family in script:
            row["given_name"], row["family_name"] = script[given], script[family]
            row["middle_name"] = row["preferred_name"] = ""
            return True
    if writer.city.communities[int(row["community"])].name != "ukrainian":
        return False
    for field in ("given_name", "middle_name", "family_name"):
        row[field] = cyrillic(row[field], writer.variants.cyrillic)
    row["preferred_name"] = ""
    return True


def _day_month(_rng: Random, row: Row, _writer: Writer) -> bool:
    year, month, day = row["date_of_birth"].split("-")
    if day > "12" or day == month:
        return False
    row["date_of_birth"] = f"{year}-{day}-{month}"
    return True


def _date_digit(rng: Random, row: Row, _writer: Writer) -> bool:
    text = row["date_of_birth"]
    for _ in range(_TRIES):
        spot = rng.choice((3, 6, 8, 9, 9, 9))
        changed = text[:spot] + rng.choice("0123456789") + text[spot + 1 :]
        if changed != text and _is_date(changed):
            row["date_of_birth"] = changed
            return True
    return False


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text) < date(2022, 9, 1)
    except ValueError:
        return False


def _year_off(rng: Random, row: Row, _writer: Writer) -> bool:
    year, rest = row["date_of_birth"][:4], row["date_of_birth"][4:]
    changed = f"{int(year) + rng.choice((-1, 1))}{rest}"
    if not _is_date(changed):
        return False
    row["date_of_birth"] = changed
    return True


def _blank(field: str) -> Callable[[Random, Row, Writer], bool]:
    def apply(_rng: Random, row: Row, _writer: Writer) -> bool:
        row[field] = ""
        return True

    return apply


def _gender_wrong(_rng: Random, row: Row, _writer: Writer) -> bool:
    row["gender"] = "M" if row["gender"] == "F" else "F"
    return True


def _grade_moved(step: int) -> Callable[[Random, Row, Writer], bool]:
    def apply(_rng: Random, row: Row, _writer: Writer) -> bool:
        year = int(row["year"]) + step
        if not 0 <= year <= _LAST_YEAR:
            return False
        row["year"] = str(year)
        return True

    return apply


def _placeholder(rng: Random, row: Row, _writer: Writer) -> bool:
    field = rng.choice(
        ("middle_name", "middle_name", "preferred_name", "email", "address", "gender")
    )
    row[field] = rng.choice(_PLACEHOLDERS)
    return True


def _date_placeholder(rng: Random, row: Row, _writer: Writer) -> bool:
    row["date_of_birth"] = rng.choice(("1900-01-01", "1900-01-01", "2000-01-01"))
    return True


def _one(
    label: str,
    weight: float,
    touches: str,
    apply: Callable[[Random, Row, Writer], bool],
    side: int | None = None,
) -> Corruption:
    return Corruption(label, weight, frozenset(touches.split()), apply, side)


CORRUPTIONS: Final = (
    _one("typo", 9, "given", _typo("given_name")),
    _one("typo", 9, "family", _typo("family_name")),
    _one("nickname", 24, "given", _nickname),
    _one("preferred_as_given", 4, "given middle heavy", _preferred_as_given),
    _one("swapped_names", 5, "given family", _swapped),
    _one("part_of_double_barrelled", 25, "family", _part_of_double),
    _one("hyphen_to_blank", 10, "hyphen", _hyphen_to_blank),
    _one("changed_family_name", 9, "family heavy date", _changed_family),
    _one("middle_missing", 10, "middle", _middle_missing),
    _one("middle_initial", 4, "middle", _middle_initial),
    _one("second_given_dropped", 16, "given", _second_given_dropped),
    _one("other_case", 4, "case", _other_case),
    _one("accents_dropped", 12, "accents", _accents_dropped),
    _one("punctuation_lost", 8, "hyphen", _punctuation_lost),
    _one("mc_spacing", 16, "hyphen family", _mc_spacing),
    _one(
        "transliteration",
        26,
        "given family",
        _respelt("transliterations", ("given_name", "family_name")),
    ),
    _one("spelling_variant", 8, "given", _respelt("spellings", ("given_name",))),
    _one("spelling_variant", 4, "family", _respelt("spellings", ("family_name",))),
    _one("other_script", 24, "given family middle heavy", _other_script),
    _one("day_month_exchanged", 8, "date", _day_month),
    _one("date_digit", 4.5, "date", _date_digit),
    _one("year_off", 1.5, "date", _year_off),
    _one("date_missing", 6, "date heavy", _blank("date_of_birth")),
    _one("date_placeholder", 1, "date heavy", _date_placeholder),
    _one("gender_missing", 2.5, "gender", _blank("gender")),
    _one("gender_wrong", 1, "gender", _gender_wrong),
    _one("year_moved_up", 3, "year", _grade_moved(1), INCOMING),
    _one("year_moved_up", 2, "year", _grade_moved(-1), EXISTING),
    _one("placeholder", 2, "middle gender", _placeholder),
)
