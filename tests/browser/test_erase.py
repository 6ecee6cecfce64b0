"""Erasing, in the hands of a person: the page, all tabs, other browsers, and what comes after."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Arrive
from tests.browser.locking import PIN, Keeper
from tests.browser.walks import WIDTHS
from tests.virtual_clock import LeapingClock
from tests.web.raw_client import connect, head, is_closed_by_server, read_answer
from webapp.app import App
from webapp.services import wrong_codes
from webapp.services.forgotten import WAIT_S
from webapp.vault.throttle import DELAYS_S

pytestmark = pytest.mark.browser


# The erase itself is looked at in both widths, the rest in one.
in_both_widths = pytest.mark.parametrize("marit", WIDTHS, indirect=True)


@pytest.fixture
def marit(app: App, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Keeper]:
    person = Keeper(app, browser=browser, width=getattr(request, "param", WIDTHS[0]))
    person.opens_the_app()
    yield person
    person.context.close()
    assert person.complaints == []
    assert person.foreign == []


def sees_the_first_page(page: Page) -> None:
    expect(page.get_by_role("button", name="Make a new account")).to_be_visible()
    assert page.title() == "Safehouse"
    assert re.fullmatch(r"http://[a-z2-7]+\.localhost:\d+/", page.url)


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    """Stay connected until the process behind the address is another one."""
    host = url.split("/")[2]
    with connect(int(host.rpartition(":")[2])) as connection:
        asked = {"Host": host, "Sec-Fetch-Site": "same-origin"}
        connection.sendall(head("GET", "/static/icons/icon.svg", asked))
        assert read_answer(connection).status == 200
        yield connection


def erases(keeper: Keeper, *, word: str = "erase", code: str = "") -> None:
    # Opened again, the page would be exchanged while it is filled in.
    if not keeper.page.get_by_role("heading", name="Erase", level=1).is_visible():
        keeper.opens_settings("Erase")
    if code:
        keeper.types_current(code)
    keeper.page.get_by_label("Type the word").fill(word)
    keeper.page.get_by_role("button", name="Erase everything").click()


def test_the_page_says_what_goes_and_what_stays(marit: Keeper) -> None:
    marit.opens_settings("Erase")

    for said in ("What will be gone", "What it does not reach", "0 conversations"):
        expect(marit.page.locator("#pane")).to_contain_text(said)
    expect(marit.page.get_by_role("radio", name="This computer", exact=False).first).to_be_checked()
    assert marit.finds_obstacles() == []
    marit.keeps_a_picture("erase")


@in_both_widths
def test_after_an_erase_the_first_page_is_there_and_an_account_can_be_made(
    marit: Keeper,
) -> None:
    erases(marit)

    sees_the_first_page(marit.page)
    marit.page.go_back()
    sees_the_first_page(marit.page)
    marit.page.reload()
    sees_the_first_page(marit.page)
    marit.makes_an_account("Practice on this computer")


def test_the_wrong_word_and_the_wrong_code_erase_nothing(marit: Keeper, app: App) -> None:
    marit.expects_refusals()
    marit.sets_a_code("pin")
    erases(marit, word="no", code=PIN)
    expect(marit.page.get_by_text('Type the word "erase" to confirm.')).to_be_visible()
    erases(marit, code="000000")
    expect(marit.page.get_by_text("This is not the present code.")).to_be_visible()
    assert app.runtime.state == "open"

    erases(marit, code=PIN)

    sees_the_first_page(marit.page)


def test_all_tabs_of_the_browser_land_on_the_first_page_and_other_browsers_are_out(
    marit: Keeper, app: App, browser: Browser
) -> None:
    second = marit.new_tab()
    second.goto(marit.page.url)
    marit.sees_the_app(second)
    other = Keeper(app, browser=browser)
    other.expects_refusals()
    other.expects_the_program_to_end()
    other.opens_the_app()
    other.sees_the_app()

    erases(marit)

    sees_the_first_page(second)
    sees_the_first_page(marit.page)
    expect(other.page.get_by_text("Please start the app again.")).to_be_visible()
    other.context.close()


@in_both_widths
def test_the_last_wrong_code_leads_to_the_first_page(
    marit: Keeper, app: App, clock: LeapingClock
) -> None:
    marit.sets_a_code("pin")
    marit.page.get_by_label("Erase everything after").select_option("8")
    expect(marit.page.get_by_text("Saved").first).to_be_visible()
    assert wrong_codes.as_text(app.runtime) == "8"
    marit.goes_back_to_the_list()
    marit.locks()
    for number in range(7):
        clock.leap(DELAYS_S[-1])
        assert app.runtime.unlock("pin", f"{number:06}").reason == "wrong"
    clock.leap(DELAYS_S[-1])

    marit.tries("pin", "777777")

    sees_the_first_page(marit.page)


def test_on_the_network_too(marit: Keeper, app: App) -> None:
    marit.opens_settings("Erase")
    marit.page.get_by_role("radio", name="This computer and the network").check()
    marit.page.get_by_label("Type the word").fill("erase")
    marit.page.get_by_role("button", name="Erase everything").click()

    sees_the_first_page(marit.page)
    assert app.runtime.state in {"erasing", "fresh"}


def test_a_network_that_does_not_answer_is_told_and_can_be_left_alone(
    marit: Keeper, app: App
) -> None:
    app._practice.stop()
    marit.opens_settings("Erase")
    marit.page.get_by_role("radio", name="This computer and the network").check()
    marit.page.get_by_label("Type the word").fill("erase")
    marit.page.get_by_role("button", name="Erase everything").click()
    expect(
        marit.page.get_by_role("heading", name="Not everything is deleted on the network")
    ).to_be_visible()
    marit.keeps_a_picture("erase-network")
    with marit.page.expect_request_finished(lambda request: "/erase/rest" in request.url):
        marit.page.get_by_role("button", name="Try the rest again").click()
    expect(marit.page.get_by_role("button", name="Erase here anyway")).to_be_enabled()

    marit.page.get_by_role("button", name="Erase here anyway").click()

    sees_the_first_page(marit.page)


def test_the_program_goes_on_as_a_fresh_process_and_nobody_notices(arrive: Arrive) -> None:
    marit = arrive("Marit", network="local").opens_the_app()
    marit.makes_an_account()
    second = marit.new_tab()
    second.goto(marit.page.url)
    expect(second.locator("#conversations")).to_be_attached()
    with connected(marit.page.url) as old_process:
        marit.opens_settings("Erase")
        marit.page.get_by_label("Type the word").fill("erase")
        marit.page.get_by_role("button", name="Erase everything").click()
        sees_the_first_page(marit.page)
        sees_the_first_page(second)
        assert is_closed_by_server(old_process)

    marit.makes_an_account()

    expect(second.get_by_role("button", name="Make a new account")).to_be_visible()
    second.reload()
    expect(second.locator("#conversations")).to_be_attached()


@in_both_widths
def test_who_has_forgotten_the_code_waits_and_begins_anew(
    marit: Keeper, clock: LeapingClock
) -> None:
    page = marit.page
    marit.sets_a_code("pin")
    marit.locks()
    page.get_by_text("Forgot the code?").click()
    page.get_by_role("button", name="Begin to wait").click()
    expect(page.get_by_text("The word is missing.")).to_be_visible()
    assert marit.finds_obstacles() == []
    marit.keeps_a_picture(f"forgot-word-{page.viewport_size['width']}")  # type: ignore[index]

    page.get_by_label('Type the word "erase"').fill("erase")
    page.get_by_role("button", name="Begin to wait").click()
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"[45]:\d\d"))
    marit.keeps_a_picture(f"forgot-waits-{page.viewport_size['width']}")  # type: ignore[index]
    # Whoever finds the code after all is in, and nothing goes on.
    marit.tries("pin", PIN)
    expect(page.locator("#conversations")).to_be_attached()
    marit.locks()
    page.get_by_text("Forgot the code?").click()
    page.get_by_label('Type the word "erase"').fill("erase")
    page.get_by_role("button", name="Begin to wait").click()
    expect(page.get_by_role("timer")).to_be_visible()
    clock.leap(WAIT_S)
    page.reload()
    assert marit.finds_obstacles() == []
    marit.keeps_a_picture(f"forgot-ready-{page.viewport_size['width']}")  # type: ignore[index]
    page.get_by_role("button", name="Erase everything").click()

    sees_the_first_page(page)
