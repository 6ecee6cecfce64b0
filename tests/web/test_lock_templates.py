"""The page of the lock, and the pages that set a code, as they are drawn."""

from types import SimpleNamespace

import pytest

from tests.web.drawn import draw, first, is_code


def test_the_lock_opens_on_the_pin_and_offers_every_kind() -> None:
    page = draw("pages/lock.html", sentence=None, wait_s=0)
    kinds = [found for tag, found in page.all if tag == "input" and found["type"] == "radio"]

    assert [found["value"] for found in kinds] == ["pin", "pattern", "passphrase"]
    assert ["checked" in found for found in kinds] == [True, False, False]


def test_the_lock_can_be_opened_without_a_script() -> None:
    page = draw("pages/lock.html")
    form = next(found for tag, found in page.all if tag == "form")
    codes = [found for tag, found in page.all if tag == "input" and is_code(found)]

    assert (form["action"], form["method"]) == ("/unlock", "post")
    assert [found["name"] for found in codes] == ["pin", "pattern", "passphrase"]
    assert not [found for found in codes if "hidden" in found or "disabled" in found]
    submits = [found for tag, found in page.all if tag == "button" and found["type"] == "submit"]
    # One to unlock, the other for whoever has forgotten the code.
    assert [found.get("name") for found in submits] == [None, "step"]


@pytest.mark.parametrize(
    ("stage", "steps"),
    [("idle", ["ask"]), ("waiting", ["cancel"]), ("ready", ["cancel", "erase"])],
)
def test_an_erase_without_the_code_is_offered_step_by_step(stage: str, steps: list[str]) -> None:
    forgotten = SimpleNamespace(stage=stage, wait_s=65, word="erase", problem=None)
    page = draw("partials/_forgotten.html", forgotten=forgotten)

    offered = [found["value"] for _, found in page.all if found.get("name") == "step"]
    assert offered == steps
    assert ("1:05" in page.text) == (stage == "waiting")


def test_the_lock_shows_what_it_was_told_to_say_and_nothing_of_the_account() -> None:
    quiet = draw("pages/lock.html", sentence=None, wait_s=0)
    after = draw("pages/lock.html", sentence="This does not open anything.", wait_s=8)

    assert "hidden" in first(quiet, "code-error")
    assert "hidden" not in first(after, "code-error")
    assert "Next try in 8 seconds." in after.text
    assert not [name for _, found in quiet.all for name in found if name == "data-hue"]


def test_the_digits_stand_in_their_places_and_so_do_the_points() -> None:
    page = draw("pages/lock.html").all
    digits = [found["data-digit"] for _, found in page if "data-digit" in found]
    points = [found for _, found in page if "data-point" in found]

    assert digits == list("1234567890")
    assert [found["data-point"] for found in points] == list("123456789")
    assert {found["aria-pressed"] for found in points} == {"false"}


@pytest.mark.parametrize("kind", ["pin", "pattern", "passphrase"])
def test_changing_a_code_asks_for_the_one_there_is_in_its_own_kind(kind: str) -> None:
    code = SimpleNamespace(
        kind=kind, label="", limit="", field_label="The code until now", own_label=""
    )
    (current,) = [
        found for _, found in draw("pages/settings/lock_code.html", code=code).all
        if found.get("name") == "current"
    ]  # fmt: skip
    fresh = draw("pages/settings/lock_code.html", code=None)

    assert is_code(current)
    assert not [found for _, found in fresh.all if found.get("name") == "current"]
