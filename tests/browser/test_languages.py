"""The interface in the language of its reader, and mirrored for who reads from the right."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive
from tests.browser.people import Person
from webapp.web.languages import language
from webapp.web.presenters import Calendar
from webapp.web.texts import gettext, speaking, spoken

pytestmark = pytest.mark.browser

DAY_MS = 24 * 60 * 60 * 1000
# Every length of month, weekday and half of a day, and two years.
MOMENTS = [datetime(2025, 12, 1, 0, 5).astimezone() + timedelta(hours=37 * n) for n in range(300)]
NOW = datetime(2026, 11, 18, 12, 5).astimezone()
# Writes the labels of moments as the page goes on writing those that the server has drawn.
WRITE_LABELS = """async ([kind, moments, now]) => {
  const { timeLabel } = await import("/static/js/lib/dates.js");
  return moments.map((moment) => timeLabel(kind, moment, new Date(now)));
}"""


def day_label(day: datetime) -> str:
    """Return what stands between the days of a log, seen from NOW."""
    days = (NOW.date() - day.date()).days
    if days in (0, 1):
        return gettext("Yesterday" if days else "Today")
    return spoken().date(day, "long_day" if day.year == NOW.year else "long_date")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()


def makes_an_account_in_german(person: Person) -> None:
    page = person.page
    press(page, "Neues Konto anlegen")
    page.get_by_label("Anzeigename").fill(person.name)
    press(page, "Konto anlegen")
    expect(page.locator("#conversations")).to_be_attached()


def writes_to_echo_in_german(person: Person) -> None:
    press(person.page, "Echo schreiben")
    expect(person.page.locator("#log")).to_be_attached()
    field = person.page.get_by_role("textbox", name="Nachricht")
    field.fill("Hallo")
    field.press("Enter")


def test_a_german_browser_is_spoken_to_in_german(arrive: Arrive) -> None:
    greta = arrive("Greta", language="de-AT")
    greta.expects_refusals()
    page = greta.opens_the_app().page

    # The first pages, and an error with values.
    expect(page.locator("html")).to_have_attribute("lang", "de-AT")
    expect(page.get_by_role("heading", name="Private Nachrichten")).to_be_visible()
    greta.keeps_a_picture("german-welcome")
    press(page, "Konto zurückholen")
    page.get_by_label("Wiederherstellungswörter").fill("amaze buffet")
    press(page, "Weiter")
    told = page.get_by_text("Es gibt 13 Wiederherstellungswörter, das hier sind 2.")
    expect(told).to_be_visible()
    press(page, "Zurück")
    makes_an_account_in_german(greta)
    expect(page.locator(".connection")).to_have_text("Verbunden")

    # What is pushed speaks German as well, and so does what scripts write.
    writes_to_echo_in_german(greta)
    expect(page.locator("#log .message:not(.message--out)")).to_have_count(1)
    expect(page.locator(".log__day")).to_have_text("Heute")
    greta.keeps_a_picture("german-conversation")
    page.get_by_role("textbox", name="Nachricht").fill("x" * 2001)
    expect(page.locator("#composer-count")).to_have_text("1 zu viel")


def test_a_language_chosen_in_the_settings_is_spoken_in_every_tab(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()
    first, second = marit.page, marit.new_tab()
    second.goto(first.url)
    expect(second.locator("html")).to_have_attribute("lang", "en-GB")
    marit.opens_settings("Appearance")

    first.get_by_label("Language").select_option("de")

    for page in (first, second):
        expect(page.locator("html")).to_have_attribute("lang", "de")
        # Behind the settings, once the page is back where it was: there by name, not by role.
        expect(page.locator("[aria-label='Neue Unterhaltung']").first).to_be_attached()
    second.close()


@pytest.mark.parametrize("region", ["en-GB", "en-US", "en-ZA", "de-DE", "de-CH"])
def test_the_scripts_write_times_as_the_server_does(arrive: Arrive, region: str) -> None:
    page = arrive("Marit", language=region).opens_the_app().page
    moments = [*MOMENTS, *(NOW - timedelta(days=days, minutes=7) for days in range(9))]
    calendar = Calendar(round(NOW.timestamp() * 1000))
    written = {
        "row": calendar.short,
        "full": calendar.full,
        "day": lambda time_ms: day_label(calendar.local(time_ms)),
    }

    with speaking(language(region)):
        for kind, write in written.items():
            isos = [moment.isoformat(timespec="seconds") for moment in moments]
            of_script = page.evaluate(WRITE_LABELS, [kind, isos, NOW.isoformat()])
            assert of_script == [write(round(each.timestamp() * 1000)) for each in moments]


def test_at_midnight_what_was_today_was_yesterday(arrive: Arrive) -> None:
    marit = arrive("Marit")
    page = marit.page
    page.clock.install()
    marit.opens_the_app().makes_an_account().writes_to(marit.own_id())
    marit.sends("Keep the ticket.").sees("Keep the ticket.").sees_all_sent()
    row = page.locator("#conversations time")
    expect(page.locator(".log__day")).to_have_text("Today")
    expect(row).to_have_text(page.locator("#log time").inner_text())

    # The program's own clock stays where it is, so what it would send speaks of today.
    page.route("**/list/rows**", lambda _route: None)

    page.clock.fast_forward(DAY_MS)

    expect(page.locator(".log__day")).to_have_text("Yesterday")
    expect(row).to_have_text("Yesterday")


# Words that are wider than their place, or stand outside of the window.
FIND_OVERFLOWING = """() => {
  const isReadable = (each) => each.checkVisibility() && getComputedStyle(each).display !== "inline"
    && !each.closest(".hidden-text, .icon")
    && [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const isCutOnPurpose = (each) => getComputedStyle(each).textOverflow === "ellipsis";
  const overflows = (each) => {
    const { left, right } = each.getBoundingClientRect();
    return each.scrollWidth > each.clientWidth + 1 || left < -1 || right > innerWidth + 1;
  };
  return [...document.body.querySelectorAll("*")]
    .filter((each) => isReadable(each) && overflows(each) && !isCutOnPurpose(each))
    .map((each) => `${each.className || each.tagName}: ${each.textContent.trim().slice(0, 60)}`);
}"""


def german_screens(person: Person) -> Iterator[str]:
    """Walk through the pages with the longest words; yield the name of each."""
    page = person.page
    yield "welcome"
    press(page, "Konto zurückholen")
    # The name of the button that leads here has that of the button back in it.
    back = page.get_by_role("button", name="Zurück", exact=True)
    expect(back).to_be_visible()
    yield "restore"
    back.click()
    press(page, "Neues Konto anlegen")
    page.get_by_text("Einen Proxy benutzen").click()
    page.get_by_text("Dieser Proxy verlangt eine Anmeldung").click()
    yield "create"
    page.get_by_label("Anzeigename").fill(person.name)
    press(page, "Konto anlegen")
    expect(page.locator("#conversations")).to_be_attached()
    yield "list"
    press(page, "Neue Unterhaltung")
    expect(page.get_by_role("button", name="Notiz an mich")).to_be_visible()
    yield "new"
    press(page, "Notiz an mich")
    expect(page.locator("#log")).to_be_attached()
    yield "conversation"
    press(page, "Zurück zu den Unterhaltungen")
    page.locator(".connection").click()
    expect(page.locator("route-view")).to_be_visible()
    yield "route"
    page.keyboard.press("Escape")
    press(page, "Konto:")
    expect(page.locator("#accounts")).to_be_visible()
    yield "menu"
    press(page, "Wiederherstellungswörter")
    # In the list there is another button for later.
    expect(page.locator("hold-to-show")).to_be_visible()
    yield "words"
    press(page, "Später")
    tree = page.get_by_role("navigation", name="Seiten der Einstellungen")
    page.get_by_role("button", name="Einstellungen", exact=True).click()
    expect(tree).to_be_visible()
    yield "settings"
    for label in ("Konto", "Aussehen", "Chats", "Netz", "Hilfe"):
        tree.get_by_role("button", name=label).click()
        expect(page.get_by_role("heading", name=label, level=1)).to_be_visible()
        yield label.lower()
        press(page, "Alle Einstellungen")


def test_long_words_in_large_letters_stay_in_their_places(arrive: Arrive) -> None:
    greta = arrive("Greta", language="de-DE", width=390).opens_the_app()
    page = greta.page

    for name in german_screens(greta):
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        greta.keeps_a_picture(f"german-200-{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        assert page.evaluate(FIND_OVERFLOWING) == [], name
        page.evaluate("document.documentElement.style.fontSize = ''")


def screens(person: Person) -> Iterator[str]:
    """Walk through screens of every kind; yield the name of each."""
    page = person.page
    yield "welcome"
    person.makes_an_account()
    yield "empty"
    press(page, "New conversation")
    expect(page.get_by_role("textbox", name="Account ID")).to_be_visible()
    yield "new"
    press(page, "Note to self")
    person.sends("Tram 4 runs until 23:40").sends("شكرا، وصلت الرسالة").sees_all_sent()
    yield "conversation"
    person.goes_back_to_the_list()
    person.opens_settings("Appearance")
    yield "settings"


@pytest.mark.parametrize("width", [1280, 390])
def test_mirrored_nothing_scrolls_sideways(arrive: Arrive, width: int) -> None:
    layla = arrive("Layla", width=width).opens_the_app()
    page = layla.page

    for name in screens(layla):
        page.evaluate("document.documentElement.dir = 'rtl'")
        layla.keeps_a_picture(f"mirrored-{name}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if name == "conversation" and width > 390:
            side = page.locator(".side").first.bounding_box()
            pane = page.locator("#pane").bounding_box()
            own = page.locator(".message--out .bubble").first.bounding_box()
            assert side
            assert pane
            assert own
            assert side["x"] == pane["x"] + pane["width"] == width - side["width"]
            assert own["x"] - pane["x"] < pane["width"] / 2
        page.evaluate("document.documentElement.dir = 'ltr'")
