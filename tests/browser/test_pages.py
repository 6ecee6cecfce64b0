"""Every page and state a person can reach: nothing serious for axe, in both widths and colours."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive
from tests.browser.people import Person
from tests.browser.walks import WIDTHS, looks_around
from webapp.protocol.keys import Seed
from webapp.protocol.recovery import encode_recovery_password

pytestmark = pytest.mark.browser


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()


def first_pages(page: Page, words: str) -> Iterator[str]:
    """Walk through the pages before an account exists; yield the name of each."""
    expect(page.get_by_role("heading", name="Private messages")).to_be_visible()
    yield "welcome"
    press(page, "Make a new account")
    expect(page.get_by_label("Display name")).to_be_visible()
    yield "create"
    page.get_by_text("Use a proxy", exact=True).click()
    page.get_by_label("Address of the proxy").fill("nowhere")
    page.get_by_label("Display name").fill("Marit")
    press(page, "Make the account")
    expect(page.get_by_text("A proxy looks like 127.0.0.1:9050")).to_be_visible()
    yield "create-proxy-error"
    page.get_by_label("Address of the proxy").fill("")
    press(page, "Back")
    press(page, "Bring back an account")
    field = page.get_by_label("Recovery words")
    field.fill("amaze buffet")
    press(page, "Continue")
    expect(page.get_by_text("There are 13 recovery words, these are 2.")).to_be_visible()
    yield "restore-error"
    field.fill(words.rsplit(" ", 1)[0])
    press(page, "Continue")
    expect(page.get_by_role("heading", name="Is this your account?")).to_be_visible()
    yield "restore-confirm"


def main_pages(person: Person, words: str) -> Iterator[str]:
    """Walk through the pages of an open account; yield the name of each."""
    page = person.page
    page.get_by_label("Display name").fill(person.name)
    press(page, "Bring it back")
    expect(page.locator("#conversations")).to_be_attached()
    yield "main-empty"
    press(page, "Account:")
    expect(page.locator("#accounts")).to_be_visible()
    yield "account-menu"
    press(page, "Show my Account ID")
    expect(page.locator(".qr__image")).to_be_visible()
    yield "account-id"
    person.goes_back_to_the_list()
    press(page, "Account:")
    press(page, "Recovery words")
    hold = page.get_by_role("button", name="Hold to show")
    expect(hold).to_be_visible()
    yield "words-hidden"
    shown = page.locator(".words").get_by_text(words.split(maxsplit=1)[0], exact=True).first
    hold.focus()
    page.keyboard.press("Enter")
    expect(shown).to_be_visible()
    yield "words-shown"
    page.keyboard.press("Enter")
    expect(shown).to_have_count(0)
    press(page, "Done")
    expect(page.locator("#conversations")).to_be_attached()
    press(page, "New conversation")
    field = page.get_by_role("textbox", name="Account ID")
    field.fill("05" + "a" * 60)
    press(page, "Start writing")
    expect(page.get_by_text("this one has 62")).to_be_visible()
    yield "new-conversation-error"
    press(page, "Note to self")
    expect(page.locator("#log")).to_be_attached()
    yield "conversation-empty"
    person.sends("Tram 4 runs until 23:40").sends("شكرا، وصلت الرسالة").sends("👍🏽 " * 12)
    person.sends("A longer note, to see where the lines break. " * 6).sees_all_sent()
    yield "conversation"


def proxy_pages(person: Person) -> Iterator[str]:
    """Walk through the pages of the proxy; yield the name of each."""
    page = person.page
    person.goes_back_to_the_list()
    person.opens_the_route()
    yield "route"
    press(page, "Proxy settings")
    expect(page.get_by_role("heading", name="No proxy is set")).to_be_visible()
    yield "proxy-none"
    page.get_by_text("This proxy asks for a login").click()
    page.get_by_label("Address of the proxy").fill("127.0.0.1:9")
    page.get_by_label("User name").fill("marit")
    press(page, "Use this proxy")
    expect(page.get_by_text("one of them is missing")).to_be_visible()
    yield "proxy-error"
    page.get_by_label("Password").fill("tramline")
    press(page, "Use this proxy")
    expect(page.get_by_role("heading", name="Everything goes through")).to_be_visible()
    yield "proxy-set"
    press(page, "Remove proxy")
    expect(page.get_by_role("button", name="Keep the proxy")).to_be_visible()
    yield "proxy-remove"
    person.goes_back_to_the_list()
    expect(page.get_by_text("The proxy at 127.0.0.1:9 does not answer").first).to_be_visible()
    yield "proxy-dead"


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_keeps_anybody_out(arrive: Arrive, width: int) -> None:
    person = arrive("Marit", width=width)
    person.expects_refusals()
    person.opens_the_app()

    words = encode_recovery_password(Seed.generate())
    for walk in (first_pages(person.page, words), main_pages(person, words), proxy_pages(person)):
        looks_around(person, walk)
