/*
 * <hold-to-show> has the recovery words in the document only while its button is held. Space, Enter
 * and a screen reader's click cannot hold, so they show on the first and hide on the second press.
 */

import { applyPatch } from "../lib/patch.js";
import { requestHtml } from "../lib/request.js";
import { tell } from "../lib/toast.js";

class HoldToShow extends HTMLElement {
  #listening = new AbortController();
  #bars = null;
  #button = null;
  #isShown = false;

  connectedCallback() {
    const { signal } = this.#listening;
    this.#bars = this.querySelector(".words").cloneNode(true);
    this.#button = this.querySelector("[data-hold]");
    this.#button.addEventListener("pointerdown", (event) => event.button === 0 && this.#show());
    this.#button.addEventListener("keydown", (event) => this.#pressed(event));
    this.#button.addEventListener("click", (event) => event.detail === 0 && this.#toggle());
    this.#button.addEventListener("contextmenu", (event) => event.preventDefault());
    for (const end of ["pointerup", "pointercancel", "blur"]) {
      window.addEventListener(end, () => this.#hide(), { signal });
    }
    document.addEventListener("visibilitychange", () => this.#hide(), { signal });
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  #pressed(event) {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (!event.repeat) this.#toggle();
  }

  #toggle() {
    return this.#isShown ? this.#hide() : this.#show();
  }

  async #show() {
    this.#setShown(true);
    try {
      const html = await requestHtml(this.dataset.path, { method: "POST" });
      if (!this.#isShown) return; // Released before the answer came.
      applyPatch(html);
      this.querySelector("[data-after-shown]")?.removeAttribute("disabled");
    } catch (error) {
      this.#hide();
      tell(error);
    }
  }

  #hide() {
    if (!this.#isShown) return;
    this.#setShown(false);
    this.querySelector(".words").replaceWith(this.#bars.cloneNode(true));
  }

  #setShown(isShown) {
    this.#isShown = isShown;
    this.#button.ariaPressed = String(isShown);
  }
}

customElements.define("hold-to-show", HoldToShow);
