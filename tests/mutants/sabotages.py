"""One-line sabotages of what protects the user; each must make the named tests fail.

Who adds a protection adds a sabotage of it. ``old`` is text of the file that occurs once; it may
reach over several lines to be unique, but what changes is one thought.
"""

from tests.mutants.erasing_sabotages import ERASING_SABOTAGES
from tests.mutants.of_accounts import OF_ACCOUNTS
from tests.mutants.sabotage import Sabotage
from tests.mutants.size_sabotages import SIZE_SABOTAGES

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
        "    throttle = unreadable() if space is None else fresh.fresh_throttle()\n",
        "    throttle = fresh.fresh_throttle()\n",
        ("tests/storage/test_opening.py",),
    ),
    Sabotage(
        "a slot that destroys is opened like any other",
        f"{STORAGE}/space.py",
        "    return None if found is None or found.is_duress else found\n",
        "    return found\n",
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
        "min(found.count + 1, _MOST_COUNT)",
        "min(found.count, _MOST_COUNT)",
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
        "is_attempt = self._is_set() and not code.is_empty",
        "is_attempt = self._is_set()",
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
        f"{SERVICES}/app_state.py",
        "        self._held.space = self._kind = None\n",
        "        self._kind = None\n",
        (f"{LOCKING}::test_after_a_deep_lock_nothing_in_memory_leads_to_a_key",),
    ),
    Sabotage(
        "a locked app still hands out its account",
        f"{SERVICES}/app_state.py",
        '        if self._state == "locked":\n            raise AppLocked\n        running',
        "        running",
        (f"{LOCKING}::test_a_light_lock_goes_on_receiving_and_shows_nothing",),
    ),
    Sabotage(
        "tabs are told of a lock when everything is closed",
        f"{SERVICES}/runtime.py",
        '            self._lock_now()\n            if depth == "deep":\n                self._drop()\n',
        '            if depth == "deep":\n                self._drop()\n                self._lock_now()\n',
        (f"{LOCKING}::test_a_lock_is_told_while_the_database_is_still_open_and_nothing_is_shown",),
    ),
    Sabotage(
        "the side files of the database stay",
        f"{SERVICES}/running.py",
        "        running.account.database.close()\n",
        "        pass\n",
        (f"{LOCKING}::test_after_a_deep_lock_no_thread_and_no_side_file_is_left",),
    ),
    Sabotage(
        "the lock waits for a thread for ever",
        f"{SERVICES}/running.py",
        "        thread.join(max(0.0, until_s - clock.monotonic_s()))\n",
        "        thread.join()\n",
        (f"{LOCKING}::test_a_lock_is_done_although_a_thread_does_not_end",),
    ),
    Sabotage(
        "a code is changed without the one before",
        f"{SERVICES}/codes.py",
        '    if runtime.code_is_set:\n        require_current(runtime, current or "")\n',
        "",
        (f"{CODES}::test_without_the_present_code_nothing_changes",),
    ),
    Sabotage(
        "a change goes on after a lock",
        f"{SERVICES}/app_state.py",
        "        if self._held.space is None or generation != self._generation:\n",
        "        if self._held.space is None:\n",
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
        "parse(SAFEST if each.rolled_back else each.rows())",
        "parse(each.rows())",
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
        "        if not environ[LOCKED_KEY] and (is_late or not self._may_see(environ)):\n",
        "        if False:\n",
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
        "for view, piece in taken if view == now)",
        "for view, piece in taken if view[1] == now[1])",
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
        "            session.tabs = TabMemory()\n            session.rehearsal = None",
        "            session.rehearsal = None",
        (f"{SHUTTER}::test_a_lock_forgets_what_the_tabs_have_left_behind",),
    ),
    Sabotage(
        "an unexpected error is told with its values",
        "webapp/process.py",
        'f"unexpected {type(error).__name__} in',
        'f"unexpected {error!r} in',
        ("tests/test_starting.py::test_an_unexpected_error_is_told_without_its_values",),
    ),
    *ERASING_SABOTAGES,
    *OF_ACCOUNTS,
    *SIZE_SABOTAGES,
)
