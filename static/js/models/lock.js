/*
 * Locking, by the button, by its shortcut, or because the server says so. What is being typed is saved
 * first. Then nothing may stay in the page: it is emptied and loaded anew, so answers that are still on
 * their way find no script to show them.
 */

import { emptyPage } from "../lib/emptied.js";
import { RequestError, request } from "../lib/request.js";
import { tell } from "../lib/toast.js";
import { saveDrafts } from "./drafts.js";

const NEEDS_CODE = "lock_needs_code";

export class Lock {
  #actions;

  constructor(actions) {
    this.#actions = actions;
  }

  start() {
    document.addEventListener("click", (event) => event.target.closest("[data-lock]") && this.#lock());
    // Whoever is in a hurry keeps nothing in memory, whatever the settings say.
    document.addEventListener("shortcut:lock", () => this.#lock({ deep: "1" }));
    document.addEventListener("server:locked", () => leave());
    document.addEventListener("submit", ({ target }) => target.matches("[data-locks]") && begin());
    // What is erased or locked has nothing to show; an erase that needs another answer has.
    document.addEventListener("form:sent", ({ target, detail }) => {
      if (detail.isEmpty && target.matches("[data-erases], [data-locks]")) leave();
    });
  }

  async #lock(fields = {}) {
    begin();
    try {
      await saveDrafts();
      await request("/lock", { method: "POST", fields: new URLSearchParams(fields) });
      leave();
    } catch (error) {
      if (error instanceof RequestError && error.isRefused) return leave();
      if (error.code === NEEDS_CODE) this.#actions.get("/settings/lock");
      tell(error);
    }
  }
}

function begin() {
  document.dispatchEvent(new CustomEvent("lock:begun"));
}

function leave() {
  emptyPage();
  location.reload();
}
