"""How our functions answer the operations of ``onion.json``."""

from collections.abc import Iterator
from typing import Any

from tests.protocol.vector_identity import answered_by
from webapp.protocol.nodes import Node
from webapp.protocol.onion import Final, Forward, Server, ToServer, build, decrypt_reply, peel
from webapp.protocol.onion_layers import (
    Cipher,
    LayerKey,
    decrypt_layer,
    encrypt_layer,
    open_layer,
    shared_secret,
    unframe,
)

Pair = tuple[bytes, bytes]


def layer_of(inputs: dict[str, Any]) -> LayerKey:
    secret, own, remote = (bytes.fromhex(inputs[name]) for name in ("sk", "pk", "remote_pk"))
    client, node = (remote, own) if inputs["server"] else (own, remote)
    shared = shared_secret(secret, remote)
    return LayerKey(Cipher.parse(inputs["enc_type"]), client=client, node=node, shared=shared)


def check_hop_encrypt(case: dict[str, Any]) -> None:
    layer, message = layer_of(case["inputs"]), bytes.fromhex(case["inputs"]["msg"])
    sealed = encrypt_layer(message, layer)
    assert decrypt_layer(sealed, layer) == message
    assert decrypt_layer(bytes.fromhex(case["output"]), layer) == message
    assert len(sealed) == len(bytes.fromhex(case["output"]))


def hop_decrypt(**inputs: Any) -> str:
    return decrypt_layer(bytes.fromhex(inputs["ct"]), layer_of(inputs)).hex()


def onion_response_decrypt(
    enc_type: str, destination_x25519_pk: str, final_x25519_pk: str, final_x25519_sk: str, ct: str
) -> str:
    node, client, secret = map(
        bytes.fromhex, (destination_x25519_pk, final_x25519_pk, final_x25519_sk)
    )
    shared = shared_secret(secret, node)
    reply = LayerKey(Cipher.parse(enc_type), client=client, node=node, shared=shared)
    return decrypt_reply(bytes.fromhex(ct), reply).hex()


def check_onion_parse(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    sealed, directions = unframe(bytes.fromhex(inputs["req"]))
    own, secret = bytes.fromhex(inputs["pk"]), bytes.fromhex(inputs["sk"])
    payload, layer = open_layer(sealed, directions, x25519=own, x25519_secret=secret)
    expected = case["output"]
    assert payload.hex() == expected["payload"]
    assert layer.client.hex() == expected["remote_pk"]
    if "reply" in expected:
        assert decrypt_layer(bytes.fromhex(expected["reply"]), layer).hex() == inputs["reply"]


def check_onion_build(case: dict[str, Any]) -> None:
    """Peel the reference's onion and ours: they must differ in keys only."""
    inputs = case["inputs"]
    onion = build(
        [node_of(hop) for hop in inputs["hops"]],
        destination=destination_of(inputs["destination"]),
        body=bytes.fromhex(inputs["payload"]),
        cipher=Cipher.parse(inputs["enc_type"]),
    )
    theirs = list(peeled(bytes.fromhex(case["output"]["onion"]), case["keys"]))
    assert list(peeled(onion.body, case["keys"])) == theirs
    assert len(theirs) == len(inputs["hops"]) + 1
    assert theirs[-1] == inputs["payload"]
    for hop, layer in zip(theirs, case["peeled"], strict=False):
        assert hop == addressed(layer["routing"])


def peeled(framed: bytes, keys: dict[str, Any]) -> Iterator[Any]:
    """Yield to where each node passes the request on, and at last the payload."""
    pairs = [pair_of(hop) for hop in keys["hops"]]
    destination = pair_of(keys["destination"])
    for own, secret in [*pairs, destination]:
        step = peel(framed, x25519=own, x25519_secret=secret)
        if isinstance(step, Forward):
            yield {"destination": step.next_ed25519.hex()}
            framed = step.frame
        elif isinstance(step, ToServer):
            yield {name: getattr(step, name) for name in ("host", "target", "protocol", "port")}
            yield opened_by_server(step.body, destination)
            return
        else:
            assert isinstance(step, Final)
            yield step.body.hex()


def opened_by_server(body: bytes, pair: Pair) -> str:
    sealed, directions = unframe(body)
    return open_layer(sealed, directions, x25519=pair[0], x25519_secret=pair[1])[0].hex()


def addressed(routing: dict[str, Any]) -> dict[str, Any]:
    names = ("destination", "host", "target", "protocol", "port")
    return {name: routing[name] for name in names if name in routing}


def pair_of(keys: dict[str, str]) -> Pair:
    return bytes.fromhex(keys["xpk"]), bytes.fromhex(keys["xsk"])


def node_of(hop: dict[str, str]) -> Node:
    keys = bytes.fromhex(hop["ed25519_pk"]), bytes.fromhex(hop["x25519_pk"])
    return Node(*keys, ip="127.0.0.1", port=22021)


def destination_of(destination: dict[str, Any]) -> Node | Server:
    if destination["type"] == "snode":
        return node_of(destination)
    protocol = destination["protocol"]
    return Server(
        destination["host"],
        x25519=bytes.fromhex(destination["x25519_pk"]),
        protocol=protocol,
        port=destination["port"] or {"http": 80, "https": 443}[protocol],
    )


CHECKS = {
    "hop_encrypt": check_hop_encrypt,
    "hop_decrypt": answered_by(hop_decrypt),
    "onion_build": check_onion_build,
    "onion_parse": check_onion_parse,
    "onion_response_decrypt": answered_by(onion_response_decrypt),
}
