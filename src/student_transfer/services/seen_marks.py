"""A change is made of what a person has seen, or refused (AFTER-1, AFTER-2)."""

from collections.abc import Callable

from student_transfer.errors import ConcurrentChangeError


def check_seen(
    seen: str | None, mark: Callable[[], str], *, changed: str, advice: str, rule: str
) -> None:
    """Refuse to change what is no longer as a person has seen it, if anybody has.

    Args:
        seen: The mark of what was looked at; see `student_transfer.merges.mark_of`.
        mark: Gives the mark of what is there now.
        changed: Says what has changed, where something has.
        advice: What to do then.
        rule: By which rule.

    Raises:
        ConcurrentChangeError: The two marks differ.

    >>> told = {"changed": "It has changed.", "advice": "Look.", "rule": "AFTER-1"}
    >>> check_seen(None, lambda: "b", **told)
    >>> check_seen("b", lambda: "b", **told)
    >>> check_seen("a", lambda: "b", **told)
    Traceback (most recent call last):
    student_transfer.errors.ConcurrentChangeError: It has changed. Look. [AFTER-1]
    """
    if seen is not None and seen != mark():
        raise ConcurrentChangeError(changed, advice=advice, rule=rule)
