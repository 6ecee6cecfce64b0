/*
 * The panic shortcut: pressed twice within a second, it destroys everything at once and without a
 * question. It is off unless the owner has switched it on, and there is nothing behind a lock. It works
 * whatever lies in front of the page, in fields too, and while an input method composes.
 */

import { isPressed } from "../lib/chords.js";
import { emptyPage } from "../lib/emptied.js";
import { RequestError, request } from "../lib/request.js";

const KEYS = "mod+shift+Backspace";
const WITHIN_MS = 1000;

export class Panic {
  #pressedAt = -Infinity;

  start() {
    document.addEventListener("keydown", (event) => this.#pressed(event), { capture: true });
  }

  #pressed(event) {
    if (!isPressed(KEYS, event) || document.documentElement.dataset.panicChord !== "on") return;
    event.preventDefault();
    // A key that is held down repeats itself, which is no second press.
    if (event.repeat) return;
    const isSecond = event.timeStamp - this.#pressedAt <= WITHIN_MS;
    this.#pressedAt = event.timeStamp;
    if (isSecond) destroy();
  }
}

/** The page shows nothing any more, whatever the answer is. */
async function destroy() {
  emptyPage();
  try {
    await request("/panic", { method: "POST" });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
  } finally {
    location.reload();
  }
}
