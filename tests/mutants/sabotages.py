"""One-line sabotages of what protects the user; each must make the named tests fail.

Who adds a protection adds a sabotage of it. ``old`` is text of the file that occurs once; it may
reach over several lines to be unique, but what changes is one thought.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sabotage:
    """What somebody might do to ``file`` by mistake, and the tests that must notice."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


VAULT = "webapp/vault"
STORAGE = "webapp/storage"
SERVICES = "webapp/services"
CRASHES = "tests/storage/test_crashes.py"
UNLOCKING = "tests/services/test_unlocking.py"
LOCKING = "tests/services/test_locking.py"
CODES = "tests/services/test_codes.py"
IDLE = "tests/services/test_idle_lock.py"
SHUTTER = "tests/web/test_shutter.py"
GUARDED = "tests/services/test_guarded_rows.py"
ERASING = "tests/storage/test_erasing.py"
ERASE = "tests/services/test_erasing.py"
SPARING = "tests/services/test_sparing.py"
GUESSES = "tests/services/test_wrong_codes.py"
ERASE_PAGES = "tests/web/test_erase.py"
HANDOVER = "tests/test_handover.py"

SABOTAGES = (
    Sabotage(
        "a new file is renamed before it is synced",
        f"{STORAGE}/files.py",
        "            files.fsync(file)\n        finally:\n            files.close(file)\n        files.rename",
        "            pass\n        finally:\n            files.close(file)\n        files.rename",
        (f"{CRASHES}::test_a_new_space_cut_anywhere_is_the_old_or_the_new_one",),
    ),
    Sabotage(
        "a file overwritten in place is not synced",
        f"{STORAGE}/files.py",
        "        files.write(file, content)\n        files.fsync(file)\n    finally",
        "        files.write(file, content)\n    finally",
        (f"{UNLOCKING}::test_a_code_is_derived_only_once_its_attempt_is_on_the_disk",),
    ),
    Sabotage(
        "the names in a directory are not synced",
        f"{STORAGE}/files.py",
        "    files.fsync_dir(path.parent)\n\n\ndef replace_secret",
        "    pass\n\n\ndef replace_secret",
        (f"{CRASHES}::test_a_new_space_cut_anywhere_is_the_old_or_the_new_one",),
    ),
    Sabotage(
        "the old vault is not overwritten",
        f"{STORAGE}/files.py",
        "        files.write(old, secrets.token_bytes(len(content)))\n",
        "        pass\n",
        (f"{CODES}::test_the_old_vault_is_overwritten",),
    ),
    Sabotage(
        "the old vault is overwritten before the new one is in its place",
        f"{STORAGE}/files.py",
        "        put_file(files, path, content)\n        files.write(old, secrets.token_bytes(len(content)))\n",
        "        files.write(old, secrets.token_bytes(len(content)))\n        put_file(files, path, content)\n",
        (f"{CODES}::test_a_power_cut_anywhere_leaves_the_old_code_or_the_new_one",),
    ),
    Sabotage(
        "a throttle that was lost begins anew",
        f"{STORAGE}/repair.py",
        "    throttle = unreadable if space is None else fresh.fresh_throttle\n",
        "    throttle = fresh.fresh_throttle\n",
        ("tests/storage/test_opening.py",),
    ),
    Sabotage(
        "a slot that destroys is opened like any other",
        f"{STORAGE}/space.py",
        "    if opened is None or opened[1].kind is not SlotKind.OPEN:\n",
        "    if opened is None:\n",
        ("tests/storage/test_opening.py",),
    ),
    Sabotage(
        "the slots behind the right one are not tried",
        f"{VAULT}/slots.py",
        "        )[better]\n",
        "        )[better]\n        if rank:\n            break\n",
        (f"{UNLOCKING}::test_every_code_costs_one_derivation_and_eight_trials",),
    ),
    Sabotage(
        "the commitment is not looked at",
        f"{VAULT}/slots.py",
        "    return committed, plaintext\n",
        "    return True, plaintext\n",
        ("tests/vault/test_key_commitment.py",),
    ),
    Sabotage(
        "all slots have the same keys",
        f"{VAULT}/slots.py",
        "        bytes([index]), key=root, digest_size",
        '        b"", key=root, digest_size',
        ("tests/vault/test_slots.py",),
    ),
    Sabotage(
        "of two slots of one code the one that destroys wins",
        f"{VAULT}/slots.py",
        "bytes(2 if kind == SlotKind.OPEN else 1 for",
        "bytes(1 if kind == SlotKind.OPEN else 2 for",
        ("tests/vault/test_slots.py",),
    ),
    Sabotage(
        "a vault of an unknown profile is tried all the same",
        f"{VAULT}/slots.py",
        "    if vault[:_HEADER_BYTES] != _header(salt):\n",
        "    if False:\n",
        ("tests/vault/test_slots.py",),
    ),
    Sabotage(
        "wide digits are other digits",
        f"{VAULT}/codes.py",
        'unicodedata.normalize("NFKC", text).split()',
        'unicodedata.normalize("NFC", text).split()',
        ("tests/vault/test_codes.py",),
    ),
    Sabotage(
        "all kinds of code have one form",
        f"{VAULT}/codes.py",
        'CodeKind.PATTERN: b"\\x02"',
        'CodeKind.PATTERN: b"\\x01"',
        ("tests/vault/test_codes.py",),
    ),
    Sabotage(
        "a torn count is a free attempt",
        f"{VAULT}/throttle.py",
        "min(sound[0].count + 1, _MOST_COUNT)",
        "min(sound[0].count, _MOST_COUNT)",
        ("tests/vault/test_throttle.py",),
    ),
    Sabotage(
        "a throttle that cannot be read asks for no wait",
        f"{VAULT}/throttle.py",
        "    return Throttle(LONGEST_COUNT, None)\n",
        "    return Throttle()\n",
        ("tests/vault/test_throttle.py",),
    ),
    Sabotage(
        "a clock that was turned back ends the wait",
        f"{VAULT}/throttle.py",
        "    return max(0, now_ms - throttle.last_ms) / 1000\n",
        "    return abs(now_ms - throttle.last_ms) / 1000\n",
        (f"{UNLOCKING}::test_a_clock_that_was_turned_back_brings_the_whole_wait_again",),
    ),
    Sabotage(
        "an attempt is counted after it was made",
        f"{SERVICES}/unlocking.py",
        "        self.count()\n        try:\n            yield\n",
        "        try:\n            yield\n            self.count()\n",
        (
            f"{UNLOCKING}::test_a_code_is_derived_only_once_its_attempt_is_on_the_disk",
            "tests/services/test_killed_attempts.py::"
            "test_500_kills_between_the_beginning_and_the_answer_give_no_guess_away",
        ),
    ),
    Sabotage(
        "an empty code counts as an attempt",
        f"{SERVICES}/unlocking.py",
        "contextlib.nullcontext() if code.is_empty else self._counter.one_attempt()",
        "self._counter.one_attempt()",
        (f"{UNLOCKING}::test_only_what_was_typed_is_counted",),
    ),
    Sabotage(
        "an empty code is answered without a derivation",
        f"{SERVICES}/unlocking.py",
        "        try:\n            with counting:\n",
        '        if code.is_empty:\n            return "empty"\n        try:\n            with counting:\n',
        (f"{UNLOCKING}::test_every_code_costs_one_derivation_and_eight_trials",),
    ),
    Sabotage(
        "a right code is answered as soon as it is known",
        f"{SERVICES}/unlocking.py",
        "            raise\n        self._await(moment_s)\n",
        "            raise\n",
        (f"{UNLOCKING}::test_every_answer_leaves_at_exactly_the_same_moment",),
    ),
    Sabotage(
        "an error is answered at once",
        f"{SERVICES}/unlocking.py",
        "            self._await(moment_s)\n            raise\n",
        "            raise\n",
        (f"{UNLOCKING}::test_a_disk_that_takes_no_count_lets_no_code_be_tried",),
    ),
    Sabotage(
        "a wait does not keep a code from being tried",
        f"{SERVICES}/unlocking.py",
        "            if wait_s > 0:\n",
        "            if wait_s > 3600:\n",
        (f"{UNLOCKING}::test_while_a_wait_lasts_every_code_is_refused_alike_and_none_is_derived",),
    ),
    Sabotage(
        "a right code does not end the count",
        f"{SERVICES}/unlocking.py",
        "        self._counter.clear()\n",
        "        pass\n",
        (f"{UNLOCKING}::test_a_right_code_begins_the_count_anew",),
    ),
    Sabotage(
        "an attempt without memory stays counted",
        f"{SERVICES}/unlocking.py",
        "            self._directory.write_throttle(before[0])\n",
        "            pass\n",
        (f"{UNLOCKING}::test_without_memory_nothing_is_counted_and_nothing_changes",),
    ),
    Sabotage(
        "any number of codes wait for their turn",
        f"{SERVICES}/unlocking.py",
        "PLACES: Final = 2\n",
        "PLACES: Final = 3\n",
        (f"{UNLOCKING}::test_one_code_is_tried_and_one_waits_and_a_third_is_refused",),
    ),
    Sabotage(
        "codes are tried at the same time",
        f"{SERVICES}/unlocking.py",
        "            with self._turn:\n                yield\n",
        "            yield\n",
        (f"{UNLOCKING}::test_one_code_is_tried_and_one_waits_and_a_third_is_refused",),
    ),
    Sabotage(
        "an unlock of before the lock still opens",
        f"{SERVICES}/runtime.py",
        '            if generation != self._generation or self._state == "closed":\n',
        '            if self._state == "closed":\n',
        (f"{LOCKING}::test_a_code_that_is_still_tried_when_the_app_is_locked_opens_nothing",),
    ),
    Sabotage(
        "the root stays in memory",
        f"{SERVICES}/runtime.py",
        "        self._space = self._kind = None\n",
        "        self._kind = None\n",
        (f"{LOCKING}::test_after_a_deep_lock_nothing_in_memory_leads_to_a_key",),
    ),
    Sabotage(
        "a locked app still hands out its account",
        f"{SERVICES}/runtime.py",
        '        if self._state == "locked":\n            raise AppLocked\n        running',
        "        running",
        (f"{LOCKING}::test_a_light_lock_goes_on_receiving_and_shows_nothing",),
    ),
    Sabotage(
        "tabs are told of a lock when everything is closed",
        f"{SERVICES}/runtime.py",
        '            self.events.publish(Locked())\n            if depth == "deep":\n                self._drop()\n',
        '            if depth == "deep":\n                self._drop()\n            self.events.publish(Locked())\n',
        (f"{LOCKING}::test_a_lock_is_told_while_the_database_is_still_open_and_nothing_is_shown",),
    ),
    Sabotage(
        "the side files of the database stay",
        f"{SERVICES}/running.py",
        "        self.account.database.close()\n",
        "        pass\n",
        (f"{LOCKING}::test_after_a_deep_lock_no_thread_and_no_side_file_is_left",),
    ),
    Sabotage(
        "the lock waits for a thread for ever",
        f"{SERVICES}/running.py",
        "        self.sender.join(END_S)\n",
        "        self.sender.join()\n",
        (f"{LOCKING}::test_a_lock_is_done_although_a_thread_does_not_end",),
    ),
    Sabotage(
        "a code is changed without the one before",
        f"{SERVICES}/codes.py",
        '    if runtime.code_is_set:\n        _require_current(runtime, current or "")\n',
        "",
        (f"{CODES}::test_without_the_present_code_nothing_changes",),
    ),
    Sabotage(
        "a change goes on after a lock",
        f"{SERVICES}/runtime.py",
        "            if self._space is None or generation != self._generation:\n",
        "            if self._space is None:\n",
        (f"{CODES}::test_a_lock_and_an_unlock_in_the_middle_keep_the_old_code",),
    ),
    Sabotage(
        "the first request after the limit is answered",
        f"{SERVICES}/idle_lock.py",
        "        self.tick()\n        with self._guard:\n",
        "        with self._guard:\n",
        (f"{IDLE}::test_a_request_after_the_limit_finds_the_app_locked_before_the_timer_ticks",),
    ),
    Sabotage(
        "a computer that slept stays open",
        f"{SERVICES}/idle_lock.py",
        "    if settings.sleep and seen.slept_s >= SLEEP_S:\n",
        "    if settings.sleep and seen.slept_s >= 86_400 * SLEEP_S:\n",
        (IDLE,),
    ),
    Sabotage(
        "rows of another age are believed",
        f"{VAULT}/freshness.py",
        "    if not _belongs(stored, rows):\n",
        "    if False:\n",
        ("tests/vault/test_freshness.py",),
    ),
    Sabotage(
        "an older database is believed",
        f"{VAULT}/freshness.py",
        '    return "ahead" if is_next else "rolled_back"\n',
        '    return "ahead"\n',
        (f"{GUARDED}::test_a_whole_older_database_is_noticed",),
    ),
    Sabotage(
        "settings that were rolled back count",
        f"{SERVICES}/lock_settings.py",
        "parse(SAFEST if account.guarded.rolled_back else account.guarded.rows())",
        "parse(account.guarded.rows())",
        (f"{GUARDED}::test_a_whole_older_database_is_noticed",),
    ),
    Sabotage(
        "a change hides that the settings were rolled back",
        f"{SERVICES}/guarded_rows.py",
        "                raise RolledBack\n",
        "                self._rolled_back = False\n",
        (f"{GUARDED}::test_before_that_no_setting_can_be_changed",),
    ),
    Sabotage(
        "a host that ends like ours is ours",
        "webapp/web/sessions.py",
        "if self.name(kind) == host)",
        "if host.endswith(self.name(kind)))",
        (
            "tests/web/test_guards.py::test_only_the_allowed_tuples_of_the_whole_matrix_reach_the_app",
        ),
    ),
    Sabotage(
        "an origin that begins like ours is ours",
        "webapp/web/guards.py",
        "            own = origin == self._sessions.hosts.origin(host)\n",
        "            own = origin.startswith(self._sessions.hosts.origin(host)[:7])\n",
        (
            "tests/web/test_guards.py::test_only_the_allowed_tuples_of_the_whole_matrix_reach_the_app",
        ),
    ),
    Sabotage(
        "a session stays unlocked over a lock",
        "webapp/web/shutter.py",
        "session.unlocked_in == before",
        "session.unlocked_in is not None",
        (f"{SHUTTER}::test_what_was_unlocked_before_a_lock_is_worth_nothing_after_it",),
    ),
    Sabotage(
        "an answer leaves that the lock has overtaken",
        "webapp/web/guards.py",
        "        if environ[LOCKED_KEY] or (self._may_see(environ) and not is_late):\n",
        "        if True:\n",
        (f"{SHUTTER}::test_an_answer_that_the_lock_has_overtaken_does_not_leave",),
    ),
    Sabotage(
        "an answer from before a lock leaves after the unlock",
        "webapp/web/guards.py",
        "        is_late = self._shutter.generation != generation\n",
        "        is_late = False\n",
        (f"{SHUTTER}::test_an_answer_from_before_a_lock_does_not_leave_after_the_unlock",),
    ),
    Sabotage(
        "it is not looked whether a lock is due",
        "webapp/web/guards.py",
        "            self._shutter.catch_up()\n",
        "            pass\n",
        (f"{SHUTTER}::test_it_is_looked_whether_a_lock_is_due_before_anything_is_shown",),
    ),
    Sabotage(
        "what was drawn before a lock is pushed after it",
        "webapp/web/live.py",
        "for generation, piece in taken if generation == now)",
        "for generation, piece in taken if generation <= now)",
        (f"{SHUTTER}::test_a_push_drawn_before_a_lock_reaches_nobody_after_the_unlock",),
    ),
    Sabotage(
        "a form from nowhere may try a code",
        "webapp/web/guards.py",
        '(route is Route.LAUNCH or site == "same-origin")',
        "True",
        (
            "tests/web/test_guards.py::test_only_the_allowed_tuples_of_the_whole_matrix_reach_the_app",
        ),
    ),
    Sabotage(
        "a code is answered with the old cookie",
        "webapp/web/unlock.py",
        "sessions.rotate(session)",
        '"safehouse=" + session.cookie.reveal()',
        (
            "tests/web/test_unlock.py::test_every_answer_brings_a_new_cookie_and_the_old_one_is_void",
        ),
    ),
    Sabotage(
        "the lock remembers where the tabs were",
        "webapp/web/sessions.py",
        "            session.tabs = TabMemory()\n",
        "            pass\n",
        (f"{SHUTTER}::test_a_lock_forgets_what_the_tabs_have_left_behind",),
    ),
    Sabotage(
        "an unexpected error is told with its values",
        "webapp/process.py",
        'f"unexpected {type(error).__name__} in',
        'f"unexpected {error!r} in',
        ("tests/test_starting.py::test_an_unexpected_error_is_told_without_its_values",),
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
        "    is_torn = vault is not None and space is None and _is_foreign(files, directory, vault)\n",
        "    is_torn = False\n",
        (f"{ERASING}::test_a_vault_torn_in_the_middle_is_that_of_a_first_start_after_the_next",),
    ),
    Sabotage(
        "a vault whose containers are missing is taken for torn",
        f"{STORAGE}/repair.py",
        "    return all(head and head not in salts for head in heads)\n",
        "    return all(head not in salts for head in heads)\n",
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
        "        remove_side_files(files, path)\n\n\ndef _is_rubbish",
        "        pass\n\n\ndef _is_rubbish",
        (f"{ERASING}::test_an_erased_directory_is_that_of_a_first_start",),
    ),
    Sabotage(
        "a container is built before the rubbish goes",
        f"{STORAGE}/repair.py",
        "    if is_rubbish:\n        remove(files, path)\n",
        "    if is_rubbish:\n        put_file(files, path, fresh.fresh_container(vault_salt, number))\n",
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
        "self._drop(Running.abandon)",
        "self._drop()",
        (f"{ERASE}::test_no_thread_that_is_slow_to_end_holds_it_up",),
    ),
    Sabotage(
        "the database stays open after an erase",
        f"{SERVICES}/running.py",
        '        closing = threading.Thread(target=self.account.database.close, name="close", daemon=True)\n',
        '        closing = threading.Thread(target=int, name="close", daemon=True)\n',
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
        f"{SERVICES}/runtime.py",
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
        "        self._rest.begin(after_s=self.gate.until_answer_s())\n\n    def erase_others",
        "        self._finish_erase(None)\n\n    def erase_others",
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
