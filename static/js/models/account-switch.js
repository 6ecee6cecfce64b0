/*
 * Another account is shown: by this tab, by another one, or because the one that was shown has gone.
 * What is being typed is saved where it belongs. Then the page is emptied and loaded anew, so answers
 * that are still on their way find nothing to be patched into: their rows have the same numbers.
 */

import { emptyPage } from "../lib/emptied.js";
import { saveDrafts } from "./drafts.js";

export class AccountSwitch {
  #isLeaving = false;

  start() {
    document.addEventListener("account:left", () => this.#leave());
  }

  async #leave() {
    // Saving a draft may be answered in the same way.
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    await saveDrafts();
    emptyPage();
    location.reload();
  }
}
