/*
 * <conversation-list> marks the row of the open conversation, which the server does not know, and
 * tells the server when that conversation is being read.
 */

import { applyPatch } from "../lib/patch.js";
import { requestHtml } from "../lib/request.js";
import { sentenceOf } from "../lib/toast.js";

class ConversationList extends HTMLElement {
  #listening = new AbortController();
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
    const open = document.getElementById("pane")?.dataset.for;
    for (const row of this.querySelectorAll(".row")) {
      const isOpen = row.dataset.conversation === open;
      row.ariaCurrent = isOpen ? "true" : null;
      if (isOpen && "unread" in row.dataset && !document.hidden) this.#tellRead(open);
    }
  }

  async #tellRead(conversation) {
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      applyPatch(await requestHtml(`/conversations/${conversation}/read`, { method: "POST" }));
    } catch (error) {
      sentenceOf(error); // Not worth a sentence: the next message asks again.
    } finally {
      this.#isTelling = false;
    }
  }
}

customElements.define("conversation-list", ConversationList);
