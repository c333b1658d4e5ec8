"""What is in a world, told so that two worlds can be compared."""

import json
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum

import attrs

from student_transfer.codes import CodeState
from student_transfer.students import Student
from student_transfer.testing.dump import KeptSite
from student_transfer.testing.recovery.world import World


def told(world: World) -> str:
    """Tell everything of both sites, but for what tells one world from another.

    Those are the names that were made, digests of codes, how often an import was
    saved, and edits that were made once more and changed nothing. Codes that were
    revoked because their answer was lost are left out.
    """
    everything = {
        site_id: _told_site(site, world) for site_id, site in world.dump().items()
    }
    text = json.dumps(everything, separators=(",\n", ": "))  # an indent takes long
    for site_id, name in ((world.old, "old"), (world.new, "new")):
        text = text.replace(f'"{site_id}', f'"{name}')
    made: dict[str, str] = {}
    return re.sub(
        rf"\bn{world.number}-\d+",
        lambda found: made.setdefault(found[0], f"made {len(made) + 1}"),
        text,
    )


def _told_site(site: KeptSite, world: World) -> Mapping[str, object]:
    """Tell what is kept of a site, students first and by name."""

    def by_name(student: Student) -> tuple[str, str, str]:
        return student.family_name, student.given_name, student.key

    return {
        "students": [
            [_plain(student), _plain(site.records[student.key])]
            for student in sorted(site.students.values(), key=by_name)
        ],
        "size": site.size,
        "imports": [
            _plain(
                attrs.evolve(
                    one,
                    edits=[edit for edit in one.edits if edit.before != edit.after],
                )
            )
            for one in site.imports
        ],
        "codes": [
            _plain(code)
            for code in site.codes
            if code.id in world.names or code.state is not CodeState.REVOKED
        ],
        "merges": [_plain(merge) for merge in site.merges],
    }


_OF_THIS_WORLD = {"digest", "version"}


def _plain(value: object) -> object:
    """Return a value in numbers, texts, lists and dictionaries of texts."""
    kind = type(value)
    if attrs.has(kind):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in attrs.fields(kind)
            if field.name not in _OF_THIS_WORLD
        }
    if isinstance(value, Mapping):
        return {str(key): _plain(value[key]) for key in sorted(value)}
    if isinstance(value, AbstractSet):
        return sorted(map(_plain, value), key=str)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value.value if isinstance(value, Enum) else str(value)
