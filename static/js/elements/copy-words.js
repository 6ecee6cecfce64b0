/* <copy-words data-path="…"> copies the recovery words without showing them, and takes them back. */

import { topLevel } from "../lib/patch.js";
import { requestHtml } from "../lib/request.js";
import { gettext } from "../lib/texts.js";
import { tell, toast } from "../lib/toast.js";

const CLIPBOARD_LIFE_MS = 60_000;

class CopyWords extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", () => this.#copy());
  }

  async #copy() {
    try {
      const [list] = topLevel(await requestHtml(this.dataset.path, { method: "POST" }));
      const words = [...list.children].map((item) => item.textContent.trim());
      await navigator.clipboard.writeText(words.join(" "));
      setTimeout(clearClipboard, CLIPBOARD_LIFE_MS);
      toast(this.dataset.done);
    } catch (error) {
      if (error instanceof DOMException) toast(gettext("The browser did not allow it."));
      else tell(error);
    }
  }
}

/** A browser lets only the window in front write, so a window behind waits until it is in front. */
function clearClipboard() {
  if (document.hasFocus()) navigator.clipboard.writeText("").catch(() => {});
  else window.addEventListener("focus", clearClipboard, { once: true });
}

customElements.define("copy-words", CopyWords);
