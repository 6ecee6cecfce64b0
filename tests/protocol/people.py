"""The two people of the documents' worked values (identity.md §1), and one more."""

from webapp.protocol.keys import AccountKeys, Seed

ALICE_SEED = Seed(bytes(range(0x00, 0x10)))
BOB_SEED = Seed(bytes(range(0x10, 0x20)))
ALICE = AccountKeys.from_seed(ALICE_SEED)
BOB = AccountKeys.from_seed(BOB_SEED)
CAROL = AccountKeys.from_seed(Seed(bytes(range(0x20, 0x30))))
