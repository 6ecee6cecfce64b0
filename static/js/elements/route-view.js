/*
 * <route-view> looks again when it is opened and while it stays open: how long ago something went
 * wrong is true only at the moment one looks, and time passes without a push.
 */

import { applyPatch } from "../lib/patch.js";
import { requestHtml } from "../lib/request.js";
import { tell } from "../lib/toast.js";

const LOOK_AGAIN_MS = 20_000;

class RouteView extends HTMLElement {
  #timer = 0;

  connectedCallback() {
    this.addEventListener("toggle", (event) => this.#toggled(event.newState === "open"));
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  #toggled(isOpen) {
    clearInterval(this.#timer);
    if (!isOpen) return;
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_AGAIN_MS);
  }

  async #look() {
    try {
      applyPatch(await requestHtml("/connection"));
    } catch (error) {
      tell(error);
    }
  }
}

customElements.define("route-view", RouteView);
