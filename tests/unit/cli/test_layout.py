"""Tables of the command line at every width."""

import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from student_transfer.cli.layout import Cells, Column, table

COLUMNS = (
    Column("key", "key"),
    Column("n", "n", is_numeric=True),
    Column("why", "why"),
)
ROWS = (
    {"key": "13001", "n": "7", "why": "agrees in what matters; date of birth differs"},
    {"key": "3", "n": "10", "why": ""},
)


def lines(
    width: int | None, rows: Sequence[Cells] = ROWS, below: str = ""
) -> list[str]:
    """Return the lines of a table on a terminal of this width; None is a pipe."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=width is not None, _environ={}
    )
    return [line.plain for line in table(rows, COLUMNS, console, below)]


def test_nothing_wraps_in_a_pipe() -> None:
    """A script finds one row in one line, and numbers are on the right."""
    assert lines(None, below="why") == [
        "key     n  why",
        "13001   7  agrees in what matters; date of birth differs",
        "3      10",
    ]


def test_a_cell_wraps_between_words() -> None:
    """On a narrow terminal the widest column gives way, and no word is broken."""
    assert lines(35) == [
        "key     n  why",
        "13001   7  agrees in what matters;",
        "           date of birth differs",
        "3      10",
    ]


def test_a_long_text_goes_below_its_row() -> None:
    """A column that does not fit beside the others gets lines of its own."""
    assert lines(35, below="why") == [
        "key     n",
        "13001   7",
        "    agrees in what matters; date of",
        "    birth differs",
        "3      10",
    ]


def test_a_table_that_cannot_be_one() -> None:
    """Where even the longest words do not fit each row becomes a block of lines."""
    assert lines(12) == [
        "key  13001",
        "n    7",
        "why  agrees in what matters; date of birth differs",
        "",
        "key  3",
        "n    10",
    ]


@given(
    st.lists(
        st.fixed_dictionaries(
            dict.fromkeys(("key", "n", "why"), st.text("ab 名é-", max_size=30))
        ),
        min_size=1,
        max_size=4,
    ),
    st.integers(10, 100),
    st.sampled_from(["", "why"]),
)
def test_no_letter_is_lost_at_any_width(
    rows: list[dict[str, str]], width: int, below: str
) -> None:
    """Whatever the cells and the width, every letter is there."""
    shown = lines(width, rows, below)
    for letter in "ab名é-":
        wanted = sum(text.count(letter) for row in rows for text in row.values())
        assert "".join(shown).count(letter) >= wanted


@pytest.mark.parametrize("width", [30, 40, 60])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """A terminal never has to break a line of a table itself."""
    rows = [{"key": "名前 名前", "n": "1", "why": "one two three four five six seven"}]
    for below in ("", "why"):
        assert max(map(cell_len, lines(width, rows, below))) <= width
