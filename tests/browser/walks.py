"""Walks through the pages: what is looked at wherever somebody can get to."""

from collections.abc import Iterator
from typing import Literal

from playwright.sync_api import Page

from tests.browser.people import CONTRAST, Person

WIDTHS = (1280, 390)
# The second look is for what colours can spoil, which is the contrast alone.
COLOURS: tuple[tuple[Literal["dark", "light"], str | None], ...] = (
    ("dark", None),
    ("light", CONTRAST),
)


def looks_around(person: Person, walk: Iterator[str]) -> None:
    """Have nothing serious for axe at any stop, in either colours, and nothing too wide."""
    width = person.page.viewport_size["width"] if person.page.viewport_size else 0
    for name in walk:
        for colour, rule in COLOURS:
            person.page.emulate_media(color_scheme=colour)
            assert person.finds_obstacles(rule) == [], (name, colour)
            person.keeps_a_picture(f"{name}-{colour}-{width}")
        assert not scrolls_sideways(person.page), name


def scrolls_sideways(page: Page) -> bool:
    """Say whether anything that a person can scroll is wider than it is seen."""
    return bool(
        page.evaluate(
            """["html", ".pane__scroll", ".side__list"]
            .flatMap((part) => [...document.querySelectorAll(part)])
            .some((part) => part.scrollWidth > part.clientWidth)"""
        )
    )
