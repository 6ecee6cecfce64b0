/*
 * <list-edge data-side="before|after" data-position="…"> stands where the part of the list in the page
 * ends, and loads what joins it there when it comes near or its button is pressed.
 */

import { applyPatch } from "../lib/patch.js";
import { requestHtml } from "../lib/request.js";
import { tell } from "../lib/toast.js";

const LOAD_AHEAD = "600px 0px";

class ListEdge extends HTMLElement {
  static observedAttributes = ["data-position"];
  #near = null;
  #isLoading = false;

  connectedCallback() {
    this.addEventListener("click", (event) => event.target.closest("button") && this.#load());
    this.#watch();
  }

  disconnectedCallback() {
    this.#near?.disconnect();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#watch();
  }

  #watch() {
    this.#near?.disconnect();
    if (!this.dataset.position) return;
    const root = this.closest(".side__list");
    this.#near = new IntersectionObserver((seen) => this.#seen(seen), {
      root,
      rootMargin: LOAD_AHEAD,
    });
    this.#near.observe(this);
  }

  #seen(entries) {
    if (entries.some((entry) => entry.isIntersecting)) this.#load();
  }

  async #load() {
    if (this.#isLoading) return;
    this.#isLoading = true;
    this.#near.disconnect(); // After a failure only the button tries again.
    const { side, position } = this.dataset;
    try {
      const html = await requestHtml(`/list/${side}?position=${position}`);
      // Meanwhile a search may have put another list in place of this one.
      if (this.isConnected && this.dataset.position === position) applyPatch(html);
    } catch (error) {
      tell(error);
    } finally {
      this.#isLoading = false;
    }
  }
}

customElements.define("list-edge", ListEdge);
