/*
 * Tells the server that somebody is there, since only it decides when to lock. What the page does by
 * itself is no sign of anybody. Reports are rare: half of the time after which it would lock, at most one
 * a minute. What is done between two of them is reported when the next one is due.
 */

import { RequestError, request } from "../lib/request.js";

const SIGNS = ["keydown", "pointerdown", "pointermove", "touchstart", "wheel"];
const MINUTE_MS = 60_000;
// The hand that locks is no sign that somebody stays.
const SOON_MS = 1000;

export class Activity {
  #reportedAt = -Infinity;
  #timer = 0;

  start() {
    for (const sign of SIGNS) {
      document.addEventListener(sign, (event) => this.#noticed(event), {
        capture: true,
        passive: true,
      });
    }
    document.addEventListener("lock:begun", () => this.#forget());
  }

  #noticed(event) {
    const { code, idleMinutes } = document.documentElement.dataset;
    if (!event.isTrusted || this.#timer || !code || code === "none") return;
    const every = Math.min(MINUTE_MS, (Number(idleMinutes) * MINUTE_MS) / 2);
    const due = Math.max(SOON_MS, this.#reportedAt + every - performance.now());
    this.#timer = setTimeout(() => this.#report(), due);
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  async #report() {
    this.#reportedAt = performance.now();
    this.#timer = 0;
    try {
      await request("/activity", { method: "POST" });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.isRefused) document.dispatchEvent(new CustomEvent("server:locked"));
    }
  }
}
