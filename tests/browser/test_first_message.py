"""The story of the first message: two people, two browsers, three hops between them."""

import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive

pytestmark = pytest.mark.browser

LONG = "A long letter. " * 133 + "Done."
RIGHT_TO_LEFT = "شكرا، وصلت الرسالة"
EMOJI = "👩‍👩‍👧‍👦 🇳🇱 👍🏽"
ECHO_ANSWERS_WITHIN_S = 10


def test_two_people_exchange_messages_through_a_crash(arrive: Arrive) -> None:
    ilse = arrive("Ilse").opens_the_app().makes_an_account()
    tomek = arrive("Tomek").opens_the_app().makes_an_account()

    ilse.writes_to(tomek.own_id()).sends("Hello Tomek").sees_all_sent()
    tomek.opens_conversation_with("Ilse").sees("Hello Tomek")
    for text in (EMOJI, RIGHT_TO_LEFT, LONG):
        tomek.sends(text)
    first_half = [f"ilse {n}" for n in range(1, 10)]
    for text in first_half:
        ilse.sends(text)

    ilse.app.kill()
    for text in [f"tomek {n}" for n in range(1, 8)]:
        tomek.sends(text)
    ilse.comes_back().opens_conversation_with("Tomek")
    second_half = [f"ilse {n}" for n in range(10, 20)]
    for text in second_half:
        ilse.sends(text)
    for text in [f"tomek {n}" for n in range(8, 18)]:
        tomek.sends(text)

    ilse.sees("tomek 17").sees_all_sent()
    tomek.sees("ilse 19").sees_all_sent()
    from_tomek = [EMOJI, RIGHT_TO_LEFT, LONG, *(f"tomek {n}" for n in range(1, 18))]
    from_ilse = ["Hello Tomek", *first_half, *second_half]
    for person in (ilse, tomek):
        bubbles = person.page.locator("#log .bubble__text")
        expect(bubbles).to_have_count(len(from_ilse) + len(from_tomek))
        texts = person.reads()
        assert [text for text in texts if text in from_ilse] == from_ilse
        assert [text for text in texts if text in from_tomek] == from_tomek


def test_echo_answers_a_newcomer(arrive: Arrive) -> None:
    newcomer = arrive("Marit", network="local").opens_the_app()
    began = time.monotonic()
    newcomer.makes_an_account()

    newcomer.page.get_by_role("button", name="Echo").first.click()
    newcomer.sends("Is anybody there?")
    expect(newcomer.page.locator("#log .message:not(.message--out)")).not_to_have_count(0)

    assert time.monotonic() - began < ECHO_ANSWERS_WITHIN_S
