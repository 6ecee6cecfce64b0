"""Whether the time of an answer tells which code was typed: ``make timing`` (T-V2).

    python -m tests.timing [--attempts 300] [--seed 1] [--classes right wrong planted] [--raw FILE]

The real clock and the real price of a derivation. Each round tries one code of every class, in an
order by lot, on a locked app, and locks it again. What destroys is tried on a copy of its own, with
the moment of the answer of the others. One class is answered five milliseconds later on purpose: if
that is not found, nothing else that was found means anything.
"""

import argparse
import contextlib
import gc
import itertools
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.services.lock_rig import OTHER_PIN, PIN, Rig
from tests.services.pseudonym_actions import handle_of, move
from tests.timing.comparing import Comparison, compare, holm
from webapp.clock import SystemClock
from webapp.services import codes, emergency
from webapp.services.runtime import Runtime
from webapp.services.unlocking import OPENING_S, RESERVE_S
from webapp.vault import throttle
from webapp.vault.codes import PROFILE_1

LAST_GUESS = "last guess"
EMPTY, COVER = "duress, empty", "duress, cover"
DESTROYING = (LAST_GUESS, EMPTY, COVER)
LIMIT = 8
PLANTED = "planted"
PLANTED_S = 0.005
DURESS_PIN = "161803"
# Kind, text.
CLASSES = {
    "right": ("pin", PIN),
    "second code": ("pin", OTHER_PIN),
    "wrong": ("pin", "000000"),
    "empty": ("pin", ""),
    "64 KiB": ("passphrase", "9" * 64 * 1024),
    LAST_GUESS: ("pin", "777777"),
    EMPTY: ("pin", DURESS_PIN),
    COVER: ("pin", DURESS_PIN),
    PLANTED: ("pin", "000000"),
}
REASONS = {
    **dict.fromkeys(("right", "second code", EMPTY, COVER), "opened"),
    "empty": "empty",
    LAST_GUESS: "erased",
}
# The first rounds load what later ones have in memory.
WARM_UP = 2
# security.md T-V2.
MOST_MS = 5.0
LEAST_P = 0.01
MOST_AUC = 0.55
ALIKE, TOLD_APART = "alike", "told apart"


def one_attempt(runtime: Runtime, name: str) -> float:
    kind, text = CLASSES[name]
    gc.collect()
    begun = time.perf_counter()
    result = runtime.unlock(kind, text)
    if name == PLANTED:
        time.sleep(PLANTED_S)
    took = time.perf_counter() - begun
    if result.reason != REASONS.get(name, "wrong"):
        raise SystemExit(f"{name}: the answer was {result.reason}")
    return took


def prepare(folder: Path, *, has_cover: bool) -> Rig:
    """Return a directory with two accounts behind PIN, one behind another, and a duress code."""
    rig = Rig(folder, clock=SystemClock(), profile=PROFILE_1)
    rig.make_account()
    runtime = rig.start()
    for name in ("Ilse", "Noor"):
        rig.add(runtime, name)
    codes.set_code(runtime, kind="pin", text=PIN, repeated=PIN)
    move(runtime, "Noor", text=OTHER_PIN)
    rehearsal = emergency.begin(
        runtime,
        text=DURESS_PIN,
        repeated=DURESS_PIN,
        current=PIN,
        cover=handle_of(runtime, "Ilse") if has_cover else None,
    )
    emergency.rehearse(runtime, rehearsal, DURESS_PIN)
    emergency.switch_on(runtime, rehearsal)
    rig.end()
    return rig


@contextlib.contextmanager
def copy_of(rig: Rig, name: str, *, derivation_s: float) -> Iterator[Runtime]:
    """Lend a locked app on a copy of the directory, which answers after the same time."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Rig(Path(folder), clock=SystemClock(), profile=PROFILE_1)
        shutil.copytree(rig.path, copy.path)
        runtime = copy.start(derivation_s=derivation_s)
        if name == LAST_GUESS:
            content = throttle.limited(bytes(throttle.THROTTLE_BYTES), limit=LIMIT, now_ms=0)
            for _ in range(LIMIT - 1):
                content = throttle.guessed(content, now_ms=0)
            runtime._directory.write_throttle(content)
        yield runtime
        copy.end()


def measure(
    folder: Path, classes: list[str], *, attempts: int, source: Random
) -> dict[str, list[float]]:
    """Return the seconds of every attempt by class, round by round."""
    rig, with_cover = (prepare(folder / name, has_cover=name == "cover") for name in ("", "cover"))
    still = {name: with_cover if name == COVER else rig for name in DESTROYING}
    used = Rig(folder / "used", clock=SystemClock(), profile=PROFILE_1)
    shutil.copytree(rig.path, used.path)
    runtime = used.start()
    derivation_s = runtime.gate.answers_after_s() - OPENING_S - RESERVE_S
    taken: dict[str, list[float]] = {name: [] for name in classes}
    for number in range(WARM_UP + attempts):
        for name in source.sample(classes, len(classes)):
            if name in still:
                with copy_of(still[name], name, derivation_s=derivation_s) as other:
                    took = one_attempt(other, name)
            else:
                took = one_attempt(runtime, name)
                runtime.lock()
                # The waits between wrong codes are the same for all, and would take days here.
                runtime.gate._counter.clear()
            if number >= WARM_UP:
                taken[name].append(took)
        print(f"\rround {number + 1} of {WARM_UP + attempts}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    used.end()
    return taken


def verdict_on(found: Comparison, ks_p: float, rank_p: float, auc_p: float) -> str:
    """Return what the figures, corrected for their number, say about two classes.

    Not to be told apart is not enough to be alike: too few attempts, or a busy computer, tell
    nothing apart. Alike are those whose difference lies within the limit for sure.
    """
    is_classified = found.auc > MOST_AUC and auc_p < LEAST_P
    if ks_p < LEAST_P or rank_p < LEAST_P or is_classified:
        return TOLD_APART
    is_within = found.low_ms >= -MOST_MS and found.high_ms <= MOST_MS
    return ALIKE if is_within else "unclear"


def report(taken: dict[str, list[float]], *, source: Random) -> bool:
    """Print every pair; return whether only the planted difference was found."""
    pairs = list(itertools.combinations(taken, 2))
    found = [compare(taken[one], taken[other], source=source) for one, other in pairs]
    # The planted class is a control, not one of the comparisons that may raise a false alarm.
    own = [at for at, pair in enumerate(pairs) if PLANTED not in pair]
    planted = [at for at, pair in enumerate(pairs) if PLANTED in pair]
    is_sound = True
    print(f"{'pair':30} {'99 % of the difference, ms':>28} {'KS p':>8} {'rank p':>8} {'AUC':>6}")
    for group in (own, planted):
        ks, rank, auc = (
            holm([getattr(found[at], name) for at in group])
            for name in ("ks_p", "signed_rank_p", "auc_p")
        )
        for place, at in enumerate(group):
            each = found[at]
            verdict = verdict_on(each, ks[place], rank[place], auc[place])
            is_sound &= verdict == (TOLD_APART if group is planted else ALIKE)
            between = f"{each.low_ms:+.3f} to {each.high_ms:+.3f}"
            figures = f"{between:>28} {ks[place]:8.4f} {rank[place]:8.4f} {each.auc:6.3f}"
            print(f"{' / '.join(pairs[at]):30} {figures}  {verdict}")
    return is_sound


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.timing", description=__doc__)
    parser.add_argument("--attempts", type=int, default=300, help="per class (300)")
    parser.add_argument("--seed", type=int, default=1, help="another order")
    parser.add_argument("--classes", nargs="+", choices=list(CLASSES), default=list(CLASSES))
    parser.add_argument("--raw", type=Path, help="keep the seconds of every attempt here, as JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = Random(given.seed)
        taken = measure(Path(folder), given.classes, attempts=given.attempts, source=source)
    if given.raw:
        given.raw.write_text(json.dumps(taken))
    is_sound = report(taken, source=Random(given.seed))
    print("Only the planted 5 ms were found." if is_sound else "NOT as it should be.")
    return 0 if is_sound else 1


if __name__ == "__main__":
    sys.exit(main())
