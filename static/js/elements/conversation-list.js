/*
 * <conversation-list> marks the row of the open conversation, which the server does not know, and lets
 * the keyboard move in the list.
 */

import { applyPatch } from "../lib/patch.js";
import { requestHtml } from "../lib/request.js";
import { tell } from "../lib/toast.js";
import { ListWindow } from "../models/list-window.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

class ConversationList extends HTMLElement {
  #listening = new AbortController();
  #window = new ListWindow(this);
  #open = "";
  #wanted = "";
  #stop = "";

  connectedCallback() {
    const { signal } = this.#listening;
    document.addEventListener("patch:before", () => this.#window.remember(), { signal });
    document.addEventListener("patch:after", (event) => this.#patched(event.detail), { signal });
    document.addEventListener("shortcut:previous", () => this.#openNeighbour(-1), { signal });
    document.addEventListener("shortcut:next", () => this.#openNeighbour(1), { signal });
    document.addEventListener("shortcut:pinned", (event) => this.#openPinned(event.detail.number), {
      signal,
    });
    this.addEventListener("keydown", (event) => this.#pressed(event));
    this.addEventListener("focusin", (event) => this.#focused(event.target));
    this.#mark();
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  /** Where live updates ask for what the list shows (models/live.js). */
  get path() {
    return this.#window.path;
  }

  #patched(detail) {
    this.#window.settle(detail);
    this.#mark();
  }

  #mark() {
    const pane = document.getElementById("pane");
    if (this.#open && pane.dataset.pane === "list") this.#row(this.#open)?.focus();
    const open = pane?.dataset.for ?? "";
    if (open !== this.#open) this.#wanted = "";
    this.#open = open;
    this.querySelector(".row[aria-current]")?.removeAttribute("aria-current");
    const row = this.#open && this.#row(this.#open);
    if (row) row.ariaCurrent = "true";
    this.#placeTabStop();
  }

  #row(conversation) {
    return this.#window.rows.find((row) => row.dataset.conversation === conversation);
  }

  /** The Tab key stops once in the list, where the reader was; the arrows do the rest. */
  #placeTabStop() {
    const rows = this.#window.rows;
    const stop = rows.find((row) => row.id === this.#stop) ?? this.#row(this.#open) ?? rows[0];
    for (const row of rows) {
      for (const button of [row, row.nextElementSibling]) button.tabIndex = row === stop ? 0 : -1;
    }
  }

  #focused(target) {
    const row = target.closest(".entry")?.querySelector(".row");
    if (!row || row.id === this.#stop) return;
    this.#stop = row.id;
    this.#placeTabStop();
  }

  #pressed(event) {
    const at = this.#window.entries.indexOf(event.target.closest(".entry"));
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = this.#window.rows;
    if (event.key === "ArrowUp" && at === 0) document.getElementById("list-search").focus();
    else if (event.key in STEPS) rows[at + STEPS[event.key]]?.focus();
    else if (event.key === "Home") this.#goToTop();
    else if (event.key === "End") this.#goToBottom();
    else return;
    event.preventDefault();
  }

  /** Counts from the conversation that is on its way, for whoever presses faster than it comes. */
  #openNeighbour(step) {
    const rows = this.#window.rows;
    const from = this.#wanted || this.#open;
    const at = rows.findIndex((row) => row.dataset.conversation === from);
    const next = at < 0 ? rows[0] : rows[at + step];
    if (!next) return;
    this.#wanted = next.dataset.conversation;
    next.scrollIntoView({ block: "nearest" });
    next.click();
  }

  async #goToTop() {
    if (this.#window.isOpen("before")) await this.#loadTop();
    enter(this.#window.rows[0]);
  }

  async #goToBottom() {
    try {
      if (this.#window.isOpen("after")) applyPatch(await requestHtml("/list/rows?end"));
      enter(this.#window.rows.at(-1));
    } catch (error) {
      tell(error);
    }
  }

  async #openPinned(number) {
    // Pinned ones are at the top, which may have been scrolled out of the page.
    if (this.#window.isOpen("before") || this.#window.list.dataset.query) await this.#loadTop();
    this.querySelectorAll(".row[data-pinned]")[number - 1]?.click();
  }

  #loadTop() {
    return document.querySelector("list-search").clear();
  }
}

/** Browsers scroll to what gets the focus, but not to what a patch has given it to already. */
function enter(row) {
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

customElements.define("conversation-list", ConversationList);
