/* <copy-button data-text="…" data-done="…"> copies its text and says so. */

import { copyText } from "../lib/clipboard.js";

class CopyButton extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", () => copyText(this.dataset.text, this.dataset.done));
  }
}

customElements.define("copy-button", CopyButton);
