"""Sabotages of files of one size, and of the erase without a code."""

from tests.mutants.sabotage import Sabotage

STORAGE = "webapp/storage"
SERVICES = "webapp/services"
ON_DISK = "tests/storage/test_equal_size.py"
EQUAL = "tests/services/test_equal_size.py"
FORGOTTEN = "tests/services/test_forgotten.py"
FORGOT = "tests/web/test_forgot.py"

SIZE_SABOTAGES = (
    Sabotage(
        "padding is zeros",
        f"{STORAGE}/files.py",
        "        files.write_on(file, secrets.token_bytes(piece))\n",
        "        files.write_on(file, bytes(piece))\n",
        (f"{ON_DISK}::test_all_containers_get_one_size_and_one_time_and_keep_what_is_in_them",),
    ),
    Sabotage(
        "padding is written over the file",
        f"{STORAGE}/files.py",
        "os.O_RDWR | os.O_APPEND | _NO_SYMLINK",
        "os.O_RDWR | _NO_SYMLINK",
        (f"{ON_DISK}::test_all_containers_get_one_size_and_one_time_and_keep_what_is_in_them",),
    ),
    Sabotage(
        "times are left as they are",
        f"{STORAGE}/equal_size.py",
        "        files.set_changed(path, at_ns=newest_ns)\n",
        "        pass\n",
        (f"{ON_DISK}::test_the_times_are_those_of_the_one_that_was_used_last",),
    ),
    Sabotage(
        "a new account shrinks its container",
        f"{STORAGE}/data_directory.py",
        "            pad(self._files, staging, size_bytes=self._files.size(target) or 0)\n",
        "",
        (f"{ON_DISK}::test_a_new_account_takes_over_the_size_of_its_container",),
    ),
    Sabotage(
        "a cover stands out by its size",
        f"{STORAGE}/repair.py",
        "    keeps_sizes = is_alone and are_kept_equal(container_sizes(files, directory))\n",
        "    keeps_sizes = False\n",
        (f"{ON_DISK}::test_an_account_that_is_spared_is_one_of_eight_files_of_one_size",),
    ),
    Sabotage(
        "an erase keeps the sizes",
        f"{STORAGE}/repair.py",
        "    keeps_sizes = is_alone and are_kept_equal",
        "    keeps_sizes = are_kept_equal",
        (f"{ON_DISK}::test_an_erase_of_everything_ends_it",),
    ),
    Sabotage(
        "a lock leaves the sizes as they are",
        f"{SERVICES}/runtime.py",
        "                self._drop()\n                self._equal.begin()\n",
        "                self._drop()\n",
        (f"{EQUAL}::test_what_was_used_is_caught_up_with_at_the_next_lock",),
    ),
    Sabotage(
        "what was wanted is forgotten when it does not show",
        f"{SERVICES}/equal_size.py",
        "        return self._is_on or self._directory.are_containers_equal()\n",
        "        return self._directory.are_containers_equal()\n",
        (f"{EQUAL}::test_all_eight_may_outgrow_the_size_at_once",),
    ),
    Sabotage(
        "an erase does not end it",
        f"{SERVICES}/runtime.py",
        "        self._equal.forget()\n",
        "",
        (f"{EQUAL}::test_an_erase_ends_it",),
    ),
    Sabotage(
        "files are padded while they are open",
        f"{SERVICES}/runtime.py",
        "        self._equal.pause()\n        if space",
        "        if space",
        (f"{EQUAL}::test_an_unlock_stops_the_padding",),
    ),
    Sabotage(
        "whoever has forgotten the code need not wait",
        f"{SERVICES}/runtime.py",
        "        self.forgotten.require_ready()\n",
        "",
        (f"{FORGOTTEN}::test_only_after_the_wait_everything_goes",),
    ),
    Sabotage(
        "a right code does not stop an erase without one",
        f"{SERVICES}/runtime.py",
        "            self.forgotten.cancel()\n",
        "",
        (f"{FORGOTTEN}::test_a_right_code_or_another_lock_stops_it",),
    ),
    Sabotage(
        "a wait without the word",
        "webapp/web/unlock.py",
        '        require_erase_word(request.form.get("word", ""))\n',
        "",
        (f"{FORGOT}::test_without_the_word_nothing_begins",),
    ),
)
