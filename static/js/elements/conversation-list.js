/*
 * <conversation-list> marks the row of the open conversation, which the server does not know, and
 * tells the server when that conversation is being read.
 */

import { applyPatch } from "../lib/patch.js";
import { requestHtml } from "../lib/request.js";
import { tell } from "../lib/toast.js";

// A burst of messages is read at once, not one request for each.
const READ_AGAIN_AFTER_MS = 500;

class ConversationList extends HTMLElement {
  #listening = new AbortController();
  #open = "";
  #isTelling = false;

  connectedCallback() {
    const { signal } = this.#listening;
    document.addEventListener("patch:after", () => this.#mark(), { signal });
    document.addEventListener("visibilitychange", () => this.#mark(), { signal });
    this.#mark();
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  #mark() {
    const pane = document.getElementById("pane");
    if (this.#open && pane.dataset.pane === "list") this.#row(this.#open)?.focus();
    this.#open = pane?.dataset.for ?? "";
    this.querySelector(".row[aria-current]")?.removeAttribute("aria-current");
    const row = this.#open && this.#row(this.#open);
    if (!row) return;
    row.ariaCurrent = "true";
    if ("unread" in row.dataset && !document.hidden) this.#tellRead(this.#open);
  }

  #row(conversation) {
    return this.querySelector(`.row[data-conversation="${CSS.escape(conversation)}"]`);
  }

  async #tellRead(conversation) {
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      applyPatch(await requestHtml(`/conversations/${conversation}/read`, { method: "POST" }));
    } catch (error) {
      tell(error);
    }
    setTimeout(() => this.#readOn(), READ_AGAIN_AFTER_MS);
  }

  #readOn() {
    this.#isTelling = false;
    if (this.isConnected) this.#mark();
  }
}

customElements.define("conversation-list", ConversationList);
