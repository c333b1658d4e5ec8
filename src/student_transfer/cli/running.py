"""How a program ends: in words for a person, with an exit code for a script."""

import io
import os
import sys
from collections.abc import Callable

from student_transfer.cli.output import (
    Exit,
    exit_code,
    print_error,
    print_failure,
    warn,
)
from student_transfer.errors import StudentTransferError


def run_in_words(program: Callable[[], object]) -> None:
    """Run a program; an error of the library ends it in words, not in a trace."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal of few letters shows all
            stream.reconfigure(errors="backslashreplace")
    try:
        program()
    except StudentTransferError as error:
        print_error(error)
        sys.exit(exit_code(error))
    except OSError as error:
        print_failure(f"{error.strerror or type(error).__name__}: {error.filename}")
        sys.exit(Exit.UNEXPECTED)
    except Exception as error:
        if os.environ.get("STUDENT_TRANSFER_TRACE"):
            raise
        # Neither its message nor its trace is shown: they may hold personal data.
        print_failure(f"an unexpected {type(error).__name__}.")
        warn("This is a fault of the program. Set STUDENT_TRANSFER_TRACE=1 to see it.")
        sys.exit(Exit.UNEXPECTED)
