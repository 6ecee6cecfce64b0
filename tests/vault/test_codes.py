"""Codes: one canonical form for what a person means, and no surprise from any text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault.vector_files import cases
from webapp.vault.codes import (
    LONGEST_CODE,
    LONGEST_NORMALISED,
    PROFILE_1,
    Code,
    CodeKind,
    Profile,
    canonical,
    derive,
    flaw_of,
)
from webapp.vault.errors import TooLittleMemory

SALT = bytes(range(16))
CHEAP = Profile(1, memory_bytes=8192, passes=1)
kinds = st.sampled_from(CodeKind)
texts = st.text(st.characters(codec=None), max_size=60)


@pytest.mark.parametrize("case", cases("codes"))
def test_a_code_has_the_bytes_and_the_root_of_the_vector(case: dict[str, str]) -> None:
    text = case["text"].encode("ascii").decode("unicode_escape")

    code = canonical(case["kind"], text)

    assert code.content.hex() == case["canonical"]
    assert derive(code, SALT, profile=CHEAP).hex() == case["root"]


@pytest.mark.parametrize("case", cases("codes"))
def test_a_code_may_be_set_or_has_the_flaw_of_the_vector(case: dict[str, str]) -> None:
    if case["expect"] == "no_kind":
        assert case["kind"] not in list(CodeKind)
        return
    text = case["text"].encode("ascii").decode("unicode_escape")

    flaw = flaw_of(CodeKind(case["kind"]), text)

    assert (flaw or "code") == case["expect"]


@given(st.text(), texts)
def test_any_text_of_any_kind_has_canonical_bytes(kind: str, text: str) -> None:
    assert canonical(kind, text).content[:1] in {b"\x00", b"\x01", b"\x02", b"\x03"}


typed = st.one_of(
    st.tuples(st.just(CodeKind.PASSPHRASE), texts),
    st.tuples(kinds, st.text("0123456789 \t٣३３³", max_size=60)),
)


@given(typed)
def test_the_canonical_form_of_the_canonical_form_is_itself(
    code: tuple[CodeKind, str],
) -> None:
    kind, text = code
    once = canonical(kind, text).content
    again = canonical(kind, once[1:].decode("utf-8", "surrogatepass")).content

    assert again == once


@given(typed)
def test_what_normalises_alike_is_one_code(code: tuple[CodeKind, str]) -> None:
    kind, text = code
    decomposed = unicodedata.normalize("NFKD", text)

    assert canonical(kind, f" {decomposed}\n") == canonical(kind, text)


@given(texts)
def test_two_kinds_never_share_a_code(text: str) -> None:
    assert len({canonical(kind, text).content for kind in (*CodeKind, "none")}) == 4


@given(kinds, texts)
def test_what_may_be_set_is_within_the_limits(kind: CodeKind, text: str) -> None:
    if flaw_of(kind, text) is None:
        assert 6 <= len(canonical(kind, text).content) - 1 <= 4 * LONGEST_CODE


@pytest.mark.parametrize("kind", ["pin", "pattern", "passphrase", "other"])
def test_nothing_typed_is_no_attempt(kind: str) -> None:
    assert canonical(kind, "").is_empty
    assert not canonical(kind, "1").is_empty


@pytest.mark.parametrize("kind", ["pin", "pattern", "passphrase"])
def test_blanks_alone_are_nothing_typed(kind: str) -> None:
    assert canonical(kind, " \t\n").is_empty


def test_a_text_too_long_for_any_code_is_not_normalised() -> None:
    """Sorting combining signs takes the square of their number: 64 KiB would take seconds."""
    text = "a" + "\u0301\u0316" * LONGEST_NORMALISED

    assert canonical("passphrase", text).content == b"\x03" + text.encode()


@pytest.mark.parametrize("kind", list(CodeKind))
def test_no_code_that_may_be_set_is_left_unnormalised(kind: CodeKind) -> None:
    assert flaw_of(kind, "1" * (LONGEST_NORMALISED + 1)) is not None


def test_a_derivation_without_memory_says_so() -> None:
    with pytest.raises(TooLittleMemory):
        derive(Code(b"\x01314159"), SALT, profile=Profile(1, memory_bytes=2**41, passes=1))


def test_another_salt_gives_another_root() -> None:
    code = canonical("pin", "314159")

    assert derive(code, SALT, profile=CHEAP) != derive(code, bytes(16), profile=CHEAP)


def test_the_profile_is_the_one_that_every_installation_has() -> None:
    assert Profile(number=1, memory_bytes=268_435_456, passes=3) == PROFILE_1


def test_no_code_shows_in_its_repr() -> None:
    assert "314159" not in repr(canonical("pin", "314159"))
