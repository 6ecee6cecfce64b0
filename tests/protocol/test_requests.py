import json
from base64 import b64decode, b64encode
from typing import Any

import pytest

from tests.protocol.people import ALICE, BOB
from tests.protocol.worked_values import SENT_AT_MS as T
from tests.protocol.worked_values import STORED_FOR_BOB
from webapp.protocol import requests, signed_text
from webapp.protocol.errors import LocalProtocolError
from webapp.protocol.identifiers import MessageHash
from webapp.protocol.keys import verify
from webapp.protocol.requests import Request

HASH = MessageHash("GeL90TdxL5wqlpq95G1HycvrmeDQbc3jn4wfZooPa8g")
OTHER = MessageHash("zXImui/RFoRywJlHZKDrspZjok06bNlNUuK+wMZ9DGs")
OWNED = {"pubkey": BOB.account_id.hex, "pubkey_ed25519": BOB.ed25519.hex()}


def sent(request: Request) -> dict[str, Any]:
    """Return the params that travel, after checking what stands around them."""
    call: dict[str, Any] = json.loads(request.to_json())
    assert call == {"jsonrpc": "2.0", "method": request.method, "params": call["params"]}
    params: dict[str, Any] = call["params"]
    return params


@pytest.mark.parametrize(
    ("request_", "text", "signature"),
    [
        (
            requests.retrieve(BOB, timestamp_ms=T),
            b"retrieve1767225600000",
            "gObAMxkeMR9xIycZIUS1qL05C8XPVUAo8iukwGzNJOCogNwsmC6qPaOm9PHXu3bLxYeqZyIxdv5aQ87T7+v9Dg==",
        ),
        (
            requests.retrieve(BOB, timestamp_ms=T, namespace=2),
            b"retrieve21767225600000",
            "gH8FFhRaoY5Upc+3TCPdYu99jXzKVVdXZ700u76nOmRl+vUUERU0hnPIPD1DhyTzhG5y26ReGMp9ksI3DUncBw==",
        ),
        (
            requests.store(
                BOB.account_id, b"x", timestamp_ms=T, ttl_ms=10_000, namespace=2, keys=BOB
            ),
            b"store21767225600000",
            "Ls5Vwm2To3OFd2h68aweQcNECf+2MMbGiRieiKvVVHKXj94HJlzSdoNWmJq5/PH4T4WfhaZA5EL1Ctj/Y+JlDg==",
        ),
        (
            requests.delete_all(BOB, timestamp_ms=T),
            b"delete_allall1767225600000",
            "25LJJ5hxFtLiBc+FRJUYkV2dOJ3wkMBFUAaAzi9R7/nKRPYjDFE3ebp7UzMo5LQZbGxAAJ4yjMBVMirw1H6DDg==",
        ),
        (
            requests.expire(BOB, [HASH], expiry_ms=1767312000000, change="shorten"),
            b"expireshorten1767312000000" + HASH.text.encode(),
            "+Vp4kRJWRarM2rVlvB2uBcErS2dylRhvKwdN3c0552lgQqJRcdMw8fpggBzpCrnqb09XhOFDXEbqtB9k8VpBCg==",
        ),
        (
            requests.get_expiries(BOB, [HASH], timestamp_ms=T),
            b"get_expiries1767225600000" + HASH.text.encode(),
            "L4F99ZNkLOxS+ZYOTmrM7nz+lFF7HD3ywdH1xkpin3/eLqsKZQ1keQI15RFugilwjdnb47YLgVZdSY+Mt2usAg==",
        ),
        (
            requests.delete(BOB, [HASH]),
            b"delete" + HASH.text.encode(),
            "7nEq6OSqH7IOttU8vDCWQ0iPW8Xz3BJ8Kjgc2ixa4/qg0T9zTy2jnYBxDgGT8Q5mArmNCeO5v05BpV8nD6fyCg==",
        ),
    ],
    ids=lambda value: value.method if isinstance(value, Request) else "",
)
def test_the_worked_requests_are_signed_as_published(
    request_: Request, text: bytes, signature: str
) -> None:
    params = sent(request_)
    assert params["signature"] == signature
    assert params | OWNED == params
    assert verify(BOB.ed25519, text, b64decode(signature))


def test_a_message_is_stored_unsigned_in_the_inbox_of_another() -> None:
    data = b64decode(STORED_FOR_BOB)
    request = requests.store(BOB.account_id, data, timestamp_ms=T, ttl_ms=requests.MESSAGE_TTL_MS)
    assert sent(request) == {
        "pubkey": BOB.account_id.hex,
        "namespace": 0,
        "timestamp": T,
        "ttl": 1_209_600_000,
        "data": STORED_FOR_BOB,
    }


def test_only_the_owner_stores_into_an_authenticated_namespace() -> None:
    for keys in (None, ALICE):
        with pytest.raises(LocalProtocolError):
            requests.store(BOB.account_id, b"x", timestamp_ms=T, ttl_ms=1, namespace=3, keys=keys)


def test_data_that_nodes_would_refuse_is_not_sent() -> None:
    largest = bytes(requests.MAX_DATA_BYTES)
    request = requests.store(BOB.account_id, largest, timestamp_ms=T, ttl_ms=1)
    assert sent(request)["data"] == b64encode(largest).decode()
    with pytest.raises(LocalProtocolError):
        requests.store(BOB.account_id, largest + b"x", timestamp_ms=T, ttl_ms=1)


def test_a_retrieve_tells_where_it_stopped_and_how_much_it_takes() -> None:
    first = sent(requests.retrieve(BOB, timestamp_ms=T))
    assert (first["last_hash"], first["namespace"], first["timestamp"]) == ("", 0, T)
    assert "max_size" not in first
    next_ = sent(requests.retrieve(BOB, timestamp_ms=T, last_hash=HASH, max_size=-2))
    assert (next_["last_hash"], next_["max_size"]) == (HASH.text, -2)


def test_deleting_names_the_hashes_in_their_order() -> None:
    params = sent(requests.delete(BOB, [OTHER, HASH], required=True))
    assert params["messages"] == [OTHER.text, HASH.text]
    assert params["required"] is True
    signature = b64decode(params["signature"])
    assert verify(BOB.ed25519, signed_text.delete_text([OTHER, HASH]), signature)


@pytest.mark.parametrize(
    ("namespace", "text"),
    [(0, b"delete_all1767225600000"), (-11, b"delete_all-111767225600000")],
)
def test_one_namespace_can_be_emptied(namespace: int, text: bytes) -> None:
    params = sent(requests.delete_all(BOB, timestamp_ms=T, namespace=namespace))
    assert params["namespace"] == namespace
    assert verify(BOB.ed25519, text, b64decode(params["signature"]))


@pytest.mark.parametrize("change", [None, "shorten", "extend"])
def test_an_expiry_is_set_or_moved_one_way(change: signed_text.ExpiryChange | None) -> None:
    params = sent(requests.expire(BOB, [HASH], expiry_ms=T, change=change))
    assert params["expiry"] == T
    assert {"shorten", "extend"} & params.keys() == ({change} if change else set())


def test_each_message_can_have_an_expiry_of_its_own() -> None:
    other = MessageHash("B" * 43)
    params = sent(requests.expire(BOB, [HASH, other], expiry_ms=[T, T + 1]))
    assert params["expiry"] == [T, T + 1]
    text = signed_text.expire_text([HASH, other], [T, T + 1])
    assert verify(BOB.ed25519, text, b64decode(params["signature"]))


@pytest.mark.parametrize("expiries_ms", [[], [T], [T] * 3])
def test_another_number_of_expiries_than_messages_is_our_mistake(expiries_ms: list[int]) -> None:
    with pytest.raises(LocalProtocolError):
        requests.expire(BOB, [HASH, HASH], expiry_ms=expiries_ms)


def test_questions_that_need_no_signature() -> None:
    assert sent(requests.get_swarm(BOB.account_id)) == {"pubkey": BOB.account_id.hex}
    assert sent(requests.info()) == {}


def test_nodes_and_seeds_are_asked_for_the_same_list() -> None:
    params = sent(requests.seed_service_nodes())
    assert params == {
        "active_only": True,
        "fields": {
            "public_ip": True,
            "storage_port": True,
            "pubkey_x25519": True,
            "pubkey_ed25519": True,
            "requested_unlock_height": True,
            "height": True,
        },
    }
    assert sent(requests.oxend_service_nodes()) == {
        "endpoint": "get_service_nodes",
        "params": params,
    }


@pytest.mark.parametrize("many", [requests.batch, requests.sequence])
def test_many_requests_travel_as_one(many: Any) -> None:
    swarm = requests.get_swarm(BOB.account_id)
    assert sent(many([requests.info(), swarm])) == {
        "requests": [
            {"method": "info", "params": {}},
            {"method": "get_swarm", "params": {"pubkey": BOB.account_id.hex}},
        ]
    }
    for count in (0, 21):
        with pytest.raises(LocalProtocolError):
            many([requests.info()] * count)


def test_nodes_sign_what_they_did() -> None:
    bob, low, high = BOB.account_id, HASH, OTHER
    expiries = {high: 5, low: 4}
    assert signed_text.stored_text(low) == low.text.encode()
    assert (
        signed_text.deleted_text(bob, requested=[high, low], deleted=[high, low])
        == f"{bob.hex}{high}{low}{low}{high}".encode()
    )
    assert (
        signed_text.deleted_all_text(bob, timestamp_ms=7, deleted=[high, low])
        == f"{bob.hex}7{low}{high}".encode()
    )
    assert (
        signed_text.expired_text(
            bob, expiries_ms=[7], requested=[high], updated=[high, low], unchanged=expiries
        )
        == f"{bob.hex}7{high}{low}{high}{low}4{high}5".encode()
    )
