"""The schema itself, and the limits under which strangers' protobuf is read."""

from pathlib import Path

import pytest
from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from grpc_tools import protoc  # type: ignore[import-untyped]  # it has no type information
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.worked_values import CONTENT_HEX
from webapp.protocol.content import decode_content
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.wire import session_pb2 as wire
from webapp.protocol.wire.reading import MAX_MESSAGE_BYTES, as_text, parse_message

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "webapp/protocol/wire/session.proto"
# The limit of security.md N2.
MAX_NESTING = 32


def test_the_committed_module_is_made_from_the_committed_schema(tmp_path: Path) -> None:
    made = tmp_path / "session.bin"
    options = [f"--proto_path={ROOT}", f"--descriptor_set_out={made}"]
    assert protoc.main(["protoc", *options, SOURCE]) == 0
    committed = FileDescriptorProto()
    wire.DESCRIPTOR.CopyToProto(committed)
    (fresh,) = FileDescriptorSet.FromString(made.read_bytes()).file
    for schema in (committed, fresh):
        # The compiler may spell out the JSON names, which nothing uses.
        for message in schema.message_type:
            for field in message.field:
                field.ClearField("json_name")
    assert committed == fresh


def nesting_of(message: Descriptor, above: tuple[str, ...] = ()) -> int:
    assert message.full_name not in above, "the schema recurses"
    inner = [field.message_type for field in message.fields if field.message_type is not None]
    return 1 + max((nesting_of(part, (*above, message.full_name)) for part in inner), default=0)


def test_no_message_can_nest_deeper_than_the_limit() -> None:
    deepest = max(map(nesting_of, wire.DESCRIPTOR.message_types_by_name.values()))
    assert deepest <= MAX_NESTING


def group(depth: int) -> bytes:
    """Return ``depth`` groups inside each other, under a field number nobody uses."""
    return b"\x9b\x7d" * depth + b"\x9c\x7d" * depth


def inside_data_message(raw: bytes) -> bytes:
    return (
        wire.Content(dataMessage=wire.DataMessage()).SerializeToString()[:1]
        + bytes([len(raw)])
        + raw
    )


@pytest.mark.parametrize("depth", [1, 33, 5_000])
def test_groups_are_refused_at_any_depth(depth: int) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_message(wire.Content, group(depth))


@pytest.mark.parametrize(
    "raw",
    [
        inside_data_message(group(1)),
        inside_data_message(b"\x52\x07\x0a\x01u" + group(1)),
    ],
    ids=["in a message", "in a repeated message"],
)
def test_groups_are_refused_inside_known_messages(raw: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="group"):
        parse_message(wire.Content, raw)


def test_unknown_fields_are_skipped() -> None:
    unknown = b"\xf8\x7d\x01" + b"\xfa\x7d\x02ab"
    content = parse_message(wire.Content, b"\x78\x05" + unknown)
    assert content.sigTimestamp == 5


def test_packed_numbers_are_accepted_where_unpacked_are_written() -> None:
    receipt = parse_message(wire.ReceiptMessage, bytes.fromhex("080112020102"))
    assert list(receipt.timestamp) == [1, 2]
    assert receipt.SerializeToString().hex() == "080110011002"


def test_an_oversized_message_is_refused_unread() -> None:
    with pytest.raises(RemoteProtocolError, match="too long"):
        parse_message(wire.Content, bytes(MAX_MESSAGE_BYTES + 1))


def test_a_message_may_have_one_mebibyte() -> None:
    assert MAX_MESSAGE_BYTES == 1024 * 1024
    head = wire.DataMessage(body="x" * 2**20).SerializeToString()[:4]
    body = "x" * (MAX_MESSAGE_BYTES - len(head))
    raw = wire.DataMessage(body=body).SerializeToString()
    assert len(raw) == MAX_MESSAGE_BYTES
    assert parse_message(wire.DataMessage, raw).body == body


def test_unknown_fields_do_not_get_past_the_typed_content() -> None:
    raw = bytes.fromhex(CONTENT_HEX)
    assert decode_content(raw + b"\xf8\x7d\x01" + b"\xfa\x7d\x02ab") == decode_content(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x2a\x02\x10\x05",
        b"\x0a\x02\x42\x00",
        b"\x2a\x02\x08\x07",
    ],
    ids=["receipt without type", "quote without target", "unknown enum value"],
)
def test_a_missing_required_field_is_noticed_at_any_depth(raw: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="required"):
        parse_message(wire.Content, raw)


def test_a_string_that_is_not_utf8_is_refused_when_read() -> None:
    data = parse_message(wire.DataMessage, b"\x0a\x02\xff\x80")
    with pytest.raises(RemoteProtocolError):
        as_text(data.body)


@pytest.mark.parametrize("kind", [wire.WebSocketMessage, wire.Envelope, wire.Content])
@given(raw=st.binary(max_size=300))
def test_any_bytes_are_a_message_or_refused(
    kind: type[wire.WebSocketMessage | wire.Envelope | wire.Content], raw: bytes
) -> None:
    try:
        assert parse_message(kind, raw).IsInitialized()
    except RemoteProtocolError:
        return
