"""Reads the colours of tokens.css as a browser would, for each theme that a person can choose."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

STYLES = Path(__file__).resolve().parents[2] / "static/css"
HUES = tuple(str(number) for number in range(10))

Colour = tuple[float, float, float, float]


@dataclass(frozen=True)
class Look:
    """One way in which the page can look."""

    family: str
    accent: str
    dark: bool
    hue: str

    def __str__(self) -> str:
        return f"{self.family}-{'dark' if self.dark else 'light'}-{self.accent}-hue{self.hue}"

    def selectors(self) -> set[str]:
        named = {"family": self.family, "accent": self.accent, "hue": self.hue}
        return {":root"} | {f'[data-{name}="{value}"]' for name, value in named.items()}


def looks(families: Iterable[str], accents: Iterable[str]) -> Iterator[Look]:
    """Yield every combination of a pair of themes, an accent, light or dark, and a hue."""
    for family, accent, dark, hue in product(families, accents, (False, True), HUES):
        yield Look(family, accent, dark, hue)


def tokens(look: Look, css: str) -> dict[str, str]:
    """Return what each custom property is declared as; of two declarations the later one counts."""
    found: dict[str, str] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", without_comments(css)):
        if {selector.strip() for selector in selectors.split(",")} & look.selectors():
            found |= dict(re.findall(r"(--[\w-]+):\s*([^;]+);", body))
    return found


def without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


def colour(name: str, declared: Mapping[str, str], *, dark: bool) -> Colour:
    """Return the colour that ``--name`` stands for, as red, green, blue and opacity from 0 to 1."""
    value = declared[f"--{name}"]
    if reference := re.fullmatch(r"var\(--([\w-]+)\)", value):
        return colour(reference[1], declared, dark=dark)
    if pair := re.fullmatch(r"light-dark\((#\w+|rgb\([^)]*\)), (#\w+|rgb\([^)]*\))\)", value):
        value = pair[2] if dark else pair[1]
    if mixed := re.fullmatch(r"rgb\((\d+) (\d+) (\d+) / ([\d.]+)\)", value):
        red, green, blue = (int(part) / 255 for part in mixed.groups()[:3])
        return red, green, blue, float(mixed[4])
    red, green, blue = (part / 255 for part in bytes.fromhex(value.removeprefix("#")))
    return red, green, blue, 1.0


def over(top: Colour, below: Colour) -> Colour:
    """Return what is seen where ``top`` lies on ``below``."""
    share = top[3]
    red, green, blue = (
        share * upper + (1 - share) * lower for upper, lower in zip(top[:3], below[:3], strict=True)
    )
    return red, green, blue, 1.0


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two opaque colours (WCAG 2.1), from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(seen: Colour) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in seen[:3]
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
