"""A conversation longer than the page may hold, read from its end to its beginning and back."""

from pathlib import Path

import pytest

from benchmarks.generate import generate
from benchmarks.scrolling import open_conversation, scroll
from tests.browser.conftest import Arrive
from webapp.clock import SystemClock

pytestmark = pytest.mark.browser

# The larger of the two conversations has two thirds of them: half as many again as a page holds.
MESSAGES = 450
MOST_ROWS = 200
LARGEST_JUMP_PX = 2


def test_nothing_but_the_wheel_moves_the_text(arrive: Arrive, tmp_path: Path) -> None:
    # Given an account with a long conversation
    generate(
        tmp_path / "Ines" / "data",
        messages_count=MESSAGES,
        conversations_count=2,
        now_ms=SystemClock().now_ms(),
    )
    page = arrive("Ines").opens_the_app().page
    open_conversation(page, 1)
    for end in ("start", "end"):
        # When it is scrolled through to an end
        seen = scroll(page, to=end)
        # Then all that moved the text was the wheel, and the page did not grow
        assert max(seen.jumps) <= LARGEST_JUMP_PX
        assert seen.rows <= MOST_ROWS
