"""The command line: ``student-transfer``, of the extra ``cli``.

Importing this module loads neither Typer nor SQLAlchemy; `main` does.

- `app`: the program, its commands, and how it ends.

The commands:

- `setup`: sites, administrators, files; what is on a site.
- `sending`: the source: request, code.
- `receiving`: the destination, from the code to the log.
- `review`: the preview and its review.
- `afterwards`: merges and undoing.
- `match`, `why` and `evaluate`: two roster files, without a database.
- `serving`: the pages, to be seen on this machine.

What they share:

- `session`: storage, service and who acts.
- `options`: options and arguments.
- `output`, `layout` and `notes`: what is printed.
- `explained`: why two are matched, or not.
- `usage` and `running`: what is wrong, and exit codes.
"""

import os
import sys
from importlib.util import find_spec

_NEEDED = ("typer", "rich", "sqlalchemy", "cattrs")


def main() -> None:
    """Run the command line, or say in one line what to install first."""
    if any(find_spec(package) is None for package in _NEEDED):
        sys.exit(
            "student-transfer: the command line needs its extra. "
            "Install it with: python -m pip install 'student-transfer[cli]'"
        )
    if sys.argv[1:2] == ["match"]:  # it needs no database, and should begin at once
        from student_transfer.cli.match import run  # noqa: PLC0415 - loads the extra
    else:
        from student_transfer.cli.app import run  # noqa: PLC0415 - loads the extra

    run()


def program() -> None:
    """Run the command line as a program of its own, which ends with it.

    When files were matched all is written, and what the process still holds goes with
    it: to free it piece by piece takes longer than some of the work.
    """
    try:
        main()
    except SystemExit as end:
        if end.code or sys.argv[1:2] != ["match"]:
            raise
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # one may be closed
                stream.flush()
        os._exit(0)
