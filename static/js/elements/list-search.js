/*
 * <list-search> looks for conversations while one types. Escape empties it, the arrow down goes into
 * what was found, Enter opens the first of it.
 */

import { applyPatch } from "../lib/patch.js";
import { requestHtml } from "../lib/request.js";
import { tell } from "../lib/toast.js";

// As long as somebody types on, nobody reads what is found.
const PAUSE_MS = 120;

class ListSearch extends HTMLElement {
  #listening = new AbortController();
  #asking = new AbortController();
  #timer = 0;

  connectedCallback() {
    const { signal } = this.#listening;
    this.addEventListener("input", () => this.#askSoon());
    this.addEventListener("keydown", (event) => this.#pressed(event));
    this.addEventListener("submit", (event) => this.#submitted(event));
    document.addEventListener("shortcut:search", () => this.#focus(), { signal });
    // Whoever has begun to write to somebody found by Account ID is done with looking.
    document.addEventListener("form:sent", (event) => this.#sent(event.target), { signal });
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#asking.abort();
    clearTimeout(this.#timer);
  }

  /** Empties the field and brings the top of the list back; resolves when it stands there. */
  clear() {
    this.#field.value = "";
    return this.#ask();
  }

  get #field() {
    return this.querySelector("input");
  }

  #askSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), PAUSE_MS);
  }

  async #ask() {
    clearTimeout(this.#timer);
    this.#asking.abort();
    const { signal } = (this.#asking = new AbortController());
    const name = encodeURIComponent(this.#field.value.trim());
    try {
      applyPatch(await requestHtml(`/list/rows?name=${name}`, { signal }));
    } catch (error) {
      if (error.name !== "AbortError") tell(error);
    }
  }

  #pressed(event) {
    if (event.isComposing) return;
    if (event.key === "Escape" && this.#field.value) this.clear();
    else if (event.key === "ArrowDown") firstRow()?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  async #submitted(event) {
    event.preventDefault();
    if (!this.#field.value.trim()) return;
    await this.#ask();
    const answer = firstRow() ?? document.querySelector("#found button");
    answer?.click();
  }

  #sent(form) {
    if (form.closest("#found")) this.clear();
  }

  #focus() {
    const back = document.querySelector('#pane [data-get="/list"]');
    if (!this.checkVisibility() && back) {
      // Where one pane is seen at a time, the list has to come back first.
      document.addEventListener("opened", () => this.#focus(), { once: true });
      back.click();
    }
    this.#field.focus();
    this.#field.select();
  }
}

function firstRow() {
  return document.querySelector("#conversations .row");
}

customElements.define("list-search", ListSearch);
