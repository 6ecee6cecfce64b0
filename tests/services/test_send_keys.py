"""An order to send whose answer was lost comes once more, and is carried out once."""

import threading
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.services.correspondents import Correspondent
from webapp.services import drafts, messaging
from webapp.services.errors import UnknownMessage
from webapp.storage import send_keys

KEY = "2f5a1c9e-9a37-4b52-8a52-0c7f6c1f2f10"
RUNS = count()


@pytest.fixture
def number(alice: Correspondent, bob: Correspondent) -> int:
    return messaging.start_conversation(alice.account, bob.account_id)


def count_messages(person: Correspondent) -> int:
    with person.account.database.read() as connection:
        row = connection.execute("SELECT count(*) FROM message").fetchone()
    assert row is not None
    return int(row[0])


@given(orders=st.lists(st.sampled_from("abcd"), max_size=10))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_order_is_carried_out_once_however_often_it_comes(
    alice: Correspondent, number: int, orders: list[str]
) -> None:
    run = next(RUNS)
    before = count_messages(alice)

    ids = {
        (order, messaging.send_text(alice.account, number, order, key=f"{run} {order}"))
        for order in orders
    }

    assert {order for order, _ in ids} == set(orders)
    assert len(ids) == len(set(orders))
    assert count_messages(alice) == before + len(ids)


def test_two_orders_at_the_same_time_are_one_message(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    def order() -> None:
        messaging.send_text(alice.account, number, "hello", key=KEY)

    threads = [threading.Thread(target=order) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert alice.reads(bob) == [("out", "hello", "sending")]


def test_without_a_key_each_order_is_a_message(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    for _ in range(2):
        messaging.send_text(alice.account, number, "hello")

    assert len(alice.reads(bob)) == 2


def test_a_repeated_order_leaves_the_next_draft_alone(alice: Correspondent, number: int) -> None:
    messaging.send_text(alice.account, number, "hello", key=KEY)
    drafts.save(alice.account, number, "the next one")

    messaging.send_text(alice.account, number, "hello", key=KEY)

    assert drafts.of(alice.account, number) == "the next one"


def test_what_has_been_deleted_since_is_not_sent_again(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    message_id = messaging.send_text(alice.account, number, "hello", key=KEY)
    with alice.account.database.write() as connection:
        connection.execute("DELETE FROM message WHERE id = ?", (message_id,))

    with pytest.raises(UnknownMessage):
        messaging.send_text(alice.account, number, "hello", key=KEY)

    assert alice.reads(bob) == []


def test_an_order_that_could_not_be_carried_out_may_come_again(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    def order_and_crash() -> None:
        with alice.account.database.write():
            messaging.send_text(alice.account, number, "hello", key=KEY)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        order_and_crash()

    messaging.send_text(alice.account, number, "hello", key=KEY)

    assert len(alice.reads(bob)) == 1


def test_a_start_forgets_the_keys_of_the_run_before(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    messaging.send_text(alice.account, number, "hello", key=KEY)

    send_keys.forget_all(alice.account.database)

    assert not send_keys.is_carried_out(alice.account.database, KEY)
    assert len(alice.reads(bob)) == 1
