"""Making, bringing back, finding and closing the account of a data directory."""

import threading
from pathlib import Path

import pytest

from tests.services.conftest import Start
from tests.services.correspondents import PracticeSwitch
from webapp.network.settings import NetworkSettings
from webapp.protocol.recovery import ChecksumMismatch, TooFewWords, UnknownWord
from webapp.services import own_account, reading
from webapp.services.errors import (
    AccountExists,
    AppLocked,
    NameMissing,
    NameTooLong,
    NetworkUnreachable,
    NoAccount,
    UnknownNetwork,
    UnlistedWord,
)
from webapp.services.networks import Networks
from webapp.services.restoring import check_words
from webapp.storage import fresh
from webapp.vault.slots import new_vault

# identity.md §1, account A.
WORDS = "amaze buffet cake entrance symptoms tiger lamb maze nestle python dusted faxed faxed"
ACCOUNT_A = "05ca03b8e369aeeb69fd260c2957d37b232db17a60db7a39bca9f0c0a6be135c1a"


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_first_start_is_fresh_and_has_no_account(start: Start) -> None:
    runtime = start()

    assert runtime.state == "fresh"
    with pytest.raises(NoAccount):
        runtime.account()


def test_an_account_is_found_again_after_a_restart(start: Start) -> None:
    runtime = start()
    runtime.create_account("  Marit ", network="practice")
    account_id = runtime.account().account_id

    again = start()

    assert again.state == "open"
    assert again.account().account_id == account_id
    assert reading.account_record(again.account()).name == "Marit"


def test_a_new_account_begins_with_an_empty_list(start: Start) -> None:
    runtime = start()
    runtime.create_account("Marit", network="practice")

    assert reading.first_conversations(runtime.account()).rows == []


def test_words_bring_the_account_back_in_any_case_and_spacing(start: Start) -> None:
    runtime = start()

    runtime.restore_account(
        "  " + WORDS.upper().replace(" ", "\n "), name="Marit", network="practice"
    )

    assert runtime.account().account_id.hex == ACCOUNT_A
    assert " ".join(own_account.recovery_words(runtime.account())) == WORDS
    assert reading.account_record(runtime.account()).words_confirmed


def test_twelve_words_show_which_account_they_complete_to() -> None:
    checked = check_words(WORDS.rsplit(" ", 1)[0])

    assert checked.completed
    assert checked.account_id.hex == ACCOUNT_A


def test_saved_words_are_remembered(start: Start) -> None:
    runtime = start()
    runtime.create_account("Marit", network="practice")
    assert not reading.account_record(runtime.account()).words_confirmed

    own_account.confirm_words(runtime.account())

    assert reading.account_record(start().account()).words_confirmed


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("amaze buffet", TooFewWords),
        (WORDS.replace("lamb", "lmab"), UnknownWord),
        (WORDS.replace("lamb", "qqqqqqq"), UnlistedWord),
        (WORDS.replace("faxed faxed", "faxed maze"), ChecksumMismatch),
    ],
)
def test_wrong_words_change_nothing(
    start: Start, tmp_path: Path, words: str, error: type[Exception]
) -> None:
    runtime = start()
    before = snapshot(tmp_path / "data")

    with pytest.raises(error):
        runtime.restore_account(words, name="Marit", network="practice")

    assert runtime.state == "fresh"
    assert snapshot(tmp_path / "data") == before


@pytest.mark.parametrize(
    ("name", "network", "error"),
    [
        ("", "practice", NameMissing),
        (" \u200b\u202e ", "practice", NameMissing),
        ("é" * 51, "practice", NameTooLong),
        ("Marit", "elsewhere", UnknownNetwork),
        ("Marit", "testnet", UnknownNetwork),
    ],
)
def test_a_wrong_name_or_network_changes_nothing(
    start: Start, tmp_path: Path, name: str, network: str, error: type[Exception]
) -> None:
    runtime = start()
    before = snapshot(tmp_path / "data")

    with pytest.raises(error):
        runtime.create_account(name, network=network)

    assert runtime.state == "fresh"
    assert snapshot(tmp_path / "data") == before


def test_without_a_network_nothing_is_made(
    start: Start, tmp_path: Path, practice: PracticeSwitch
) -> None:
    runtime = start()
    before = snapshot(tmp_path / "data")
    practice.off()

    with pytest.raises(NetworkUnreachable):
        runtime.create_account("Marit", network="practice")

    assert runtime.state == "fresh"
    assert snapshot(tmp_path / "data") == before
    practice.on()
    runtime.create_account("Marit", network="practice")
    assert runtime.state == "open"


def test_a_second_account_is_refused(start: Start) -> None:
    runtime = start()
    runtime.create_account("Marit", network="practice")
    account_id = runtime.account().account_id

    with pytest.raises(AccountExists):
        runtime.create_account("Ilse", network="practice")

    assert runtime.account().account_id == account_id


def test_a_double_click_makes_one_account(start: Start) -> None:
    runtime = start()
    refused: list[Exception] = []

    def click() -> None:
        try:
            runtime.create_account("Marit", network="practice")
        except AccountExists as error:
            refused.append(error)

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 3
    assert runtime.state == "open"


def test_a_vault_that_opens_with_a_code_only_is_locked_and_left_alone(
    start: Start, tmp_path: Path
) -> None:
    start().close()
    vault = tmp_path / "data" / fresh.VAULT
    # Containers follow from the salt, so it stays; the slot that opens without a code goes.
    salt = vault.read_bytes()[:16]
    vault.write_bytes(new_vault(salt))
    before = snapshot(tmp_path / "data")

    runtime = start()

    assert runtime.state == "locked"
    with pytest.raises(AppLocked):
        runtime.account()
    assert snapshot(tmp_path / "data") == before


def test_closing_leaves_no_thread_and_no_side_file(
    start: Start, tmp_path: Path, no_thread_left: None
) -> None:
    runtime = start()
    runtime.create_account("Marit", network="practice")

    runtime.close()
    runtime.close()

    assert runtime.state == "closed"
    names = {path.name for path in (tmp_path / "data" / fresh.CONTAINERS).iterdir()}
    assert names == {str(number) for number in range(8)}


def test_an_account_of_a_network_file_keeps_its_settings(practice: PracticeSwitch) -> None:
    settings = practice.settings()
    given = Networks(preselected="file", practice=practice.settings, file=settings)
    without_file = Networks(preselected="session", practice=practice.settings)

    record = given.record("file")

    assert without_file.settings(record) == settings
    assert given.settings(record) is settings


def test_a_damaged_network_record_is_refused(practice: PracticeSwitch) -> None:
    networks = Networks(preselected="session", practice=practice.settings)

    for record in ({}, {"kind": "file"}, {"kind": "mars"}):
        with pytest.raises(UnknownNetwork):
            networks.settings(record)


def test_the_fixed_networks_are_offered_in_a_fixed_order(practice: PracticeSwitch) -> None:
    def offered(preselected: str) -> tuple[str, ...]:
        return Networks(preselected=preselected, practice=practice.settings).offered()  # type: ignore[arg-type]

    assert offered("session") == offered("practice") == ("session", "practice")
    assert offered("testnet") == ("testnet", "session", "practice")
    assert isinstance(
        Networks(preselected="session", practice=practice.settings).settings({"kind": "testnet"}),
        NetworkSettings,
    )
