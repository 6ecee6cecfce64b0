"""Echo, as someone who writes to it sees it."""

import base64
import queue
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.localnet.clocks import START_MS, HeldClock
from tests.localnet.people import ALICE, BOB
from webapp.localnet.echo import Echo
from webapp.localnet.network import PracticeNetwork
from webapp.localnet.owners import Owner
from webapp.localnet.store import Message
from webapp.protocol import requests
from webapp.protocol.content import (
    BODY_LIMIT,
    Content,
    MessageRequestResponse,
    VisibleMessage,
    encode_content,
)
from webapp.protocol.envelope import Opened, open_stored, wrap
from webapp.protocol.identifiers import DAY_MS, AccountId, MessageHash
from webapp.protocol.keys import AccountKeys, Seed
from webapp.protocol.requests import Request

# A broken Echo fails a test after this time instead of holding it up for ever.
PATIENCE_S = 5


class Correspondence:
    """Echo, with someone in the place of the network."""

    def __init__(self, clock: HeldClock) -> None:
        self.sent: queue.SimpleQueue[tuple[AccountId, Request]] = queue.SimpleQueue()
        self.echo = Echo(
            clock,
            seed=Seed.generate(),
            send=lambda request, recipient: self.sent.put((recipient, request)),
        )

    def write(self, sender: AccountKeys, body: str, *, sent_at_ms: int = START_MS) -> None:
        content = Content(sent_at_ms, VisibleMessage(body))
        self.put(sealed(content, sender=sender, recipient=self.echo.account_id))

    def put(self, data: bytes, *, namespace: int = 0, owner: AccountId | None = None) -> None:
        account_id = owner or self.echo.account_id
        hash_ = MessageHash.of(account_id, namespace=namespace, data=data)
        data_b64 = base64.b64encode(data).decode()
        owner_ = Owner(bytes(account_id))
        self.echo.notice(Message(owner_, namespace, hash_, START_MS, data_b64))

    def next_for(self, keys: AccountKeys) -> Opened:
        """Return what Echo sends next, which must be for the person with ``keys``."""
        recipient, request = self.sent.get(timeout=PATIENCE_S)
        assert recipient == keys.account_id
        assert request.params["pubkey"] == keys.account_id.hex
        return opened(str(request.params["data"]), keys)


def sealed(content: Content, *, sender: AccountKeys, recipient: AccountId) -> bytes:
    return wrap(
        encode_content(content),
        sender=sender,
        recipient=recipient,
        sent_at_ms=content.sent_at_ms,
    )


def opened(data_b64: str, keys: AccountKeys) -> Opened:
    message = open_stored(base64.b64decode(data_b64), recipient=keys)
    assert message is not None
    return message


@pytest.fixture
def correspondence(clock: HeldClock) -> Iterator[Correspondence]:
    correspondence = Correspondence(clock)
    correspondence.echo.start()
    yield correspondence
    correspondence.echo.stop()


def test_a_newcomer_is_approved_and_hears_what_they_said(correspondence: Correspondence) -> None:
    correspondence.write(ALICE, "Hello?")

    approval, answer = correspondence.next_for(ALICE), correspondence.next_for(ALICE)

    assert isinstance(approval.content.message, MessageRequestResponse)
    assert approval.content.message.approved
    assert isinstance(answer.content.message, VisibleMessage)
    assert answer.content.message.body == "Hello?"
    assert {approval.sender, answer.sender} == {correspondence.echo.account_id}
    assert approval.sent_at_ms < answer.sent_at_ms
    for message in (approval, answer):
        assert message.content.message.profile.name == "Echo"


def test_a_second_message_is_answered_without_another_approval(
    correspondence: Correspondence,
) -> None:
    correspondence.write(ALICE, "one")
    correspondence.write(ALICE, "two", sent_at_ms=START_MS + 1)

    messages = [correspondence.next_for(ALICE).content.message for _ in range(3)]

    assert [message.body for message in messages[1:]] == ["one", "two"]


def test_several_people_are_answered_and_no_two_messages_share_a_time(
    correspondence: Correspondence,
) -> None:
    times = []
    for keys in (ALICE, BOB):
        correspondence.write(keys, "hello")
        times += [correspondence.next_for(keys).sent_at_ms for _ in range(2)]

    assert len(set(times)) == 4


def test_the_longest_text_and_any_script_come_back_whole(correspondence: Correspondence) -> None:
    body = ("שלום 👩‍👩‍👧 " * BODY_LIMIT)[:BODY_LIMIT]
    correspondence.write(ALICE, body)

    correspondence.next_for(ALICE)

    assert correspondence.next_for(ALICE).content.message.body == body


def test_an_answer_is_never_longer_than_may_be_sent(correspondence: Correspondence) -> None:
    # Nobody's own client writes such a text, so one of equal size in bytes is changed into it.
    written = encode_content(Content(START_MS, VisibleMessage("€" * BODY_LIMIT)))
    raw = written.replace("€".encode() * BODY_LIMIT, b"xyz" * BODY_LIMIT)
    correspondence.put(
        wrap(
            raw,
            sender=ALICE,
            recipient=correspondence.echo.account_id,
            sent_at_ms=START_MS,
        )
    )

    correspondence.next_for(ALICE)

    assert len(correspondence.next_for(ALICE).content.message.body) == BODY_LIMIT


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(data=st.binary(max_size=600))
def test_garbage_is_passed_over_and_the_next_text_answered(
    correspondence: Correspondence, data: bytes
) -> None:
    correspondence.put(data)
    correspondence.write(BOB, "still there?")

    while not isinstance(correspondence.next_for(BOB).content.message, VisibleMessage):
        pass
    assert correspondence.sent.empty()


def test_what_is_no_text_for_echo_is_not_answered(correspondence: Correspondence) -> None:
    echo_id = correspondence.echo.account_id
    approval = Content(START_MS, MessageRequestResponse(approved=True))
    for_bob = sealed(
        Content(START_MS, VisibleMessage("psst")), sender=ALICE, recipient=BOB.account_id
    )
    correspondence.put(sealed(approval, sender=ALICE, recipient=echo_id))
    correspondence.put(for_bob)
    correspondence.put(for_bob, owner=BOB.account_id)
    for_echo = Content(START_MS, VisibleMessage("wrong inbox"))
    correspondence.put(sealed(for_echo, sender=ALICE, recipient=echo_id), owner=BOB.account_id)
    correspondence.put(b"\x00\x02 of the next version")
    correspondence.write(BOB, "hello")

    correspondence.next_for(BOB)
    correspondence.next_for(BOB)

    assert correspondence.sent.empty()


def test_echo_answers_through_the_nodes_of_the_network(
    network: PracticeNetwork, clock: HeldClock
) -> None:
    arrivals: queue.SimpleQueue[Message] = queue.SimpleQueue()
    network.directory.on_stored.append(arrivals.put)
    data = sealed(
        Content(clock.now_ms(), VisibleMessage("Hello?")),
        sender=ALICE,
        recipient=network.echo.account_id,
    )

    network.submit(
        requests.store(
            network.echo.account_id, data, timestamp_ms=clock.now_ms(), ttl_ms=14 * DAY_MS
        ),
        recipient=network.echo.account_id,
    )

    _own, approval, answer = (arrivals.get(timeout=PATIENCE_S) for _ in range(3))
    assert isinstance(opened(approval.data_b64, ALICE).content.message, MessageRequestResponse)
    assert opened(answer.data_b64, ALICE).content.message.body == "Hello?"
    assert answer.owner == Owner(bytes(ALICE.account_id))
    for member in network.directory.swarm_of(answer.owner):
        page = member.store.page(
            answer.owner, 0, after=None, max_count=None, max_bytes=None, now_ms=clock.now_ms()
        )
        assert [message for message, _ in page.messages] == [approval, answer]
