/*
 * <message-composer>: Enter sends, Shift and Enter make a new line. What was typed stays until the
 * server has it.
 */

import { showError } from "../lib/form-errors.js";

const COUNT_FROM_LEFT = 200;
const TOO_LONG = "This is too long for one message. Send it in two.";
const canGrowByStyle = CSS.supports("field-sizing", "content");

class MessageComposer extends HTMLElement {
  #listening = new AbortController();
  #form = null;
  #text = null;
  #count = null;

  connectedCallback() {
    this.#form = this.querySelector("form");
    this.#text = this.querySelector("textarea");
    this.#count = this.querySelector("[data-count]");
    this.#text.addEventListener("keydown", (event) => this.#pressed(event));
    this.#text.addEventListener("input", () => this.#measure());
    this.#form.addEventListener("submit", (event) => this.#submitted(event));
    this.#form.addEventListener("form:sent", (event) => this.#sent(event.detail.fields));
    document.addEventListener("patch:after", () => this.#name(), {
      signal: this.#listening.signal,
    });
    this.#name();
    this.#measure();
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  /** A name may arrive while its conversation is open. */
  #name() {
    this.#text.placeholder = this.parentElement.querySelector(".peer").dataset.placeholder;
  }

  get #left() {
    return Number(this.dataset.limit) - [...this.#text.value].length;
  }

  #pressed(event) {
    // While an input method composes, Enter chooses a character.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #submitted(event) {
    if (this.#text.value.trim() && this.#left >= 0) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.#left < 0) showError(this.#form, TOO_LONG);
    else this.#text.focus();
  }

  #sent(fields) {
    const sent = fields.get("body");
    // The next message may have been begun while this one was on its way.
    if (this.#text.value.startsWith(sent)) this.#text.value = this.#text.value.slice(sent.length);
    this.#measure();
    this.dispatchEvent(new CustomEvent("composer:sent", { bubbles: true }));
  }

  #measure() {
    const left = this.#left;
    this.#count.hidden = left > COUNT_FROM_LEFT;
    this.#count.textContent = left < 0 ? `${-left} too many` : `${left} left`;
    this.#count.toggleAttribute("data-over", left < 0);
    this.#text.ariaInvalid = left < 0 ? "true" : null;
    if (canGrowByStyle) return;
    this.#text.style.blockSize = "auto";
    this.#text.style.blockSize = `${this.#text.scrollHeight}px`;
  }
}

customElements.define("message-composer", MessageComposer);
