"""One answer holds the whole style sheet, layer by layer."""

import re

from webapp.resources import static_dir
from webapp.web.stylesheet import filled_in

APP = static_dir() / "css" / "app.css"


def test_every_import_has_been_replaced_by_the_text_of_its_file() -> None:
    whole = filled_in(APP)

    assert "@import" not in whole
    for name in re.findall(r'@import url\("([^"]+)"\)', APP.read_text(encoding="utf-8")):
        assert (APP.parent / name).read_text(encoding="utf-8") in whole


def test_the_order_of_the_layers_comes_first() -> None:
    first = re.search(r"^@layer .*$", filled_in(APP), re.MULTILINE)

    assert first is not None
    assert first[0] == "@layer reset, tokens, base, layout, components, utilities;"
