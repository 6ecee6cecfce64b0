"""From a launch file to a session."""

import os
import re
import stat
from pathlib import Path

import pytest

from tests.virtual_clock import VirtualClock
from tests.web.raw_client import Answer, is_closed_by_server
from tests.web.stack import Stack, cookie
from webapp.web.errors import LaunchFolderUnusable, LaunchRefused
from webapp.web.languages import language
from webapp.web.launch import LIFE_S, Launcher
from webapp.web.sessions import HostKind, Sessions

posix_only = pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")


def secret_in(path: Path) -> str:
    return re.findall(r'name="secret" value="([^"]+)"', path.read_text())[0]


def post(
    stack: Stack, secret: str, *, kind: HostKind = HostKind.LABEL, origin: str = "null"
) -> Answer:
    headers = {
        "Host": stack.host(kind),
        "Origin": origin,
        "Sec-Fetch-Site": "cross-site",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return stack.ask("POST", "/launch", headers, f"secret={secret}".encode())


def wrong(secret: str) -> str:
    return secret[:-1] + ("A" if secret[-1] != "A" else "B")


@posix_only
def test_only_this_user_can_read_the_file_and_its_folder(stack: Stack) -> None:
    path = stack.launcher.create()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_file_posts_to_both_names_and_loads_nothing(stack: Stack) -> None:
    page = stack.launcher.create().read_text()
    targets = re.findall(r'action="([^"]+)"', page)
    assert targets == [f"http://{stack.host(kind)}/launch" for kind in HostKind]
    assert not re.search(r"\b(src|href)=|url\(|@import", page)
    assert "?" not in "".join(targets)


def test_after_a_file_that_led_nowhere_the_next_one_waits_for_a_click(stack: Stack) -> None:
    first, second = stack.launcher.create(), stack.launcher.create()
    assert "requestSubmit" in first.read_text()
    assert "requestSubmit" not in second.read_text()
    post(stack, secret_in(second))
    assert "requestSubmit" in stack.launcher.create().read_text()


def test_the_right_secret_gives_a_session_by_a_page_that_leads_on(stack: Stack) -> None:
    answer = post(stack, secret_in(stack.launcher.create()))
    assert answer.status == 200
    assert b'<meta http-equiv="refresh" content="0; url=/">' in answer.body
    assert b"<script" not in answer.body
    headers = {"Host": stack.host(), "Cookie": answer.cookie, "Sec-Fetch-Site": "same-origin"}
    assert stack.ask("GET", "/", headers).body == b"private page"


def test_in_the_fallback_the_page_hands_the_tab_its_secret(stack: Stack) -> None:
    kind = HostKind.LOOPBACK
    answer = post(stack, secret_in(stack.launcher.create()), kind=kind)
    tab = re.findall(rb'data-tab="([\w-]{43})"', answer.body)[0].decode()
    assert b"http-equiv" not in answer.body
    headers = {"Host": stack.host(kind), "Cookie": answer.cookie, "X-Safehouse-Tab": tab}
    assert stack.ask("GET", "/private", headers).body == b"private words"


def test_the_file_is_gone_once_it_is_redeemed(stack: Stack) -> None:
    path = stack.launcher.create()
    post(stack, secret_in(path))
    assert not path.exists()


def test_a_wrong_secret_gives_the_uniform_refusal(stack: Stack) -> None:
    answer = post(stack, wrong(secret_in(stack.launcher.create())))
    assert (answer.status, answer.body) == (403, b"Please start the app again.")
    assert not answer.all("Set-Cookie")


@pytest.mark.parametrize("body", ["", "x", ".", "a.b.c", "%00.%ff"])
def test_nonsense_gives_the_uniform_refusal(stack: Stack, body: str) -> None:
    assert (post(stack, body).status, post(stack, body).body) == (
        403,
        b"Please start the app again.",
    )


def test_five_wrong_secrets_void_that_launch_only(stack: Stack) -> None:
    attacked, other = stack.launcher.create(), stack.launcher.create()
    secret, untouched = secret_in(attacked), secret_in(other)
    for _ in range(5):
        post(stack, wrong(secret))
    assert not attacked.exists()
    assert post(stack, secret).status == 403
    assert post(stack, untouched).status == 200


def test_four_wrong_secrets_do_not(stack: Stack) -> None:
    secret = secret_in(stack.launcher.create())
    for _ in range(4):
        post(stack, wrong(secret))
    assert post(stack, secret).status == 200


def test_a_secret_lives_for_a_minute(stack: Stack, clock: VirtualClock) -> None:
    early, late = stack.launcher.create(), stack.launcher.create()
    first, second = secret_in(early), secret_in(late)
    clock.advance(LIFE_S - 1)
    assert post(stack, first).status == 200
    clock.advance(1)
    assert post(stack, second).status == 403
    assert not late.exists()


def test_an_expired_file_is_deleted_without_anybody_asking(
    stack: Stack, clock: VirtualClock
) -> None:
    path = stack.launcher.create()
    clock.advance(LIFE_S)
    stack.launcher.expire()
    assert not path.exists()


def test_a_second_redemption_ends_all_sessions_and_says_so(stack: Stack) -> None:
    bystander = stack.enter()
    secret = secret_in(stack.launcher.create())
    thief = post(stack, secret)
    owner = post(stack, secret)
    assert (owner.status, owner.all("Set-Cookie")) == (403, [])
    assert b"used twice" in owner.body
    assert stack.get("/private", bystander).status == 401
    stolen = {"Host": stack.host(), "Cookie": thief.cookie, "Sec-Fetch-Site": "same-origin"}
    assert stack.ask("GET", "/private", stolen).status == 401


def test_after_a_second_redemption_the_next_launch_tells_too(stack: Stack) -> None:
    secret = secret_in(stack.launcher.create())
    post(stack, secret)
    post(stack, secret)
    warned = post(stack, secret_in(stack.launcher.create()))
    calm = post(stack, secret_in(stack.launcher.create()))
    assert b"used twice" in warned.body
    assert b"http-equiv" not in warned.body
    assert b"used twice" not in calm.body


def test_a_second_redemption_ends_open_tabs(stack: Stack) -> None:
    secret = secret_in(stack.launcher.create())
    with stack.tab(stack.enter()) as tab:
        post(stack, secret)
        post(stack, secret)
        assert tab.next_event() == ["gone"]
        stack.clock.advance(3)  # type: ignore[attr-defined]  # a virtual clock
        assert is_closed_by_server(tab.sock)


def test_a_redeemed_secret_stays_redeemed_after_its_minute(
    stack: Stack, clock: VirtualClock
) -> None:
    session = stack.enter()
    secret = secret_in(stack.launcher.create())
    post(stack, secret)
    clock.advance(LIFE_S * 10)
    post(stack, secret)
    assert not session.alive


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1"])
def test_a_page_of_another_origin_cannot_redeem_even_the_right_secret(
    stack: Stack, origin: str
) -> None:
    secret = secret_in(stack.launcher.create())
    assert post(stack, secret, origin=origin).status == 403
    assert post(stack, secret).status == 200


def test_the_file_speaks_the_language_of_its_reader(tmp_path: Path, clock: VirtualClock) -> None:
    launcher = Launcher(
        tmp_path / "launch",
        sessions=Sessions(port=1, clock=clock),
        clock=clock,
        language=lambda: language("de"),
    )

    page = launcher.create().read_text(encoding="utf-8")

    assert '<html lang="de" dir="ltr">' in page
    assert "Safehouse ist bereit" in page


def test_at_exit_files_and_empty_folder_are_gone(tmp_path: Path, clock: VirtualClock) -> None:
    folder = tmp_path / "launch"
    launcher = Launcher(folder, sessions=Sessions(port=1, clock=clock), clock=clock)
    launcher.create()
    launcher.close()
    assert not folder.exists()


def test_at_exit_a_strangers_file_keeps_the_folder(tmp_path: Path, clock: VirtualClock) -> None:
    folder = tmp_path / "launch"
    launcher = Launcher(folder, sessions=Sessions(port=1, clock=clock), clock=clock)
    launcher.create()
    (folder / "notes.txt").write_text("mine")
    launcher.close()
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_a_file_that_a_killed_process_left_is_deleted_and_a_fresh_one_is_not(
    tmp_path: Path, clock: VirtualClock
) -> None:
    launcher = Launcher(tmp_path, sessions=Sessions(port=1, clock=clock), clock=clock)
    now_s = clock.now_ms() / 1000
    for name, age_s in (("start-old.html", LIFE_S + 5), ("start-new.html", 5)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (now_s - age_s, now_s - age_s))
    launcher.create()
    assert not (tmp_path / "start-old.html").exists()
    assert (tmp_path / "start-new.html").exists()


@posix_only
def test_a_folder_that_is_a_link_is_not_used(tmp_path: Path, clock: VirtualClock) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "launch").symlink_to(elsewhere)
    launcher = Launcher(tmp_path / "launch", sessions=Sessions(port=1, clock=clock), clock=clock)
    with pytest.raises(LaunchFolderUnusable):
        launcher.create()
    assert list(elsewhere.iterdir()) == []


@posix_only
def test_a_folder_that_others_could_read_is_closed_to_them(
    tmp_path: Path, clock: VirtualClock
) -> None:
    folder = tmp_path / "launch"
    folder.mkdir(mode=0o755)
    Launcher(folder, sessions=Sessions(port=1, clock=clock), clock=clock).create()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_an_unknown_launch_is_refused(stack: Stack) -> None:
    with pytest.raises(LaunchRefused):
        stack.launcher.redeem("0000.secret", HostKind.LABEL)


def test_a_session_of_a_launch_is_one_of_its_host(stack: Stack) -> None:
    session, _ = stack.launcher.redeem(secret_in(stack.launcher.create()), HostKind.LOOPBACK)
    assert session.kind is HostKind.LOOPBACK
    assert cookie(session)
