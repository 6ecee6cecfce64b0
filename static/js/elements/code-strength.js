/*
 * <code-strength data-path="…"> tells while somebody types how long the new code would hold. The server
 * knows; a moment's pause is enough to ask, and the last question is the one that counts.
 */

import { applyPatch } from "../lib/patch.js";
import { RequestError, requestHtml } from "../lib/request.js";

const ASK_AFTER_MS = 250;

class CodeStrength extends HTMLElement {
  #timer = 0;
  #asking = new AbortController();

  connectedCallback() {
    this.addEventListener("input", () => this.#changed());
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#asking.abort();
  }

  #changed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), ASK_AFTER_MS);
  }

  async #ask() {
    this.#asking.abort();
    const { signal } = (this.#asking = new AbortController());
    const kind = this.querySelector("[name=kind]:checked").value;
    const text = this.querySelector(`[name="${kind}"]`).value;
    const fields = new URLSearchParams({ kind, text });
    try {
      applyPatch(await requestHtml(this.dataset.path, { method: "POST", fields, signal }));
    } catch (error) {
      // What cannot be told now is told with the next letter; the code is judged once more when set.
      if (error.name !== "AbortError" && !(error instanceof RequestError)) throw error;
    }
  }
}

customElements.define("code-strength", CodeStrength);
