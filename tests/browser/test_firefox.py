"""The story of the first message once more, in the other browser that people have."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Arrive

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(firefox: Browser) -> Browser:
    return firefox


def test_two_people_exchange_messages_in_firefox(arrive: Arrive) -> None:
    ilse = arrive("Ilse").opens_the_app().makes_an_account()
    tomek = arrive("Tomek", width=390).opens_the_app().makes_an_account()

    ilse.writes_to(tomek.own_id()).sends("Hello Tomek").sees_all_sent()
    tomek.opens_conversation_with("Ilse").sees("Hello Tomek").sends("Hello Ilse")

    ilse.sees("Hello Ilse")
    for person in (ilse, tomek):
        person.sees_only("Hello Tomek", "Hello Ilse")
