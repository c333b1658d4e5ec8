"""Shows in what two values differ: their own repr hides what is about a child.

In the kit all children are invented.
"""

from collections.abc import Iterator, Mapping, Sequence

import attrs

_MOST = 20


def differences(left: object, right: object, at: str = "") -> Iterator[str]:
    """Yield each place in which two values differ, with what is there.

    >>> from student_transfer.sites import School
    >>> [*differences([School("elm", "a", "Elm")], [School("elm", "a", "Oak")])]
    ["[0].name: 'Elm' != 'Oak'"]
    """
    inside = [] if left == right else _inside(left, right)
    if inside is None:
        yield f"{at}: {left!r} != {right!r}"
        return
    for name, one, other in inside:
        yield from differences(one, other, at + name)


def _inside(left: object, right: object) -> list[tuple[str, object, object]] | None:
    """Name what two values of one shape are made of; None where that is nothing."""
    kind: type = type(left)
    if attrs.has(kind) and type(right) is kind:
        names = [field.name for field in attrs.fields(kind) if field.eq]
        return [(f".{n}", getattr(left, n), getattr(right, n)) for n in names]
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        same = left.keys() == right.keys()
        return [(f"[{k!r}]", left[k], right[k]) for k in left] if same else None
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        pairs = list(enumerate(zip(left, right, strict=False)))
        same = len(left) == len(right)
        return [(f"[{n}]", one, other) for n, (one, other) in pairs] if same else None
    return None


class Showing:
    """What pytest asks in what two values differ that a promise compared."""

    def pytest_assertrepr_compare(
        self, op: str, left: object, right: object
    ) -> Sequence[str] | None:
        """Tell the fields; pytest says best itself what is not of values with such."""
        found = [*differences(left, right)] if op == "==" else []
        if not any("." in line.partition(":")[0] for line in found):
            return None
        return [f"equality, but {found[0]}", *found[1:_MOST]]
