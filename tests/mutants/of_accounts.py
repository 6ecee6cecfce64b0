"""Sabotages of what keeps several accounts apart."""

from tests.mutants.sabotage import Sabotage

STORAGE = "webapp/storage"
SERVICES = "webapp/services"
SPACES = "tests/storage/test_spaces.py"
SEVERAL = "tests/services/test_several_accounts.py"
PSEUDONYMS = "tests/services/test_pseudonyms.py"
CUTS = "tests/services/test_pseudonym_crashes.py"
ACCOUNTS = "tests/web/test_account_pages.py"

OF_ACCOUNTS = (
    Sabotage(
        "a late request acts in the account that is shown meanwhile",
        "webapp/web/context.py",
        "        return view(runtime().account(asking), *args, **kwargs)\n",
        "        return view(runtime().account(), *args, **kwargs)\n",
        (f"{ACCOUNTS}::test_a_page_of_an_account_that_is_not_shown_any_more_acts_in_that_account",),
    ),
    Sabotage(
        "what was drawn of another account is sent",
        "webapp/web/live.py",
        "for view, piece in taken if view == now)",
        "for view, piece in taken if view[0] == now[0])",
        ("tests/web/test_live.py::test_what_was_drawn_of_another_account_is_not_sent",),
    ),
    Sabotage(
        "the place of a tab is kept for another account",
        "webapp/web/views/tabs.py",
        "    if not page_is_current():\n",
        "    if False:\n",
        (f"{ACCOUNTS}::test_where_a_tab_was_is_forgotten_with_the_account_it_was_in",),
    ),
    Sabotage(
        "of several accounts the weakest setting of the lock holds",
        f"{SERVICES}/lock_settings.py",
        "        idle_minutes=min(each.idle_minutes for each in found),\n",
        "        idle_minutes=max(each.idle_minutes for each in found),\n",
        (f"{SEVERAL}::test_where_accounts_differ_the_strictest_holds",),
    ),
    Sabotage(
        "a container that was kept counts as free",
        f"{SERVICES}/held_space.py",
        "        taken = self._kept.containers | self._refilling\n",
        "        taken = self._refilling\n",
        (
            f"{PSEUDONYMS}::test_a_code_that_is_kept_takes_its_slot_and_its_containers_and_does_nothing",
        ),
    ),
    Sabotage(
        "a slot that was kept counts as free",
        f"{SERVICES}/held_space.py",
        "        taken = self._kept.slots | {self._held()",
        "        taken = {self._held()",
        (f"{PSEUDONYMS}::test_where_every_slot_is_kept_none_is_taken",),
    ),
    Sabotage(
        "a lock leaves what was kept in memory",
        f"{SERVICES}/app_state.py",
        "        self._held.forget_kept()\n        self._enter",
        "        self._enter",
        (f"{PSEUDONYMS}::test_a_lock_forgets_what_was_kept",),
    ),
    Sabotage(
        "a new code may be the one of another slot",
        f"{SERVICES}/held_space.py",
        "            raise CodeInUse\n        taken =",
        "            pass\n        taken =",
        (f"{PSEUDONYMS}::test_a_code_that_opens_something_else_is_refused_without_saying_what",),
    ),
    Sabotage(
        "a move writes one slot after the other",
        f"{SERVICES}/held_space.py",
        "        self.write(left.without_entry(container), moved, vacated=vacated)\n",
        "        self.write(left.without_entry(container))\n"
        "        self.write(left.without_entry(container), moved, vacated=vacated)\n",
        (f"{CUTS}::test_a_power_cut_anywhere_leaves_the_old_state_or_the_new_one",),
    ),
    Sabotage(
        "the key of an erased account stays in the vault",
        f"{SERVICES}/held_space.py",
        "            self.write(left.without_entry(container), vacated=vacated)\n",
        "            self.write(left, vacated=vacated)\n",
        ("tests/services/test_erasing_one.py::test_the_key_of_an_erased_account_is_in_no_slot",),
    ),
    Sabotage(
        "an erased container keeps what it said",
        f"{STORAGE}/data_directory.py",
        "            refill(self._files, path, head=salt)\n",
        "            pass\n",
        (f"{SPACES}::test_a_refilled_container_keeps_its_size_and_says_nothing",),
    ),
    Sabotage(
        "a start rebuilds the container of another code",
        f"{STORAGE}/repair.py",
        "    return space is not None and size < CONTAINER_BYTES\n",
        "    return space is not None and size != CONTAINER_BYTES\n",
        (f"{SPACES}::test_a_container_behind_another_code_is_left_alone_with_its_log",),
    ),
)
