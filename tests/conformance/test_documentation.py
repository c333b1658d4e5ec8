"""The page on proving a storage shows what happens."""

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "prove-your-storage.md"


def blocks(language: str) -> list[str]:
    """Give the code blocks of the page."""
    text = PAGE.read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def run(folder: Path, host: str, *options: str) -> list[str]:
    """Run the command of the page in a folder with its code; give what it says."""
    (folder / "our_host.py").write_text("\n".join(blocks("python")), "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "student_transfer.testing", host, *options],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    return ran.stdout.splitlines()


def test_the_command_says_what_the_page_says(tmp_path: Path) -> None:
    """The host of the page keeps all promises that it claims."""
    [command] = [block for block in blocks("console") if block.startswith("$")]
    host = command.split()[-1]
    [[last]] = [block.splitlines() for block in blocks("text")]
    assert run(tmp_path, host)[-1] == last


def test_the_other_hosts_of_the_page_work(tmp_path: Path) -> None:
    """The back door counts, and the server's host begins."""
    for host in ("OurHostWithBackDoor", "OurServerHost"):
        told = run(tmp_path, f"our_host:{host}", "--only", "last_row or claims_last")
        assert [line.split()[0] for line in told if "(CODE-7)" in line] == ["holds"]
    assert not [line for line in told if "FAILS" in line]
