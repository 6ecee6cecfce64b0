/* <copy-button data-text="…"> copies its text and says so. */

import { gettext } from "../lib/texts.js";
import { toast } from "../lib/toast.js";

class CopyButton extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", () => this.#copy());
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.dataset.text);
      toast(this.dataset.done);
    } catch {
      toast(gettext("The browser did not allow it. Select the text and copy it yourself."));
    }
  }
}

customElements.define("copy-button", CopyButton);
