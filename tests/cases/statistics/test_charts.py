"""Where the marks lie."""
import pytest

from cases.statistics.charts import HIGH, TOP, WIDTH, Mark, bars, columns, line

MARKS = [Mark("March", 10), Mark("April", None), Mark("May", 40)]


def test_columns_are_as_high_as_their_number_and_a_hidden_one_is_hollow():
    chart = columns(MARKS, rtl=False)
    assert [box.height for box in chart.boxes] == [HIGH / 4, 6, HIGH]
    assert [box.hollow for box in chart.boxes] == [False, True, False]
    assert [words.text for words in chart.words] == ["March", "May", "10", "40"]
    assert all(box.x >= 0 and box.x + box.width <= WIDTH for box in chart.boxes)


def test_in_urdu_time_begins_at_the_right():
    left, right = columns(MARKS, rtl=False), columns(MARKS, rtl=True)
    assert [WIDTH - box.x - box.width for box in right.boxes] == pytest.approx([box.x for box in left.boxes], abs=0.2)
    assert bars(MARKS, rtl=True).boxes[1].x == WIDTH - WIDTH / 4


def test_bars_show_the_longest_first_and_leave_out_what_is_hidden():
    chart = bars(MARKS, rtl=False)
    assert [(box.width, words.text) for box, words in zip(chart.boxes, chart.words[::2], strict=True)] == [
        (WIDTH, "May"), (WIDTH / 4, "March")]


def test_a_line_is_broken_where_a_number_is_hidden():
    path = line([Mark("1", 4), Mark("2", 8), Mark("3", None), Mark("4", 8)], rtl=False).line
    assert path == f"M40.0 {TOP + HIGH / 2}h0L120.0 {TOP:.1f}M280.0 {TOP:.1f}h0"


def test_nothing_to_show_is_no_chart():
    for draw in (bars, columns, line):
        assert draw([Mark("March", None)], rtl=False) is None
        assert draw([], rtl=False) is None
