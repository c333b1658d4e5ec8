"""What is done again after any call of a port has failed comes to the same end.

Each `Step` is taken once undisturbed. Then, for every call of a port that this made, it
is taken on new sites with that call failing once, before its effect or after it. People
do again what failed, the worker runs again and an operator resumes; in the end every
row of both sites has to be as it was undisturbed.

- `world`: two sites, on a storage that may fail.
- `steps`: what people and workers do.
- `disturbing`: a step, with each call failing once.
- `telling`: what is in a world, to be compared.
"""

from student_transfer.testing.recovery.disturbing import (
    BUSY,
    CHANGED,
    ERRORS,
    LOST,
    Difference,
    Tried,
    disturb,
)
from student_transfer.testing.recovery.steps import STEPS, Step

__all__ = [
    "BUSY",
    "CHANGED",
    "ERRORS",
    "LOST",
    "STEPS",
    "Difference",
    "Step",
    "Tried",
    "disturb",
]
