/*
 * <older-messages data-path="…"> loads one page of older messages when its button comes near or is
 * pressed. The answer puts its successor in its place, until there is nothing older.
 */

import { applyPatch } from "../lib/patch.js";
import { requestHtml } from "../lib/request.js";
import { tell } from "../lib/toast.js";

const LOAD_AHEAD = "600px 0px 0px 0px";

class OlderMessages extends HTMLElement {
  #isLoading = false;
  #near = null;

  connectedCallback() {
    if (!this.dataset.path) return;
    this.#near = new IntersectionObserver((seen) => this.#seen(seen), {
      root: this.parentElement,
      rootMargin: LOAD_AHEAD,
    });
    this.#near.observe(this);
    this.addEventListener("click", (event) => event.target.closest("button") && this.#load());
  }

  disconnectedCallback() {
    this.#near?.disconnect();
  }

  #seen(entries) {
    if (entries.some((entry) => entry.isIntersecting)) this.#load();
  }

  async #load() {
    if (this.#isLoading) return;
    this.#isLoading = true;
    this.#near.disconnect(); // After a failure only the button tries again.
    const log = document.getElementById("log");
    // Old messages are found by reading up. Nobody wants fifty of them announced.
    log.ariaLive = "off";
    try {
      const html = await requestHtml(this.dataset.path);
      if (this.isConnected) applyPatch(html);
    } catch (error) {
      tell(error);
    } finally {
      this.#isLoading = false;
      requestAnimationFrame(() => (log.ariaLive = "polite"));
    }
  }
}

customElements.define("older-messages", OlderMessages);
