"""The proxy in the hands of a person: set, seen in the route, dead, wrong, removed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.people import Person
from tests.network.socks_server import SocksServer, proxying

pytestmark = pytest.mark.browser


@pytest.fixture
def socks() -> Iterator[SocksServer]:
    with proxying(SocksServer()) as server:
        yield server


def opens_proxy_settings(person: Person) -> None:
    person.opens_the_route().get_by_role("button", name="Proxy settings").click()
    expect(person.page.get_by_role("heading", name="Network", exact=True)).to_be_visible()


def uses_proxy(person: Person, address: str) -> None:
    field = person.page.get_by_label("Address of the proxy")
    field.fill(address)
    field.press("Enter")


def test_a_proxy_is_set_and_stands_in_the_route(arrive: Arrive, socks: SocksServer) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()
    opens_proxy_settings(marit)

    uses_proxy(marit, socks.address)

    state = marit.page.get_by_role("heading", name=f"Everything goes through {socks.address}")
    expect(state).to_be_focused()
    route = marit.opens_the_route()
    expect(route.get_by_role("heading", name="Connected")).to_be_visible()
    expect(route.get_by_role("listitem").nth(1)).to_contain_text(f"Proxy{socks.address}")
    expect(route.get_by_text("The proxy sees your network address")).to_be_visible()
    marit.waits_until(lambda: socks.requested)


def test_a_dead_proxy_is_named_and_nothing_goes_around_it_until_it_is_back(
    arrive: Arrive, socks: SocksServer
) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()
    opens_proxy_settings(marit)
    uses_proxy(marit, socks.address)
    expect(marit.page.get_by_role("status").get_by_text("Connected")).to_be_visible()

    socks.die()
    expect(marit.page.get_by_role("status").get_by_text("No connection")).to_be_visible()
    marit.goes_back_to_the_list()
    banner = marit.page.get_by_role("status").filter(has_text="No connection")
    expect(banner).to_contain_text(
        f"The proxy at {socks.address} does not answer. Nothing is sent without it, as you chose."
    )
    assert marit.finds_obstacles() == []
    banner.get_by_role("button", name="Proxy settings").click()
    expect(marit.page.get_by_label("Address of the proxy")).to_have_value(socks.address)
    socks.revive()

    expect(marit.page.get_by_role("status").get_by_text("Connected")).to_be_visible()
    marit.goes_back_to_the_list()
    expect(banner).to_have_count(0)


@pytest.mark.parametrize("wrong", ["127.0.0.1", "127.0.0.1:99999", "https://example.org:9050"])
def test_what_cannot_be_a_proxy_is_told_at_its_field_and_kept(arrive: Arrive, wrong: str) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()
    marit.expects_refusals()
    opens_proxy_settings(marit)

    uses_proxy(marit, wrong)

    field = marit.page.get_by_label("Address of the proxy")
    expect(field).to_have_value(wrong)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(
        marit.page.get_by_role("alert").filter(has_text="What you typed is kept")
    ).to_be_visible()


def test_half_a_login_is_told_at_the_login(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()
    marit.expects_refusals()
    opens_proxy_settings(marit)
    page = marit.page
    fold = page.get_by_text("This proxy asks for a login")
    fold.click()
    page.get_by_label("User name").fill("marit")
    fold.click()

    uses_proxy(marit, "127.0.0.1:9050")

    expect(page.get_by_label("User name")).to_be_focused()
    expect(page.get_by_text("one of them is missing")).to_be_visible()
    expect(page.get_by_label("Address of the proxy")).to_have_value("127.0.0.1:9050")


def test_a_proxy_is_removed_only_after_saying_what_follows(
    arrive: Arrive, socks: SocksServer
) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()
    opens_proxy_settings(marit)
    uses_proxy(marit, socks.address)
    page = marit.page

    page.get_by_role("button", name="Remove proxy").click()
    expect(page.get_by_text(f"The next connection goes without {socks.address}")).to_be_visible()
    expect(page.get_by_role("button", name="Keep the proxy")).to_be_focused()
    page.get_by_role("button", name="Remove proxy").click()

    expect(page.get_by_role("heading", name="No proxy is set")).to_be_visible()
    expect(page.get_by_role("status").get_by_text("Connected")).to_be_visible()
    expect(marit.opens_the_route().get_by_text("Proxy", exact=True)).to_have_count(0)


def test_nobody_has_to_connect_once_without_the_proxy(arrive: Arrive, socks: SocksServer) -> None:
    socks.die()
    marit = arrive("Marit").opens_the_app()
    marit.expects_refusals()
    page = marit.page
    page.get_by_role("button", name="Make a new account").click()
    page.get_by_label("Display name").fill("Marit")
    page.get_by_text("Use a proxy", exact=True).click()
    field = page.get_by_label("Address of the proxy")
    field.fill(socks.address)
    page.get_by_text("Use a proxy", exact=True).click()

    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_text(f"The proxy at {socks.address} does not answer")).to_be_visible()
    expect(field).to_be_focused()
    socks.revive()
    page.get_by_role("button", name="Make the account").click()

    expect(page.locator("#conversations")).to_be_attached()
    expect(marit.opens_the_route().get_by_role("listitem").nth(1)).to_contain_text(socks.address)
