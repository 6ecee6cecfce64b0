"""The emoji used last."""

import pytest

from tests.services.correspondents import Correspondent
from webapp.services import recent_emoji
from webapp.services.errors import NotAnEmoji
from webapp.services.recent_emoji import RECENT_LIMIT

FAMILY = "👩‍👩‍👧‍👦"
WALES = "🏴󠁧󠁢󠁷󠁬󠁳󠁿"


def test_a_new_account_has_used_none(alice: Correspondent) -> None:
    assert recent_emoji.of(alice.account) == ()


def test_the_last_one_stands_first_and_once(alice: Correspondent) -> None:
    for emoji in ("😀", FAMILY, WALES, "😀"):
        recent_emoji.note(alice.account, emoji)

    assert recent_emoji.of(alice.account) == ("😀", WALES, FAMILY)


def test_only_a_few_are_remembered(alice: Correspondent) -> None:
    emoji = [chr(0x1F600 + number) for number in range(RECENT_LIMIT + 5)]
    for each in emoji:
        recent_emoji.note(alice.account, each)

    assert recent_emoji.of(alice.account) == tuple(reversed(emoji[5:]))


@pytest.mark.parametrize("text", ["", " ", "😀 😀", "😀\n", "x" * 17, FAMILY * 3])
def test_what_cannot_be_an_emoji_is_refused_and_changes_nothing(
    alice: Correspondent, text: str
) -> None:
    recent_emoji.note(alice.account, "😀")

    with pytest.raises(NotAnEmoji):
        recent_emoji.note(alice.account, text)

    assert recent_emoji.of(alice.account) == ("😀",)
