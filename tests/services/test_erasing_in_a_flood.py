"""An erase while messages are coming in: nothing of them is left, and nothing comes in after it."""

import threading
from pathlib import Path

import pytest

from tests.services.conftest import Start
from tests.services.correspondents import Correspondent
from tests.services.test_erasing import finished
from tests.storage.test_crashes import check_shape
from tests.virtual_clock import PATIENCE_S, VirtualClock
from webapp.services import messaging, receiving
from webapp.services.events import Event, MessagesAdded, OfAccount
from webapp.storage import fresh
from webapp.vault.slots import no_code_root, open_vault, read_salt

MESSAGES = 60
A_BATCH = 10
A_WHILE_S = 30


def test_an_erase_in_the_middle_of_a_flood_leaves_a_first_start(
    start: Start,
    alice: Correspondent,
    clock: VirtualClock,
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receiving, "BATCH_ITEMS", A_BATCH)
    runtime = start()
    runtime.create_account("Marit", network="practice")
    marit = runtime.account()
    database = marit.database
    conversation = messaging.start_conversation(alice.account, marit.account_id)
    for number in range(MESSAGES):
        messaging.send_text(alice.account, conversation, f"flood {number}")
    alice.sends_all()
    in_the_middle, may_go_on = threading.Event(), threading.Event()
    added: list[int] = []

    def hear(event: Event) -> None:
        if isinstance(event, OfAccount) and isinstance(event.event, MessagesAdded):
            added.append(len(event.event.message_ids))
            in_the_middle.set()
            assert may_go_on.wait(PATIENCE_S)

    runtime.events.subscribe(hear)
    old = (tmp_path / "data" / fresh.VAULT).read_bytes()
    clock.await_sleepers(2)
    clock.advance(A_WHILE_S)
    assert in_the_middle.wait(PATIENCE_S)

    runtime.erase()
    receiver = next(each for each in threading.enumerate() if each.name == "receiver")
    may_go_on.set()
    receiver.join(PATIENCE_S)

    assert not receiver.is_alive()
    assert sum(added) <= A_BATCH < MESSAGES
    assert database.closed
    finished(runtime)
    assert runtime.state == "fresh"
    check_shape(tmp_path / "data")
    vault = (tmp_path / "data" / fresh.VAULT).read_bytes()
    assert open_vault(vault, no_code_root(read_salt(old))) is None
