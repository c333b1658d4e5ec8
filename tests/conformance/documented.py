"""The page on proving a storage: its hosts, and what it says that happens.

``python -m tests.conformance.documented FOLDER`` writes the code of the page there,
runs the command of the page in it, and says whether the page tells what comes out. It
takes a minute or two, so it is a step of ``.ci/run`` and no test.
"""

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "prove-your-storage.md"


def blocks(language: str) -> list[str]:
    """Return the code blocks of the page."""
    text = PAGE.read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def host() -> str:
    """Return the host that the command of the page names."""
    [command] = [block for block in blocks("console") if block.startswith("$")]
    return command.split()[-1]


def run(folder: Path, name: str, *options: str) -> list[str]:
    """Run the command of the page in a folder with its code; give what it says."""
    (folder / "our_host.py").write_text("\n".join(blocks("python")), "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "student_transfer.testing", name, *options],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    return ran.stdout.splitlines()


def main() -> None:
    """Prove the host of the page, and compare the last line."""
    [[said]] = [block.splitlines() for block in blocks("text")]
    told = run(Path(sys.argv[1]), host())[-1]
    if told != said:
        sys.exit(f"{PAGE.name} says {said!r}, and it is {told!r}: correct the page")
    sys.stdout.write(f"{told}\n")


if __name__ == "__main__":
    main()
