from hypothesis import given
from hypothesis import strategies as st

from guard.charts import bars


def test_the_longest_bar_fills_the_width_and_the_others_are_in_proportion() -> None:
    assert list(bars([("Mon", 4), ("Tue", 2), ("Wed", 0)], 20)) == [
        "Mon █████████████ 4",
        "Tue ██████▌ 2",
        "Wed 0",
    ]


def test_nothing_is_a_bar_of_nothing() -> None:
    assert list(bars([("a", None), ("b", None)], 40)) == ["a 0", "b 0"]
    assert list(bars([], 40)) == []


@given(
    st.lists(st.tuples(st.text(max_size=12), st.none() | st.floats(-1e9, 1e9) | st.integers(-(10**9), 10**9))),
    st.integers(40, 200),
)
def test_a_line_is_never_wider_than_it_may_be(points: list[tuple[str, float | int | None]], width: int) -> None:
    lines = list(bars(points, width))
    assert len(lines) == len(points)
    assert all(len(line) <= width for line in lines)
