"""Sabotages of the erase, from the first byte of the vault to the memory of the process."""

from tests.mutants.sabotage import Sabotage

VAULT = "webapp/vault"
STORAGE = "webapp/storage"
SERVICES = "webapp/services"
ERASING = "tests/storage/test_erasing.py"
ERASE = "tests/services/test_erasing.py"
SPARING = "tests/services/test_sparing.py"
GUESSES = "tests/services/test_wrong_codes.py"
ERASE_PAGES = "tests/web/test_erase.py"
HANDOVER = "tests/test_handover.py"

ERASING_SABOTAGES = (
    Sabotage(
        "a second press of a code that erased is counted in the first start",
        f"{SERVICES}/unlocking.py",
        "is_attempt = self._is_set() and not code.is_empty",
        "is_attempt = not code.is_empty",
        ("tests/services/test_emergency.py::test_a_second_press_leaves_no_trace_in_a_first_start",),
    ),
    Sabotage(
        "an erase renames a new vault over the old one",
        f"{STORAGE}/erasing.py",
        "    overwrite(files, path, vault)\n",
        "    from webapp.storage.files import put_file\n    put_file(files, path, vault)\n",
        (f"{ERASING}::test_the_first_step_writes_one_block_in_place_and_waits_for_the_disk",),
    ),
    Sabotage(
        "a staging vault outlives the keys",
        f"{STORAGE}/erasing.py",
        "    discard(files, staging_path(path))\n",
        "    pass\n",
        (f"{ERASING}::test_a_staging_vault_of_a_failed_write_goes_before_anything_else",),
    ),
    Sabotage(
        "a disk that failed before is not even tried",
        f"{STORAGE}/data_directory.py",
        "self._confirmed(even_if_stopped=True)",
        "self._confirmed()",
        (f"{ERASING}::test_an_earlier_failure_of_the_disk_does_not_keep_the_keys_alive",),
    ),
    Sabotage(
        "the account that is spared is not marked as all that is left",
        f"{STORAGE}/erasing.py",
        "(entry,), flags=SlotFlags.REBUILD_OTHERS)",
        "(entry,))",
        (f"{ERASING}::test_the_rest_is_rebuilt_around_an_account_that_is_spared",),
    ),
    Sabotage(
        "the slot that is left always has the first place",
        f"{STORAGE}/erasing.py",
        "Space(any_place(), slot, root)",
        "Space(0, slot, root)",
        (f"{ERASING}::test_the_place_of_the_slot_that_is_left_is_by_lot",),
    ),
    Sabotage(
        "the other slots of the vault are kept when one account is spared",
        f"{VAULT}/slots.py",
        "    return seal_slot(new_vault(salt), index, root=root, slot=slot)\n",
        "    return seal_slot(_header(salt) + bytes(SLOT_COUNT * SLOT_BYTES), index, root=root, slot=slot)\n",
        ("tests/vault/test_slots.py",),
    ),
    Sabotage(
        "a torn vault stays torn",
        f"{STORAGE}/repair.py",
        "    is_torn = vault is not None and space is None and all(_orphans(files, directory, vault))\n",
        "    is_torn = False\n",
        (f"{ERASING}::test_a_vault_torn_in_the_middle_is_that_of_a_first_start_after_the_next",),
    ),
    Sabotage(
        "a vault whose containers are missing is taken for torn",
        f"{STORAGE}/repair.py",
        "    return [bool(head) and head not in salts for head in heads]\n",
        "    return [head not in salts for head in heads]\n",
        (f"{ERASING}::test_a_vault_whose_containers_are_only_missing_is_kept",),
    ),
    Sabotage(
        "a tripwire is written over in one go",
        f"{STORAGE}/repair.py",
        "        _write_anew(files, path, secrets.token_bytes(len(tripwire)))\n",
        "        pass\n",
        (f"{ERASING}::test_an_erase_cut_anywhere_ends_in_a_first_start_or_has_not_begun",),
    ),
    Sabotage(
        "an old throttle outlives an erase",
        f"{STORAGE}/repair.py",
        "        _write_anew(files, path, throttle)\n",
        "        pass\n",
        (f"{ERASING}::test_an_erased_directory_is_that_of_a_first_start",),
    ),
    Sabotage(
        "side files of containers that nobody uses are kept",
        f"{STORAGE}/repair.py",
        "        remove_side_files(files, path)\n        if keeps_size",
        "        if keeps_size",
        (f"{ERASING}::test_an_erased_directory_is_that_of_a_first_start",),
    ),
    Sabotage(
        "a container is built before the rubbish goes",
        f"{STORAGE}/repair.py",
        "            remove(files, path)\n",
        "            head = container_salt(vault_salt, number)\n"
        "            put_random(files, path, head=head, size_bytes=CONTAINER_BYTES)\n",
        (f"{ERASING}::test_a_full_disk_is_no_obstacle",),
    ),
    Sabotage(
        "what one file refuses ends the rest",
        f"{STORAGE}/repair.py",
        "        refusals.append(error)\n",
        "        raise\n",
        (f"{ERASING}::test_the_other_containers_go_although_one_is_refused",),
    ),
    Sabotage(
        "memory is emptied before the keys on the disk are gone",
        f"{SERVICES}/runtime.py",
        '            self._directory.destroy_all_keys()\n            self._enter("erased")\n            self._abandon()\n',
        '            self._enter("erased")\n            self._abandon()\n            self._directory.destroy_all_keys()\n',
        (ERASE,),
    ),
    Sabotage(
        "the rest is swept before the keys are destroyed",
        f"{SERVICES}/runtime.py",
        "            self._directory.destroy_all_keys()\n",
        "            self._directory.finish_erase()\n            self._directory.destroy_all_keys()\n",
        (f"{ERASE}::test_a_disk_that_does_not_confirm_stops_it", ERASE),
    ),
    Sabotage(
        "an erase waits for every thread",
        f"{SERVICES}/runtime.py",
        "self._drop(abandon_all)",
        "self._drop()",
        (f"{ERASE}::test_no_thread_that_is_slow_to_end_holds_it_up",),
    ),
    Sabotage(
        "the database stays open after an erase",
        f"{SERVICES}/running.py",
        "threading.Thread(target=_close, args=(accounts,)",
        "threading.Thread(target=list, args=(accounts,)",
        (f"{ERASE}::test_database_network_and_keys_are_gone_when_it_is_told",),
    ),
    Sabotage(
        "a second erase is another one",
        f"{SERVICES}/runtime.py",
        '            if self._state in ("erasing", "closed"):\n                return\n            self._directory',
        '            if self._state == "closed":\n                return\n            self._directory',
        (f"{ERASE}::test_a_second_erase_is_the_first_one",),
    ),
    Sabotage(
        "a rest that was refused is not tried again",
        f"{SERVICES}/erasing.py",
        "            if is_done:\n                return\n",
        "            return\n",
        (f"{ERASE}::test_a_rest_that_is_refused_is_shown_to_nobody_and_tried_again",),
    ),
    Sabotage(
        "an account is made while the rest is swept",
        f"{SERVICES}/space_changes.py",
        "            self._rest.await_try()\n",
        "            pass\n",
        (f"{ERASE}::test_an_account_is_made_only_when_the_rest_was_swept",),
    ),
    Sabotage(
        "a sparing erase that was cut is never finished",
        f"{SERVICES}/runtime.py",
        "        if space.is_all_that_is_left:\n",
        "        if False:\n",
        (f"{SPARING}::test_a_crash_after_the_first_write_is_finished_by_the_next_unlock",),
    ),
    Sabotage(
        "the rest begins before the answer to the last code",
        f"{SERVICES}/runtime.py",
        "        self._rest.begin(after_s=self.gate.until_answer_s())\n\n    def erase_forgotten",
        "        self._finish_erase(None)\n\n    def erase_forgotten",
        (ERASE,),
    ),
    Sabotage(
        "one wrong code counts each time",
        f"{SERVICES}/unlocking.py",
        "if throttle.read(content).limit and tag not in self._tags:",
        "if throttle.read(content).limit:",
        (f"{GUESSES}::test_one_wrong_code_typed_again_counts_once",),
    ),
    Sabotage(
        "guesses are counted without a limit",
        f"{VAULT}/throttle.py",
        "return self.limit > 0 and self.guesses >= max(self.limit, LOWEST_LIMIT)",
        "return self.guesses >= max(self.limit, LOWEST_LIMIT)",
        ("tests/vault/test_throttle.py",),
    ),
    Sabotage(
        "a limit below the lowest counts",
        f"{VAULT}/throttle.py",
        "self.guesses >= max(self.limit, LOWEST_LIMIT)",
        "self.guesses >= self.limit",
        ("tests/vault/test_throttle.py",),
    ),
    Sabotage(
        "wrong codes erase where no code is set",
        f"{SERVICES}/runtime.py",
        "        is_due = self.code_is_set\n",
        "        is_due = True\n",
        (f"{GUESSES}::test_without_a_code_nothing_is_erased",),
    ),
    Sabotage(
        "a right code forgets the limit",
        f"{VAULT}/throttle.py",
        "Throttle(limit=read(content).limit)",
        "Throttle()",
        ("tests/vault/test_throttle.py",),
    ),
    Sabotage(
        "other browsers stay after an erase",
        "webapp/web/sessions.py",
        "            self._end([session for session in self._sessions if session is not kept])\n",
        "            pass\n",
        (f"{ERASE_PAGES}::test_all_tabs_are_told_at_once_and_other_browsers_are_not_let_in",),
    ),
    Sabotage(
        "only the answer to a code that erases clears the browser",
        "webapp/web/unlock.py",
        "        answer.headers.add(*CLEAR_SITE_DATA)\n        session.clears = True\n",
        "        pass\n",
        (
            f"{ERASE_PAGES}::test_the_last_wrong_code_is_answered_like_a_right_one_and_so_is_what_follows",
        ),
    ),
    Sabotage(
        "what became of the last code is said later",
        "webapp/web/unlock.py",
        'result.reason not in ("opened", "erased")',
        'result.reason != "opened"',
        (f"{ERASE_PAGES}::test_after_the_last_wrong_code_nothing_is_said_of_it_later",),
    ),
    Sabotage(
        "the old process goes on after an erase",
        "webapp/app.py",
        "        self.is_to_be_replaced = not self._stopping.is_set()\n        self._stopping.set()\n",
        "        pass\n",
        (f"{HANDOVER}::test_no_old_key_is_left_in_memory",),
    ),
    Sabotage(
        "what is handed over stays open",
        "webapp/handover.py",
        "        closing.callback(os.close, DESCRIPTOR)\n",
        "        pass\n",
        (f"{HANDOVER}::test_what_is_left_is_received",),
    ),
    Sabotage(
        "a process that goes on announces itself",
        "webapp/app.py",
        "        if inherited is None:\n            _announce",
        "        if True:\n            _announce",
        (f"{HANDOVER}::test_it_says_nothing_more_and_opens_no_window",),
    ),
    Sabotage(
        "what a node does not sign counts as deleted",
        "webapp/protocol/swarm_replies.py",
        "    return claimed if verify(key, text, signature) else Failure.NOT_SIGNED\n",
        "    return claimed\n",
        ("tests/network/test_swarm_delete.py::test_what_is_not_signed_was_not_done",),
    ),
)
