"""What a browser keeps of a locked app: nothing to see, to go back to, or to fill in again."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.conftest import BROWSER_FLAGS
from tests.browser.locking import PIN, Keeper
from tests.browser.test_lock_strangers import Neighbour
from tests.cheap_app import make_app
from webapp.app import App
from webapp.services import codes

pytestmark = pytest.mark.browser

SECRET = "The key is under the third stone."
CONTROL = "<form method=post><input name=town id=town></form>"
# What the driver switches off by itself, and people have.
BACK_FORWARD_CACHE = "--disable-back-forward-cache"
# A browser does not draw the edges of rounded corners quite alike each time: so many values of
# colours, three for each dot. The smallest letter has hundreds.
CORNERS = 24
COUNT_DIFFERENCES = """async (pictures) => {
  const [one, other] = await Promise.all(pictures.map(async (picture) => {
    const file = await fetch("data:image/png;base64," + picture);
    const image = await createImageBitmap(await file.blob());
    const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
    pen.drawImage(image, 0, 0);
    return pen.getImageData(0, 0, image.width, image.height).data;
  }));
  if (one.length !== other.length) return one.length;
  return one.filter((value, index) => Math.abs(value - other[index]) > 8).length;
}"""
WRONG = {"passphrase": "not this one at all", "pin": "161803398"}


@pytest.fixture
def apps(tmp_path: Path) -> Iterator[tuple[App, App]]:
    """One app that has been used, and one that was only just set up; a code opens both."""
    made = []
    for name in ("used", "new"):
        app = make_app(tmp_path / name)
        app.start()
        app.runtime.create_account(f"Marit {name}", network="practice")
        made.append(app)
    yield made[0], made[1]
    for app in made:
        app.stop()


@pytest.fixture
def neighbour() -> Iterator[Neighbour]:
    program = Neighbour()
    yield program
    program.close()


def uses(keeper: Keeper, kind: str = "pin") -> Keeper:
    keeper.opens_the_app()
    keeper.sets_a_code(kind)
    keeper.goes_back_to_the_list()
    return keeper.writes_to("05" + "ab" * 32).sends(SECRET).sees(SECRET)


def picture(page: Page) -> str:
    """Return the window as it is seen, without the mark of the cursor."""
    page.wait_for_load_state()
    return b64encode(page.screenshot(caret="hide", animations="disabled")).decode()


def differences(browser: Browser, one: str, other: str) -> int:
    """Return how many values of the colours of two pictures differ."""
    with closing(browser.new_context()) as context:
        return int(context.new_page().evaluate(COUNT_DIFFERENCES, [one, other]))


def test_the_lock_of_a_used_app_is_to_the_eye_that_of_a_new_one(
    apps: tuple[App, App], browser: Browser
) -> None:
    used, new = (Keeper(app, browser=browser) for app in apps)
    uses(used).locks()
    new.opens_the_app()
    new.sets_a_code("passphrase")
    new.locks()
    expected = picture(new.page)

    assert differences(browser, picture(used.page), expected) <= CORNERS
    used.page.go_back()
    used.sees_the_lock()
    assert differences(browser, picture(used.page), expected) <= CORNERS
    used.page.reload()
    used.sees_the_lock()
    assert differences(browser, picture(used.page), expected) <= CORNERS
    used.unlocks("pin")
    assert differences(browser, picture(used.page), expected) > CORNERS, "it tells pictures apart"
    for keeper in (used, new):
        keeper.context.close()


def test_the_back_forward_cache_brings_nothing_back(
    apps: tuple[App, App], playwright: Playwright, chromium_path: Path, neighbour: Neighbour
) -> None:
    browser = playwright.chromium.launch(
        executable_path=str(chromium_path),
        args=BROWSER_FLAGS,
        ignore_default_args=[BACK_FORWARD_CACHE],
    )
    with closing(browser):
        keeper = uses(Keeper(apps[0], browser=browser))
        keeper.page.goto(f"http://127.0.0.1:{neighbour.port}/elsewhere")

        apps[0].runtime.lock()
        keeper.page.go_back()

        keeper.sees_the_lock()
        assert SECRET not in keeper.page.content()


def test_no_browser_keeps_a_code(
    apps: tuple[App, App],
    playwright: Playwright,
    *,
    chromium_path: Path,
    neighbour: Neighbour,
    tmp_path: Path,
) -> None:
    neighbour.page = CONTROL
    codes.set_code(apps[0].runtime, kind="pin", text=PIN, repeated=PIN)
    apps[0].runtime.lock()
    profile = tmp_path / "profile"
    context = playwright.chromium.launch_persistent_context(
        str(profile), executable_path=str(chromium_path), args=BROWSER_FLAGS
    )
    with closing(context):
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{neighbour.port}/")
        page.locator("#town").fill("Middelburg")
        with page.expect_navigation():
            page.locator("#town").press("Enter")

        page.goto(apps[0].launcher.create().as_uri())
        page.wait_for_url("http://*.localhost:*/", wait_until="load")
        for kind, code in (*WRONG.items(), ("pin", PIN)):
            page.locator(f"[value={kind}]").check()
            page.locator(f"[name={kind}]").fill(code)
            with page.expect_navigation():
                page.get_by_role("button", name="Unlock").click()
        expect(page.locator("#conversations")).to_be_attached()

    assert is_kept(profile, "Middelburg"), "what nothing forbids is kept, so this can fail"
    assert [code for code in (*WRONG.values(), PIN) if is_kept(profile, code)] == []


def is_kept(profile: Path, text: str) -> bool:
    """Say whether any file that the browser has written holds the text."""
    forms = [text.encode(), text.encode("utf-16-le")]
    files = (path for path in profile.rglob("*") if path.is_file())
    return any(form in path.read_bytes() for path in files for form in forms)
