/*
 * Loads what lies beyond an end of the log before its reader gets there. A wait that can be noticed
 * shows a spinner; after a failure nothing is asked for again until the reader wants it, or the
 * server is back.
 */

import { RequestError } from "../lib/request.js";
import { gettext } from "../lib/texts.js";

// In heights of the view: further than anybody scrolls while a page is fetched.
const AHEAD = 2;
const BUSY_AFTER_MS = 300;
const SIDES = ["older", "newer"];

export class LogEnds {
  #scroller;
  #window;
  #heading = "";
  #top = 0;
  #failed = new Map();

  constructor(scroller, window) {
    this.#scroller = scroller;
    this.#window = window;
  }

  start(signal) {
    for (const side of SIDES) {
      this.#edge(side)
        .querySelector("button")
        .addEventListener("click", () => this.#load(side), { signal });
    }
    document.addEventListener("server:back", () => this.#tryAgain(), { signal });
  }

  /** To be called when the reader has scrolled. */
  follow() {
    const top = this.#scroller.scrollTop;
    if (top !== this.#top) this.#heading = top < this.#top ? "older" : "newer";
    this.#top = top;
    this.approach();
  }

  /** Shows the ends that there are. To be called when the log has changed. */
  draw() {
    for (const side of SIDES) this.#edge(side).hidden = !this.#window.lacks(side);
  }

  /** To be called when the text is back in its place: to go there was not the reader's wish. */
  settle() {
    this.#top = this.#scroller.scrollTop;
    this.approach();
  }

  /** Loads the end that is near, if it may be. */
  approach() {
    const side = SIDES.find((each) => this.#isDue(each));
    if (side && !this.#window.isAsking) this.#load(side);
  }

  /** A page is given up for another only in the direction of reading, or both would never end. */
  #isDue(side) {
    if (!this.#window.lacks(side) || this.#failed.has(side)) return false;
    return (this.#window.hasRoom || this.#heading === side) && this.#isNear(side);
  }

  #isNear(side) {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const left = side === "older" ? scrollTop : scrollHeight - clientHeight - scrollTop;
    return left < AHEAD * clientHeight;
  }

  async #load(side) {
    const edge = this.#edge(side);
    this.#failed.delete(side);
    delete edge.dataset.state;
    const timer = setTimeout(() => (edge.dataset.state = "loading"), BUSY_AFTER_MS);
    try {
      await this.#window.extend(side);
      delete edge.dataset.state;
    } catch (error) {
      this.#fail(side, error);
    } finally {
      clearTimeout(timer);
    }
  }

  #fail(side, error) {
    if (!(error instanceof RequestError)) throw error;
    this.#failed.set(side, error);
    const edge = this.#edge(side);
    edge.dataset.state = "failed";
    edge.querySelector("[data-sentence]").textContent = gettext("These messages did not load.");
  }

  /** What nobody answered is worth asking again once somebody answers; a refusal is not. */
  #tryAgain() {
    for (const [side, error] of this.#failed) if (error.isUnanswered) this.#failed.delete(side);
    this.approach();
  }

  #edge(side) {
    return this.#scroller.querySelector(`[data-edge="${side}"]`);
  }
}
