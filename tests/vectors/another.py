"""An implementation of the code rules that shares nothing with the library.

It is written from the rules alone, with tables of logarithms in place of the library's
shifts, and needs the standard library only: what the vectors ask can be answered by
anybody. It reads questions and writes answers, one line of JSON each.
"""

import json
import re
import sys
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
LIFE = {
    "available": {"claim": "claimed", "revoke": "revoked"},
    "claimed": {"use": "used", "release": "available", "revoke": "revoked"},
}
INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u3164\uffa0\u17b4\u17b5\u2800\ufe00-\ufe0f\u180b-\u180f"
    "\U000e0100-\U000e01ef\u2053\u207b\u208b\u2212\u2043]"
)

powers = [1]  # of x, in the field of 32 elements
while len(powers) < 31:
    doubled = powers[-1] * 2
    powers.append(doubled if doubled < 32 else doubled ^ 37)
LOG = {element: power for power, element in enumerate(powers)}


class RefusedError(Exception):
    """An outcome that is a fault."""


def rest(symbols: str) -> int:
    """Return the weighted sum of 25 symbols: zero if all is right."""
    total = 0
    for place, symbol in enumerate(symbols):
        value = SYMBOLS.index(symbol)
        if value:
            total ^= powers[(LOG[value] + 24 - place) % 31]
    return total


def shown(symbols: str) -> str:
    """Return the code in groups of five."""
    return "-".join(symbols[at : at + 5] for at in range(0, 25, 5))


def read(entered: str) -> str:
    """Read what was typed."""
    kept = "".join(
        sign
        for sign in INVISIBLE.sub("", entered)
        if unicodedata.category(sign) not in {"Pd", "Zs", "Zl", "Zp", "Cf", "Cc"}
    )
    if len(entered) > 1000 or not re.fullmatch("[0-9A-Za-z]{25}", kept):
        raise RefusedError("malformed_code", "CODE-9")
    symbols = kept.upper().translate(READ_AS)
    if "U" in symbols:
        raise RefusedError("malformed_code", "CODE-9")
    if rest(symbols):
        raise RefusedError("mistyped_code", "CODE-9")
    return symbols


def time(text: str) -> datetime:
    """Read an instant."""
    return datetime.fromisoformat(text).astimezone(UTC)


def enter(given: Json) -> Json:
    """Accept an entered code, or say why not."""
    symbols = read(given["entered"])
    for code in given["known"]:
        if code["code"] == shown(symbols):
            break
    else:
        raise RefusedError("unknown_code", "CODE-11")
    if code["state"] == "revoked":
        raise RefusedError("revoked_code", "CODE-8")
    if code["site_id"] == given["entered_on"]:
        raise RefusedError("same_site_code", "CODE-6")
    if code["state"] == "used":
        raise RefusedError("used_code", "CODE-4")
    if code["state"] == "claimed":
        raise RefusedError("claimed_code", "CODE-7")
    if time(given["now"]) - time(code["generated_at"]) > timedelta(days=30):
        raise RefusedError("expired_code", "CODE-5")
    return {"site_id": code["site_id"]}


def life(given: Json) -> Json:
    """Let a code live."""
    state, steps = given["state"], list[Json]()
    for event in given["events"]:
        following = LIFE.get(state, {}).get(event)
        if following is None:
            rule = "CODE-8" if event == "revoke" else "CODE-4"
            steps.append({"fault": {"kind": "illegal_transition", "rule": rule}})
        else:
            state = following
            steps.append({"state": state})
    return {"steps": steps}


OPERATIONS: dict[str, Callable[[Json], Json]] = {
    "code.read": lambda given: {"code": shown(read(given["entered"]))},
    "code.enter": enter,
    "code.life": life,
}


def answer(question: Json) -> Json:
    """Answer one question."""
    operation = OPERATIONS.get(question["operation"])
    if operation is None:
        return {"unsupported": True}
    try:
        return {"result": operation(question["input"])}
    except RefusedError as fault:
        kind, rule = fault.args
        return {"fault": {"kind": kind, "rule": rule}}


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
