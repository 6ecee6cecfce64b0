"""The route view: what it tells, and that it stays where it is while it tells something else."""

import re
from dataclasses import replace

import pytest
from flask import render_template
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.people import Person, RunningApp
from webapp.app import App
from webapp.localnet.network import PracticeNetwork
from webapp.network.errors import ProxyFailed
from webapp.sentence import Sentence
from webapp.services.reading import ConnectionState
from webapp.web.connection_presenter import present_connection

pytestmark = pytest.mark.browser

NODE_KEY = re.compile(r"[0-9a-f]{8}")
ROUTE = tuple(bytes([number]) * 32 for number in (0x3F, 0xA7, 0x5C))
NOW_MS = 1_795_000_000_000
MINUTE_MS = 60_000


def working(**facts: object) -> ConnectionState:
    proven = ConnectionState("connected", ROUTE, 7, guard_delay_ms=40, proven=frozenset(ROUTE))
    return replace(proven, **facts)  # type: ignore[arg-type]


# What a practice network cannot be made to show at will.
STATES = {
    "working": working(),
    "suspect": working(
        last_error=Sentence("The path to the swarm broke."),
        last_error_at_ms=NOW_MS - 2 * MINUTE_MS,
        suspects=frozenset({ROUTE[1]}),
    ),
    "rerouted": working(proven=frozenset(ROUTE[:1])),
    "clock": working(guard_delay_ms=200, clock_ahead_ms=10 * MINUTE_MS),
    "proxy": working(guard_delay_ms=400, proxy="127.0.0.1:9050"),
    "proxy-far": working(guard_delay_ms=2000, proxy=f"{'proxy.' * 12}example.org:9050"),
    "proxy-dead": ConnectionState(
        "offline", (), 7,
        ProxyFailed("127.0.0.1:9050").sentence, NOW_MS,
        proxy="127.0.0.1:9050", has_proxy_failed=True, clock_ahead_ms=-10 * MINUTE_MS,
    ),
    "connecting": ConnectionState("connecting", ROUTE),
    "offline": ConnectionState("offline", (), 7, Sentence("No storage node answers."), NOW_MS),
}  # fmt: skip


def push(app: App, state: ConnectionState) -> None:
    with app.flask.app_context():
        view = present_connection(state, now_ms=NOW_MS)
        drawn = render_template("partials/_connection.html", connection=view)
        app._live.push(drawn, view=app.runtime.view)


def stops(route: Locator) -> Locator:
    return route.get_by_role("listitem")


def test_the_route_leads_from_here_over_three_nodes_to_the_swarm(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()

    route = marit.opens_the_route()

    expect(route.get_by_role("heading", name="Connected")).to_be_visible()
    expect(stops(route)).to_have_text(
        [
            re.compile("You.*this computer"),
            re.compile("First node.*[0-9a-f]{8}"),
            re.compile("Second node.*[0-9a-f]{8}"),
            re.compile("Third node.*[0-9a-f]{8}"),
            re.compile("Swarm.*yours: [0-9]+ nodes"),
        ]
    )
    expect(route.get_by_text("The first node sees your network address")).to_be_visible()


def test_the_route_is_reached_and_left_by_keyboard(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()

    route = marit.opens_the_route()
    marit.page.keyboard.press("Tab")
    expect(route.get_by_role("button", name="New route")).to_be_focused()
    marit.page.keyboard.press("Tab")
    expect(route.get_by_role("button", name="Proxy settings")).to_be_focused()
    marit.page.keyboard.press("Escape")

    expect(route).to_be_hidden()
    expect(marit.page.get_by_role("button", name="Connected")).to_be_focused()


def test_a_new_route_keeps_the_first_node_and_changes_the_others(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()
    route = marit.opens_the_route()
    expect(stops(route).nth(3)).to_contain_text(NODE_KEY)
    before = NODE_KEY.findall(" ".join(stops(route).all_inner_texts()))

    route.get_by_role("button", name="New route").click()

    expect(stops(route).nth(2)).not_to_contain_text(before[1])
    expect(stops(route).nth(2)).to_contain_text(NODE_KEY)
    expect(stops(route).nth(1)).to_contain_text(before[0])
    expect(route.get_by_role("button", name="New route")).to_be_focused()


def test_nobody_answering_is_told_in_words_until_somebody_does(
    arrive: Arrive, own_network: PracticeNetwork, own_network_file: str
) -> None:
    marit = arrive("Marit", network=own_network_file).opens_the_app().makes_an_account()
    route = marit.opens_the_route()
    button = route.get_by_role("button", name="Proxy settings")
    button.focus()

    nodes = range(len(own_network.nodes))
    for number in nodes:
        own_network.stop_node(number)
    expect(route.get_by_role("heading", name="Offline")).to_be_visible()
    expect(route.get_by_text("What you write now goes out")).to_be_visible()
    expect(route.get_by_text("The last try failed just now.")).to_be_visible()
    expect(stops(route).nth(1)).to_contain_text(re.compile("being (looked for|tried)|answering"))
    expect(marit.page.get_by_text("No connection")).to_be_visible()
    for number in nodes:
        own_network.start_node(number)

    expect(route.get_by_role("heading", name="Connected")).to_be_visible()
    expect(route.get_by_text("Last problem")).to_be_visible()
    expect(marit.page.get_by_text("No connection")).to_be_hidden()
    expect(button).to_be_focused()


def test_what_says_the_same_as_before_is_left_alone(app: App, browser: Browser) -> None:
    marit = Person("Marit", browser=browser, app=RunningApp(app)).opens_the_app()
    marit.waits_until(app._live.has_listeners)
    with marit.page.expect_response("**/connection"):
        route = marit.opens_the_route()
    push(app, STATES["working"])
    expect(stops(route).nth(1)).to_contain_text("about 40 ms")
    head = route.locator("#route-head")
    head.evaluate("(element) => { element.isTheOldOne = true; }")

    push(app, STATES["clock"])

    expect(stops(route).nth(1)).to_contain_text("about 200 ms")
    assert head.evaluate("(element) => element.isTheOldOne")
    marit.context.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("colour", ["dark", "light"])
def test_every_state_is_clear_and_arrives_without_disturbing(
    app: App, browser: Browser, width: int, colour: str
) -> None:
    marit = Person("Marit", browser=browser, app=RunningApp(app), width=width)
    marit.page.emulate_media(color_scheme=colour)  # type: ignore[arg-type]
    marit.opens_the_app()
    marit.waits_until(app._live.has_listeners)
    with marit.page.expect_response("**/connection"):
        route = marit.opens_the_route()
    button = route.get_by_role("button", name="New route")
    button.focus()

    for name, state in STATES.items():
        push(app, state)
        sentence = present_connection(state, now_ms=NOW_MS).sentence
        expect(route.locator("#route-head")).to_contain_text(sentence)
        expect(button).to_be_focused()
        assert not route.evaluate("(element) => element.scrollWidth > element.clientWidth"), name
        assert marit.finds_obstacles() == [], name
        marit.keeps_a_picture(f"route-{name}-{colour}-{width}")

    marit.context.close()
    assert marit.complaints == []
