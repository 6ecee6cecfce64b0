"""Every colour can be read on every surface it stands on, in every theme that can be chosen."""

from collections.abc import Iterator

import pytest

from tests.web.colour_tokens import (
    STYLES,
    Colour,
    Look,
    colour,
    contrast,
    looks,
    over,
    tokens,
    without_comments,
)
from webapp.services.preferences import CHOICES, TEXT_SIZES

TOKENS = (STYLES / "tokens.css").read_text(encoding="utf-8")
BASE = (STYLES / "base.css").read_text(encoding="utf-8")

READ = 4.5
SEEN = 3.0
# What somebody who asks for strong contrast gets for all text but the coloured one.
READ_WELL = 7.0

SURFACES = ("bg", "bg-side", "bg-raised", "bg-field", "bg-hover", "bg-selected")
TINTS = ("accent-tint", "warn-tint", "danger-tint")

# What stands on what, and how clearly it has to be seen. "a + b" is a, half transparent, on b.
PAIRS: dict[str, tuple[tuple[str, ...], tuple[str, ...], float]] = {
    "text": (("text",), (*SURFACES, *TINTS, "bubble-in", "bubble-out"), READ),
    "second lines": (("text-muted",), (*SURFACES, *TINTS, "bubble-in"), READ),
    "time in the own bubble": (("bubble-out-muted",), ("bubble-out",), READ),
    "links and quiet buttons": (
        ("accent-text",), (*SURFACES, "accent-tint", "bubble-in", "bubble-out"), READ,
    ),
    "primary buttons": (("on-accent",), ("accent", "accent-hover"), READ),
    "what destroys": (("paper",), ("danger", "danger-hover"), READ),
    "errors, not sent": (("danger-text",), (*SURFACES, "danger-tint"), READ),
    "drafts, warnings": (("warn-text",), (*SURFACES, "warn-tint"), READ),
    "toast": (("on-toast", "accent-toast"), ("bg-toast", "bg-toast-hover + bg-toast"), READ),
    "initials": (("hue-ink",), ("hue-soft",), READ),
    "names of senders": (("hue-ink",), ("bg",), READ),
    "grey counts": (("bg",), ("text-muted",), READ),
    "lines of fields": (("line-control",), ("bg", "bg-side", "bg-raised", "bg-field"), SEEN),
    "focus": (("focus",), (*SURFACES, *TINTS), SEEN),
    "switches, marks, counts": (("accent",), SURFACES, SEEN),
    "line of a failed bubble": (("danger-text",), ("bg",), SEEN),
    "account bar": (("hue-bar",), ("bg", "bg-side", "bg-raised"), SEEN),
}  # fmt: skip

LOOKS = list(looks(CHOICES["family"], CHOICES["accent"]))


def seen(name: str, declared: dict[str, str], *, dark: bool) -> Colour:
    """Return the colour of a token, or of one on another."""
    top, _, below = name.partition(" + ")
    found = colour(top, declared, dark=dark)
    return over(found, colour(below, declared, dark=dark)) if below else found


def too_close(look: Look, css: str = TOKENS) -> Iterator[str]:
    """Yield the pairs that cannot be told apart well enough."""
    declared = tokens(look, css)
    for use, (fronts, backs, least) in PAIRS.items():
        for front in fronts:
            for back in backs:
                ratio = contrast(
                    seen(front, declared, dark=look.dark), seen(back, declared, dark=look.dark)
                )
                if ratio < least:
                    yield f"{use}: {front} on {back} is {ratio:.2f}, not {least}"


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_everything_can_be_read(look: Look) -> None:
    assert list(too_close(look)) == []


@pytest.mark.parametrize("look", [look for look in LOOKS if look.family == "ink"], ids=str)
def test_strong_contrast_is_strong(look: Look) -> None:
    declared = tokens(look, TOKENS)
    for front in ("text", "text-muted"):
        for back in SURFACES:
            pair = (colour(name, declared, dark=look.dark) for name in (front, back))
            assert contrast(*pair) >= READ_WELL, (front, back)


def test_a_grey_that_is_too_light_is_found() -> None:
    pale = TOKENS.replace("--stone-muted: light-dark(#535e58", "--stone-muted: light-dark(#8a948e")

    found = list(too_close(Look("stone", "green", dark=False, hue="0"), pale))

    assert any("text-muted on bg-selected" in pair for pair in found)


def test_black_on_white_has_the_contrast_that_the_norm_says() -> None:
    assert contrast((0, 0, 0, 1), (1, 1, 1, 1)) == pytest.approx(21)


@pytest.mark.parametrize("name", ["family", "accent"])
def test_every_choice_has_its_colours(name: str) -> None:
    for value in CHOICES[name]:
        assert f'[data-{name}="{value}"]' in TOKENS


def test_every_text_size_has_its_rule() -> None:
    for size in TEXT_SIZES:
        assert size == 100 or (
            f':root[data-text-size="{size}"] {{\n  font-size: {size}%;' in without_comments(BASE)
        )
