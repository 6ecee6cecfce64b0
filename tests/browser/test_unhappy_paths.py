"""What goes wrong in the hands of a person, and that nothing is lost by it."""

import json
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.people import PROJECT
from tests.protocol.worked_values import STORED_FOR_BOB
from webapp.clock import SystemClock
from webapp.localnet.network import PracticeNetwork
from webapp.network.client import Network
from webapp.network.settings import NetworkSettings, load_network_file
from webapp.protocol.identifiers import PUBLIC_INBOX_MAX_TTL_MS, AccountId

pytestmark = pytest.mark.browser

# identity.md §1, account B.
WORDS_B = "update vague zinger boxes ornament renting glass gained island nabbing afield calamity"
ACCOUNT_B = "051b8e86e8275ac67886d1c1502348734742aac8354adc62a9439ff247b5758a72"


def test_a_message_that_could_not_be_sent_is_kept_and_goes_out_with_the_network(
    arrive: Arrive, own_network: PracticeNetwork, own_network_file: str
) -> None:
    marit = arrive("Marit", network=own_network_file).opens_the_app().makes_an_account()
    marit.writes_to("05" + "a" * 64).sends("before the cut").sees_all_sent()

    nodes = range(len(own_network.nodes))
    for number in nodes:
        own_network.stop_node(number)
    marit.sends("during the cut")
    expect(marit.page.get_by_text("Not sent. It is kept here")).to_be_visible()
    expect(marit.page.get_by_text("No connection")).to_be_visible()
    assert marit.finds_obstacles() == []
    marit.keeps_a_picture("offline")

    for number in nodes:
        own_network.start_node(number)
    marit.sees_all_sent().sees("during the cut")
    expect(marit.page.get_by_text("Not sent. It is kept here")).to_have_count(0)
    expect(marit.page.get_by_text("No connection")).to_be_hidden()
    marit.sees_only("before the cut", "during the cut")


def test_a_reload_and_a_second_tab_show_the_same_without_asking(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()
    marit.writes_to(marit.own_id()).sends("first")

    marit.page.reload()
    marit.sees("first")
    second = marit.new_tab()
    second.goto(marit.page.url)
    second.wait_for_load_state("load")
    second.locator("#conversations").get_by_text("Note to self").click()
    expect(second.locator("#log").get_by_text("first", exact=True)).to_be_visible()
    marit.sends("second")

    expect(second.locator("#log").get_by_text("second", exact=True)).to_be_visible()
    expect(second.locator("#log .message")).to_have_count(2)


def test_a_second_start_opens_the_running_one(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()

    again = subprocess.run(
        [
            *(sys.executable, str(PROJECT / "run.py"), "--no-browser", "--announce"),
            *("--data-dir", str(marit.app.home / "data")),
        ],
        env=marit.app.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    marit.app.announcement["launch"] = json.loads(again.stdout)["launch"]
    marit.page = marit.new_tab()
    marit.opens_the_app()

    expect(marit.page.get_by_role("button", name="Account: Marit")).to_be_visible()


def test_a_tab_whose_program_has_ended_shows_nothing_any_more(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()
    marit.writes_to(marit.own_id()).sends("a private line")

    marit.expects_the_program_to_end()
    assert marit.app.stop() == 0

    expect(marit.page.get_by_role("heading", name="Safehouse is not running")).to_be_visible()
    expect(marit.page.get_by_text("a private line")).to_have_count(0)
    assert "Marit" not in marit.page.content()


def test_the_worked_message_of_the_protocol_is_received_and_shown(
    arrive: Arrive, network_file: str
) -> None:
    bob = arrive("Bob").opens_the_app()
    bob.page.get_by_role("button", name="Bring back an account").click()
    bob.page.get_by_label("Recovery words").fill(WORDS_B)
    bob.page.get_by_role("button", name="Continue").click()
    bob.page.get_by_label("Display name").fill("Bob")
    bob.page.get_by_role("button", name="Bring it back").click()
    expect(bob.page.locator("#conversations")).to_be_attached()

    settings: NetworkSettings = load_network_file(Path(network_file))
    network = Network(settings, clock=SystemClock())
    network.store(
        AccountId.parse(ACCOUNT_B), b64decode(STORED_FOR_BOB), ttl_ms=PUBLIC_INBOX_MAX_TTL_MS
    )
    network.close()

    bob.opens_conversation_with("Alice").sees("Hello Bob")


def test_without_a_network_the_first_page_says_so_and_offers_practice(
    arrive: Arrive, own_network: PracticeNetwork, tmp_path: Path
) -> None:
    file = tmp_path / "network.json"
    file.write_text(json.dumps({**own_network.network_file(), "name": "A distant network"}))
    for number in range(len(own_network.nodes)):
        own_network.stop_node(number)
    marit = arrive("Marit", network=str(file)).opens_the_app()
    marit.expects_refusals()

    marit.page.get_by_role("button", name="Make a new account").click()
    marit.page.get_by_label("Display name").fill("Marit")
    marit.page.get_by_role("button", name="Make the account").click()
    expect(marit.page.get_by_text("This network does not answer")).to_be_visible()
    assert marit.finds_obstacles() == []
    marit.page.get_by_role("button", name="Back").click()
    marit.makes_an_account(network="Practice on this computer")

    expect(marit.page.get_by_role("button", name="Account: Marit")).to_be_visible()
