/*
 * What a page says of days is true only until midnight, and a computer may sleep through midnight. So
 * one timer looks whether it is still the same day; while nobody looks at the page, it rests.
 *
 * <time data-time="row" datetime="…"> is written anew. Whatever else speaks of days hears
 * "day:changed".
 */

import { dayOf, timeLabel } from "../lib/dates.js";

const LOOK_EVERY_MS = 60_000;

export class PassingDays {
  #day = dayOf();
  #timer = 0;

  start() {
    document.addEventListener("visibilitychange", () => this.#look());
    this.#look();
  }

  #look() {
    clearTimeout(this.#timer);
    if (document.hidden) return;
    this.#timer = setTimeout(() => this.#look(), LOOK_EVERY_MS);
    const day = dayOf();
    if (day === this.#day) return;
    this.#day = day;
    this.#write();
    document.dispatchEvent(new CustomEvent("day:changed"));
  }

  #write() {
    for (const time of document.querySelectorAll("time[data-time]")) {
      time.textContent = timeLabel(time.dataset.time, time.dateTime);
    }
  }
}
