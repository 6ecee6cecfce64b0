/*
 * The part of a conversation that is in the page: neighbouring messages, never more than a browser
 * scrolls with ease. It grows at one end and is shortened at the other. data-lacks on the log says
 * at which ends the conversation goes on; what stands beyond an end is not for this window, whoever
 * brings it (lib/patch.js).
 */

import { compareSort, topLevel } from "../lib/patch.js";
import { requestHtml } from "../lib/request.js";

const MOST_ROWS = 200;
const PAGE_ROWS = 50;

export class LogWindow {
  #log;
  #path;
  #asking = null;

  /** `path` is the address of the conversation. */
  constructor(log, path) {
    this.#log = log;
    this.#path = path;
    this.rows = log.getElementsByClassName("message");
  }

  get first() {
    return this.rows[0] ?? null;
  }

  get last() {
    return this.rows[this.rows.length - 1] ?? null;
  }

  get isAsking() {
    return this.#asking !== null;
  }

  /** Whether a page fits without another being given up for it. */
  get hasRoom() {
    return this.rows.length + PAGE_ROWS <= MOST_ROWS;
  }

  /** Whether the conversation goes on at that end: "older" or "newer". */
  lacks(side) {
    return this.#log.dataset.lacks.split(" ").includes(side);
  }

  /** Takes in the page beyond one end. Throws RequestError. */
  async extend(side) {
    const [end, query] = side === "older" ? [this.first, "before"] : [this.last, "after"];
    const page = await this.#ask(`${side}?${query}=${end.dataset.sort}`);
    if (!page || !end.isConnected) return;
    const other = side === "older" ? "newer" : "older";
    this.#change(() => {
      const rows = this.#take(page);
      if (side === "older") this.#log.prepend(...rows);
      else this.#log.append(...rows);
      const isShortened = this.#shorten(other);
      this.#setLacks(side, lacks(page, side));
      if (isShortened) this.#setLacks(other, true);
    });
  }

  /** Shows another part of the conversation: "latest" or "around?place=…". Throws RequestError. */
  async show(part) {
    const page = await this.#ask(part, { isUrgent: true });
    if (!page) return;
    this.#change(() => {
      this.#log.replaceChildren(...this.#take(page));
      this.#log.dataset.lacks = page.dataset.lacks;
    });
  }

  /**
   * Makes what is in the page true again after a gap, and takes in what came behind it if the reader
   * follows the end. Returns the sort of the first unread message, or "". Throws RequestError.
   */
  async catchUp({ isFollowed }) {
    if (!this.first) return this.show("latest").then(() => "");
    const [first, last] = [this.first.dataset.sort, this.last.dataset.sort];
    const page = await this.#ask(`between?first=${first}&last=${last}`, { isUrgent: true });
    if (!page) return "";
    this.#change(() => {
      this.#compare(page, [first, last]);
      this.#log.dataset.lacks = page.dataset.lacks;
    });
    if (isFollowed && this.lacks("newer")) await this.extend("newer");
    return page.dataset.unreadFrom;
  }

  /** Stops waiting for an answer. */
  leave() {
    this.#asking?.abort();
  }

  /** Returns the page behind `path`, or null if it is not wanted any more. One request at a time. */
  async #ask(path, { isUrgent = false } = {}) {
    if (this.#asking && !isUrgent) return null;
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    try {
      const html = await requestHtml(`${this.#path}/${path}`, { signal: asking.signal });
      return this.#log.isConnected ? topLevel(html)[0] : null;
    } catch (error) {
      if (error.name === "AbortError") return null;
      throw error;
    } finally {
      if (this.#asking === asking) this.#asking = null;
    }
  }

  /** Where a message with the focus is given up, the log has it: the keyboard goes on from there. */
  #change(work) {
    const hadFocus = this.#log.contains(document.activeElement);
    work();
    const isLost = hadFocus && !this.#log.contains(document.activeElement);
    if (isLost) this.#log.parentElement.focus({ preventScroll: true });
  }

  /** The rows of a page, those left out that a push has brought already. */
  #take(page) {
    return [...page.children].filter((row) => {
      // They are found by reading on. Nobody wants fifty of them announced.
      row.ariaLive = "off";
      return document.getElementById(row.id)?.parentElement !== this.#log;
    });
  }

  /** Takes away what is too much on one side; returns whether anything was. */
  #shorten(side) {
    const surplus = this.rows.length - MOST_ROWS;
    if (surplus <= 0) return false;
    const range = document.createRange();
    range.selectNodeContents(this.#log);
    if (side === "older") range.setEndBefore(this.rows[surplus]);
    else range.setStartAfter(this.rows[MOST_ROWS - 1]);
    range.deleteContents();
    return true;
  }

  #compare(page, [first, last]) {
    const fresh = new Map([...page.children].map((row) => [row.id, row]));
    const removed = [];
    for (const old of [...this.rows]) {
      const row = fresh.get(old.id);
      fresh.delete(old.id);
      const { sort } = old.dataset;
      // A push may have brought others meanwhile, beyond what was asked for.
      if (!row && compareSort(sort, first) >= 0 && compareSort(sort, last) <= 0) {
        old.remove();
        removed.push(old.id);
      } else if (row && !isSame(old, row)) old.replaceWith(silent(row));
    }
    for (const row of fresh.values()) {
      const next = [...this.rows].find((other) => isLater(other, row));
      this.#log.insertBefore(silent(row), next ?? null);
    }
    document.dispatchEvent(new CustomEvent("log:missed", { detail: { removed } }));
  }

  #setLacks(side, isLacking) {
    const sides = new Set(this.#log.dataset.lacks.split(" ").filter(Boolean));
    if (isLacking) sides.add(side);
    else sides.delete(side);
    this.#log.dataset.lacks = [...sides].join(" ");
  }
}

function lacks(page, side) {
  return page.dataset.lacks.split(" ").includes(side);
}

function isLater(row, other) {
  return compareSort(row.dataset.sort, other.dataset.sort) > 0;
}

function silent(row) {
  row.ariaLive = "off";
  return row;
}

/** Whether the server drew both alike; the page itself marks groups and what has been seen. */
function isSame(old, fresh) {
  return (
    old.dataset.state === fresh.dataset.state &&
    old.childElementCount === fresh.childElementCount &&
    [...old.children].every((child, index) => child.isEqualNode(fresh.children[index]))
  );
}
