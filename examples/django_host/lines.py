"""Count what a host had to write: lines of code, without blanks, comments, docstrings.

``python lines.py`` prints the figures of the README.
"""

import ast
import sys
import tokenize
from pathlib import Path

TRANSFERS = Path(__file__).parent / "transfers"
PORTS = (
    "storage.py",
    "transaction.py",
    "sites.py",
    "pupils.py",
    "results.py",
    "roster.py",
    "index.py",
    "codes.py",
    "imports.py",
    "merges.py",
    "applied_matches.py",
)
AROUND = {
    "the tables beside the platform's": ("models.py",),
    "following the platform": (
        "apps.py",
        "following.py",
        "management/commands/index_pupils.py",
    ),
    "the service, who acts, the timer": (
        "service.py",
        "management/commands/run_transfers.py",
    ),
    "the pages": ("views.py", "urls.py"),
}
NOISE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def code_lines(path: Path) -> int:
    """Count the lines of a file that have code."""
    with path.open("rb") as file:
        tokens = list(tokenize.tokenize(file.readline))
    lines = {
        line
        for token in tokens
        if token.type not in NOISE
        for line in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            lines -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def main() -> None:
    """Print a line for each file of the ports, and one for each other part."""
    ports = {name: code_lines(TRANSFERS / name) for name in PORTS}
    around = {
        part: sum(code_lines(TRANSFERS / name) for name in names)
        for part, names in AROUND.items()
    }
    for name, count in (ports | around).items():
        sys.stdout.write(f"{count:5} {name}\n")
    of_ports = sum(ports.values())
    sys.stdout.write(f"{of_ports:5} the ports alone\n")
    sys.stdout.write(f"{of_ports + sum(around.values()):5} everything\n")


if __name__ == "__main__":
    main()
