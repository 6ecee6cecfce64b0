/*
 * The part of the list of conversations that is in the page. Its edges say where it begins and ends;
 * what belongs beyond them is not kept, because nobody knows its neighbours there. What the reader looks
 * at stays where it is, whatever comes, goes or moves around it.
 */

import { compareSort } from "../lib/patch.js";

// More would slow the scrolling down; what goes is loaded again when one comes back.
const MOST_ROWS = 200;

export class ListWindow {
  #host;
  #known = [];
  #seen = [];
  #focused = -1;
  #query = "";

  constructor(host) {
    this.#host = host;
  }

  get list() {
    return this.#host.querySelector("#conversations");
  }

  get entries() {
    return [...this.list.children];
  }

  get rows() {
    return [...this.list.querySelectorAll(".row")];
  }

  /** Whether the list begins, or ends, inside the page. */
  isOpen(side) {
    return Boolean(this.#edge(side).dataset.position);
  }

  /** Where to ask for what is in the page, as it stands now. */
  get path() {
    const { query } = this.list.dataset;
    if (query) return `/list/rows?name=${encodeURIComponent(query)}`;
    const rows = `/list/rows?rows=${Math.min(this.entries.length, MOST_ROWS)}`;
    return this.isOpen("before") ? `${rows}&from=${this.#edge("before").dataset.position}` : rows;
  }

  /** To be called before a patch. */
  remember() {
    const { top, bottom } = this.#scroller.getBoundingClientRect();
    const entries = this.entries;
    this.#query = this.list.dataset.query;
    this.#known = entries.map((entry) => entry.id);
    this.#focused = entries.findIndex((entry) => entry.contains(document.activeElement));
    const isScrolled = this.#scroller.scrollTop > 0 || this.isOpen("before");
    this.#seen = (isScrolled ? entries : [])
      .map((entry) => ({ id: entry.id, ...edges(entry) }))
      .filter((entry) => entry.bottom > top && entry.top < bottom);
  }

  /** To be called after a patch, with what it has placed and removed. */
  settle({ placed, removed }) {
    const mine = placed.filter((element) => element.parentElement === this.list);
    for (const entry of mine) if (!this.#belongs(entry)) entry.remove();
    const goesOn = placed.some((element) => element.id === "list-after" && mine.length);
    this.#trim(goesOn ? "before" : "after");
    this.#stayInPlace(mine);
    this.#keepFocus(removed);
  }

  #belongs(entry) {
    if (this.list.dataset.query) return this.#known.includes(entry.id);
    const [before, after] = [this.#edge("before"), this.#edge("after")];
    if (this.isOpen("before") && compareSort(entry.dataset.sort, before.dataset.position) > 0) {
      return false;
    }
    return !(this.isOpen("after") && compareSort(entry.dataset.sort, after.dataset.position) < 0);
  }

  #trim(side) {
    const entries = this.entries;
    const surplus = entries.length - MOST_ROWS;
    if (surplus <= 0) return;
    const going = side === "before" ? entries.slice(0, surplus) : entries.slice(MOST_ROWS);
    for (const entry of going) entry.remove();
    const outermost = side === "before" ? this.list.firstElementChild : this.list.lastElementChild;
    const edge = this.#edge(side);
    edge.dataset.position = outermost.dataset.sort;
    edge.hidden = false;
  }

  #stayInPlace(moved) {
    if (this.list.dataset.query !== this.#query) {
      this.#scroller.scrollTop = 0;
      return;
    }
    const still = this.#seen.find(({ id }) => {
      const entry = document.getElementById(id);
      return entry && !moved.includes(entry);
    });
    if (!still) return;
    this.#scroller.scrollTop += edges(document.getElementById(still.id)).top - still.top;
  }

  /** Who was in a row that is gone, or has just deleted it, goes on with the one that follows. */
  #keepFocus(removed) {
    if (document.activeElement !== document.body || !document.hasFocus()) return;
    const gone = removed.map((id) => this.#known.indexOf(id)).find((at) => at >= 0);
    const at = this.#focused >= 0 ? this.#focused : (gone ?? -1);
    if (at >= 0) this.rows.at(Math.min(at, this.rows.length - 1))?.focus({ preventScroll: true });
  }

  #edge(side) {
    return this.#host.querySelector(`#list-${side}`);
  }

  get #scroller() {
    return this.#host.parentElement;
  }
}

function edges(entry) {
  const { top, bottom } = entry.getBoundingClientRect();
  return { top, bottom };
}
