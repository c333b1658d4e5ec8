"""How a program ends: in words for a person, with an exit code for a script."""

import io
import os
import sys
from collections.abc import Callable

from student_transfer.errors import StudentTransferError

_INTERRUPTED = 130


def run_in_words(program: Callable[[], object]) -> None:
    """Run a program; an error of the library ends it in words, not in a trace."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal of few letters shows all
            stream.reconfigure(errors="backslashreplace")
    try:
        program()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:  # whoever read has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        from student_transfer.cli import output  # noqa: PLC0415 - only if it fails

        if isinstance(error, StudentTransferError):
            output.print_error(error)
            sys.exit(output.exit_code(error))
        if isinstance(error, OSError):
            said = error.strerror or type(error).__name__
            of_file = "" if error.filename is None else f": {error.filename}"
            output.print_failure(f"{said}{of_file}")
            sys.exit(output.Exit.UNEXPECTED)
        if os.environ.get("STUDENT_TRANSFER_TRACE"):
            raise
        # Neither its message nor its trace is shown: they may hold personal data.
        output.print_failure(f"an unexpected {type(error).__name__}.")
        output.warn(
            "This is a fault of the program. Set STUDENT_TRANSFER_TRACE=1 to see it."
        )
        sys.exit(output.Exit.UNEXPECTED)
