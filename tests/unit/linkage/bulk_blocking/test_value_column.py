"""Unit tests of a column whose values are made into numbers once each."""

from collections.abc import Sequence

from student_transfer.linkage.bulk_blocking.value_column import ValueColumn


def test_a_value_is_made_once_however_often_it_is_met() -> None:
    """That is what makes reading by columns sooner; each row is counted (MATCH-5)."""
    asked = list[str]()

    def make(texts: Sequence[str]) -> list[tuple[int, int]]:
        asked.extend(texts)
        return [(len(text), 7) for text in texts]

    column = ValueColumn(make, 2)
    sheet = column.read(["Ada", "Zoë", "Ada", "Mo"])
    assert sheet.column(0).tolist() == [3, 3, 3, 2]
    assert column.read(["Mo"], is_counted=False).column(1).tolist() == [7]
    assert sorted(asked) == ["Ada", "Mo", "Zoë"]
    times = dict(zip(column, column.times.tolist(), strict=False))
    assert times == {"Ada": 2, "Zoë": 1, "Mo": 1}


def test_a_column_has_room_for_any_number_of_values() -> None:
    """What was made and counted before there was too little room is kept."""
    column = ValueColumn(lambda texts: [(int(text),) for text in texts], 1)
    before = column.read(["3", "5"])
    many = [str(number) for number in range(3000)]
    assert column.read(many).column(0).tolist() == [*range(3000)]
    assert before.column(0).tolist() == [3, 5]
    assert sorted(column.made(0).tolist()) == [*range(3000)]
    times = dict(zip(column, column.times.tolist(), strict=False))
    assert (times["3"], times["5"], times["2999"]) == (2, 2, 1)
