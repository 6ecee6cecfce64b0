"""The colours of accounts."""

import pytest

from webapp.protocol.identifiers import AccountId
from webapp.services import hues
from webapp.services.hues import ACCENT_HUE, HUES


def account_id(first: int) -> AccountId:
    return AccountId(bytes([first]) + bytes(31))


def test_a_person_has_the_colour_of_the_first_byte_of_the_key() -> None:
    assert [hues.of_person(account_id(first)) for first in range(256)] == [
        first % HUES for first in range(256)
    ]


def test_the_account_bar_never_has_the_colour_of_the_accent() -> None:
    for first in range(256):
        for taken in ((), (ACCENT_HUE + 1,), tuple(range(9))):
            assert hues.choose(account_id(first), taken=taken) != ACCENT_HUE


@pytest.mark.parametrize("first", range(HUES))
def test_eight_accounts_have_eight_colours(first: int) -> None:
    chosen: list[int] = []
    for _ in range(8):
        chosen.append(hues.choose(account_id(first), taken=chosen))

    assert len(set(chosen)) == 8


def test_an_account_keeps_its_own_colour_where_nobody_has_it() -> None:
    assert hues.choose(account_id(7), taken=(1, 2)) == 7
    assert hues.choose(account_id(7), taken=(7,)) == 8
