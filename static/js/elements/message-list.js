/* <message-list> scrolls a log: it arranges what is added and keeps the text under the reader's eyes. */

import { arrange } from "../lib/grouping.js";
import { ReadingPosition } from "../models/reading-position.js";

class MessageList extends HTMLElement {
  #listening = new AbortController();
  #position = new ReadingPosition(this);
  #resized = new ResizeObserver(() => this.#position.isAtEnd && this.#position.goToEnd());

  connectedCallback() {
    const { signal } = this.#listening;
    document.addEventListener("patch:before", () => this.#position.remember(), { signal });
    document.addEventListener("patch:after", (event) => this.#settle(event.detail), { signal });
    this.parentElement.addEventListener("composer:sent", () => this.#follow(), { signal });
    this.addEventListener("scroll", () => this.#position.follow(), { passive: true });
    arrange(this.querySelector("#log"));
    this.#position.goToEnd();
    this.#resized.observe(this);
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#resized.disconnect();
  }

  /** Whoever writes wants to see what they wrote. */
  #follow() {
    this.#position.isAtEnd = true;
  }

  #settle({ placed, removed }) {
    if (!removed.length && !placed.some((element) => this.contains(element))) return;
    arrange(this.querySelector("#log"));
    this.#position.restore();
  }
}

customElements.define("message-list", MessageList);
