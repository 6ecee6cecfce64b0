"""Where the fuzzer begins: bytes out of the reference vectors."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "vectors"


@cache
def document(area: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / f"{area}.json").read_text(encoding="utf-8"))
    return read


def cases(area: str, operation: str) -> Iterator[dict[str, Any]]:
    """Yield the cases of one operation, those that must fail among them."""
    return (case for case in document(area)["cases"] if case["op"] == operation)


def inputs(area: str, operation: str, *names: str) -> Iterator[bytes]:
    """Yield the named inputs of each case, in hex there, joined."""
    for case in cases(area, operation):
        found = [case["inputs"].get(name) for name in names]
        if all(isinstance(value, str) for value in found):
            yield b"".join(map(from_hex, found))


def texts(area: str, operation: str, name: str) -> Iterator[bytes]:
    """Yield an input that is text."""
    return (case["inputs"][name].encode() for case in cases(area, operation))


def from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        # Cases of what is no hex are good seeds as they are.
        return text.encode()


def observed(*names: str) -> Iterator[dict[str, Any]]:
    """Yield what was seen on real nodes: all, or what is called by one of ``names``."""
    return (
        seen
        for seen in document("storage_rpc_observed")["observed"]
        if not names or seen["name"] in names
    )


def answers(method: str) -> Iterator[bytes]:
    """Yield the JSON with which real nodes answered a method."""
    for seen in observed():
        body = seen["request"].get("body")
        is_asked = isinstance(body, dict) and body.get("method") == method
        if is_asked and isinstance(seen["response"], dict):
            yield json.dumps(seen["response"]).encode()


def calls() -> Iterator[bytes]:
    """Yield the JSON of the requests that real nodes were sent."""
    for seen in observed():
        body = seen["request"].get("body")
        if isinstance(body, dict) and "method" in body:
            yield json.dumps(body).encode()
