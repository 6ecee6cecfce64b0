/*
 * <code-pad> fills the field of a PIN by buttons, each digit always in its place. Whoever types goes on
 * typing, wherever the focus is; nothing is sent before they say so, however long it has become.
 */

import { catchStrayInput } from "../lib/stray-input.js";

class CodePad extends HTMLElement {
  #listening = new AbortController();
  #field = null;

  connectedCallback() {
    this.#field = this.querySelector("input");
    if (!this.querySelector(".pad")) return;
    // The buttons are the keyboard; the one of a phone would cover them.
    this.#field.inputMode = "none";
    this.addEventListener("click", (event) => this.#pressed(event.target.closest(".pad__key")));
    catchStrayInput(this.#field, this.#listening.signal, { isWanted: () => this.checkVisibility() });
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  #pressed(key) {
    if (!key) return;
    const { value } = this.#field;
    this.#field.value = "delete" in key.dataset ? value.slice(0, -1) : value + key.dataset.digit;
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("code-pad", CodePad);
