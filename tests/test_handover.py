"""After an erase: another process, which is the same one to everybody, without the old memory."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.lock_rig import CHEAP
from tests.storage.test_crashes import check_shape
from tests.test_ending import ENDS_WITHIN_S
from tests.visitor import Visitor
from tests.web.raw_client import connect, exchange, is_closed_by_server
from tests.web.stack import cookie
from tests.web.test_unlock import ask, enter
from webapp import handover
from webapp.app import create_app
from webapp.config import Config
from webapp.handover import Inheritance
from webapp.protocol.recovery import decode_recovery_password
from webapp.services import codes
from webapp.storage import fresh
from webapp.vault.codes import PROFILE_1, CodeKind, canonical, derive
from webapp.vault.slots import open_vault, read_salt
from webapp.web.sessions import Heir, HostKind

PIN = "31415926"
NAME = "Marit of the lighthouse"
MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (r)")
needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0,
    reason="only root may read the memory of a process that forbids it",
)
pytestmark = pytest.mark.skipif(
    not handover.IS_POSSIBLE, reason="this system cannot replace a process"
)


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    visitor = Visitor(tmp_path / "home", measured=True)
    yield visitor
    visitor.close()


def used(visitor: Visitor) -> Visitor:
    return visitor.makes_an_account(NAME).sets_a_pin(PIN)


def erased(visitor: Visitor, pin: str = PIN) -> None:
    """Erase, load the first page, and wait until the process has been replaced."""
    connection = visitor.stays_connected()
    assert visitor.erases(pin).status == 204
    assert b"/accounts/new" in visitor.ask("GET", "/").body
    assert is_closed_by_server(connection)
    connection.close()


def memory_of(pid: int) -> Iterator[bytes]:
    """Yield what the process has in memory, mapping by mapping."""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text("ascii").splitlines():
            found = MAPPING.match(line)
            if found is None or "[v" in line:
                continue
            begin, end = int(found[1], 16), int(found[2], 16)
            memory.seek(begin)
            try:
                yield memory.read(end - begin)
            except OSError:
                continue


def held(pid: int, secrets: dict[str, bytes]) -> set[str]:
    """Return the names of the secrets that are in the memory of the process."""
    return {name for part in memory_of(pid) for name, secret in secrets.items() if secret in part}


def secrets_of(visitor: Visitor) -> dict[str, bytes]:
    vault = (visitor.data / fresh.VAULT).read_bytes()
    root = derive(canonical("pin", PIN), read_salt(vault), profile=PROFILE_1)
    opened = open_vault(vault, root)
    assert opened is not None
    seed = bytes(decode_recovery_password(visitor.words()))
    return {
        "root": root,
        "container key": opened[1].entries[0].key,
        "seed": seed,
        "name": NAME.encode(),
        "salt": read_salt(vault),
    }


@needs_root
def test_no_old_key_is_left_in_memory(visitor: Visitor) -> None:
    used(visitor)
    secrets = secrets_of(visitor)
    pid = visitor.process.pid
    assert held(pid, secrets) >= {"root", "container key", "seed", "name"}, "it can find them"

    erased(visitor)

    assert visitor.ask("GET", "/").status == 200
    assert held(pid, secrets) == set()


def test_the_process_goes_on_under_its_name_and_nobody_is_told(visitor: Visitor) -> None:
    used(visitor)
    pid, cookie = visitor.process.pid, visitor.cookie
    maps = Path(f"/proc/{pid}/maps")
    before = maps.read_text("ascii") if maps.exists() else ""

    erased(visitor)

    assert b"/accounts/new" in visitor.ask("GET", "/").body
    assert visitor.cookie != cookie
    if before:
        assert maps.read_text("ascii") != before
    assert visitor.process.poll() is None
    assert exchange(visitor.port, visitor.request("GET", "/"), "::1").status == 200
    assert visitor.stop() == 0
    assert visitor.process.stdout is not None
    assert visitor.process.stderr is not None


def test_it_says_nothing_more_and_opens_no_window(visitor: Visitor) -> None:
    used(visitor)
    erased(visitor)
    visitor.ask("GET", "/")
    visitor.process.terminate()

    told, complained = visitor.process.communicate(timeout=20)

    assert (told, complained) == ("", "")
    assert [path.name for path in visitor.home.iterdir()] == ["data"]


def test_neither_arguments_nor_environment_nor_open_files_tell(visitor: Visitor) -> None:
    used(visitor)
    process = Path(f"/proc/{visitor.process.pid}")
    before = [(process / name).read_bytes() for name in ("cmdline", "environ")]

    erased(visitor)
    visitor.ask("GET", "/")

    assert [(process / name).read_bytes() for name in ("cmdline", "environ")] == before
    assert str(handover.DESCRIPTOR) not in os.listdir(process / "fd")


def test_the_directory_stays_locked_and_a_second_start_finds_the_door(visitor: Visitor) -> None:
    used(visitor)
    erased(visitor)
    visitor.ask("GET", "/")

    visitor.redeem(visitor.starts_again())
    assert b"/accounts/new" in visitor.ask("GET", "/").body


def test_who_asks_while_it_is_replaced_waits(visitor: Visitor) -> None:
    used(visitor)
    connection = visitor.stays_connected()
    assert visitor.erases(PIN).status == 204
    assert visitor.ask("GET", "/").status == 200
    assert is_closed_by_server(connection)
    connection.close()

    waiting = connect(visitor.port)
    waiting.close()
    assert visitor.makes_an_account("Ilse").ask("GET", "/list").status == 200


def test_an_account_made_right_after_is_open_afterwards(visitor: Visitor) -> None:
    used(visitor)
    connection = visitor.stays_connected()
    assert visitor.erases(PIN).status == 204
    assert visitor.ask("GET", "/").status == 200
    visitor.makes_an_account("Ilse")
    assert is_closed_by_server(connection)
    connection.close()

    assert b"Ilse" in visitor.ask("GET", "/").body


def test_whoever_ends_it_in_the_middle_is_obeyed(visitor: Visitor) -> None:
    used(visitor)
    assert visitor.erases(PIN).status == 204

    visitor.process.terminate()

    assert visitor.process.wait(ENDS_WITHIN_S + 18) == 0


def test_whoever_kills_it_right_after_the_answer_finds_a_first_start(visitor: Visitor) -> None:
    used(visitor)
    assert visitor.erases(PIN).status == 204

    visitor.kill()

    visitor.start()
    assert b"/accounts/new" in visitor.ask("GET", "/").body
    check_shape(visitor.data)
    throttle = (visitor.data / fresh.THROTTLE).read_bytes()
    assert throttle == fresh.fresh_throttle()


def test_without_a_browser_it_is_replaced_all_the_same(visitor: Visitor) -> None:
    used(visitor)
    connection = visitor.stays_connected()

    assert visitor.erases(PIN).status == 204

    assert is_closed_by_server(connection)
    connection.close()
    assert visitor.ask("GET", "/").status == 200


def test_an_account_that_is_open_behind_a_code_goes_on_without_asking_for_it(
    tmp_path: Path,
) -> None:
    """As after an erase that has spared it. Both processes are this one."""
    config = Config(
        data_dir=tmp_path / "data", launch_dir=tmp_path / "launch", network="local", profile=CHEAP
    )
    old = create_app(config)
    old.start()
    old.runtime.create_account(NAME, network="practice")
    codes.set_code(old.runtime, kind="pin", text=PIN, repeated=PIN)
    inside, outside, asleep = (enter(old) for _ in range(3))
    inside.unlocked_in = old.runtime.generation
    asleep.clears = asleep.renews = True

    new = create_app(config, inherited=old.hand_over())
    new.start()

    assert new.runtime.state == "open"
    assert new.url == old.url
    assert NAME.encode() in ask(new, inside, "GET", "/").body
    assert b"lock-form" in ask(new, outside, "GET", "/").body
    late = ask(new, asleep, "GET", "/")
    assert late.all("clear-site-data")
    assert late.cookie != cookie(asleep)
    new.runtime.lock()
    assert new.runtime.unlock("pin", PIN).opened
    new.stop()
    old._live.stop()
    old._practice.stop()


# What is handed over.

HEIRS = (
    Heir(HostKind.LABEL, "c" * 43, None, True, False),
    Heir(HostKind.LOOPBACK, "d" * 43, "t" * 43, False, True),
)


# A process of tests may have so many files open that the number of the program is taken.
UNUSED_FROM = 600


@pytest.fixture
def number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the handover have a number that is not taken here."""
    import fcntl

    free = fcntl.fcntl(0, fcntl.F_DUPFD, UNUSED_FROM)
    os.close(free)
    monkeypatch.setattr(handover, "DESCRIPTOR", free)


@pytest.fixture
def pipe(number: None) -> Iterator[int]:
    """Return the writing end of what the next process would read."""
    reading, writing = os.pipe()
    os.dup2(reading, handover.DESCRIPTOR)
    os.close(reading)
    yield writing
    for end in (writing, handover.DESCRIPTOR):
        try:
            os.close(end)
        except OSError:
            continue


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


@pytest.mark.parametrize("opened_by", [None, (b"r" * 32, CodeKind.PASSPHRASE)])
def test_what_is_left_is_received(
    pipe: int, opened_by: tuple[bytes, CodeKind] | None, tmp_path: Path
) -> None:
    lock = os.open(tmp_path, os.O_RDONLY)
    left = Inheritance(lock, (5, 6), "label", HEIRS, opened_by)
    os.write(pipe, handover._MAGIC + handover._encode(left))
    os.close(pipe)

    assert handover.receive() == left
    assert not is_open(handover.DESCRIPTOR)
    assert not os.get_inheritable(lock)
    os.close(lock)


def test_sixteen_sessions_fit() -> None:
    left = Inheritance(9, (10, 11), "l" * 26, HEIRS[1:] * 16, (b"r" * 32, CodeKind.PASSPHRASE))

    assert len(handover._MAGIC + handover._encode(left)) <= handover._MOST_BYTES


def test_at_a_normal_start_there_is_nothing(number: None) -> None:
    assert not is_open(handover.DESCRIPTOR)
    assert handover.receive() is None


def test_a_file_that_a_parent_left_open_there_is_left_alone(number: None, tmp_path: Path) -> None:
    file = os.open(tmp_path, os.O_RDONLY)
    os.dup2(file, handover.DESCRIPTOR)
    os.close(file)

    assert handover.receive() is None
    assert is_open(handover.DESCRIPTOR)
    os.close(handover.DESCRIPTOR)


@pytest.mark.parametrize("content", [b"", b"something else"])
def test_a_pipe_of_somebody_else_is_nothing(pipe: int, content: bytes) -> None:
    os.write(pipe, content)

    assert handover.receive() is None
