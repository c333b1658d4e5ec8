"""The commands: ``python -m background_jobs COMMAND``."""

import argparse
import os

from background_jobs.demo import run_demo
from background_jobs.host import Host
from background_jobs.settings import Settings
from background_jobs.worker import log_to_standard_error, run_worker
from student_transfer import StudentTransferError
from student_transfer.imports import ImportId


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="background_jobs", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="make the tables of the storage and the queue")
    worker = commands.add_parser("worker", help="do jobs until told to stop")
    worker.add_argument("--name", default="worker")
    commands.add_parser("report", help="say what is due and what the queue does")
    resume = commands.add_parser("resume", help="get an import going again")
    resume.add_argument("import_id", metavar="IMPORT")
    demo = commands.add_parser("demo", help="show all of it on invented students")
    demo.add_argument("--students", type=int, default=58, help="how many in the year")
    demo.add_argument("--workers", type=int, default=2)
    demo.add_argument(
        "--kill", action="store_true", help="kill a worker in the middle of the import"
    )
    return parser


def main() -> None:
    """Run a command."""
    given = _parser().parse_args()
    if given.command == "demo":
        run_demo(students=given.students, workers=given.workers, kill=given.kill)
        return
    settings = Settings.from_environment(os.environ)
    if given.command == "worker":
        log_to_standard_error(given.name)
        run_worker(settings, given.name)
        return
    with Host(settings) as host:
        if given.command == "setup":
            print("the tables are there")
        elif given.command == "report":
            print(*host.report() or ["nothing is due"], sep="\n")
        elif given.command == "resume":
            try:
                host.resume(ImportId(given.import_id))
            except StudentTransferError as error:
                raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
