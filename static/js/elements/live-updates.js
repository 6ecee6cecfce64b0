/* <live-updates> keeps the screen it stands in up to date. */

import { Live } from "../models/live.js";

class LiveUpdates extends HTMLElement {
  #live = new Live();

  connectedCallback() {
    this.#live.open();
  }

  disconnectedCallback() {
    this.#live.close();
  }
}

customElements.define("live-updates", LiveUpdates);
