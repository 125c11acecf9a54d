"""The steps of a thing: how it began and what came last are kept."""

from shared.kernel.history import with_step


def test_a_step_stands_behind_the_others() -> None:
    assert with_step(("a", "b"), "c", limit=3) == ("a", "b", "c")
    assert with_step((), "a", limit=3) == ("a",)


def test_of_a_history_that_is_too_long_the_middle_is_left_out() -> None:
    assert with_step(("a", "b", "c"), "d", limit=3) == ("a", "c", "d")
    assert with_step(("a", "b", "c", "d"), "e", limit=3) == ("a", "d", "e")
