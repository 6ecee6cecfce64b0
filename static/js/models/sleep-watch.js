/*
 * Notices that the page has slept: the computer was suspended, or the browser has frozen the tab. No
 * event tells that in all browsers, but a timer that comes much too late does.
 */

const BEAT_MS = 10_000;
// Tabs out of sight are slowed down to one beat a minute.
const SLEPT_MS = 90_000;

export class SleepWatch {
  #wake;
  #timer = 0;
  #beatAt = 0;
  #listening = new AbortController();

  constructor(wake) {
    this.#wake = wake;
  }

  start() {
    const { signal } = this.#listening;
    this.#beatAt = Date.now();
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
    // They come before the next beat, and before anything is drawn.
    document.addEventListener("resume", () => this.#beat(), { signal });
    document.addEventListener("visibilitychange", () => this.#beat(), { signal });
  }

  stop() {
    clearInterval(this.#timer);
    this.#listening.abort();
  }

  /** The clock of the day: others stand still while the computer sleeps. */
  #beat() {
    const slept = Date.now() - this.#beatAt;
    this.#beatAt = Date.now();
    if (slept > SLEPT_MS) this.#wake();
  }
}
