/* <conversation-list> marks the row of the open conversation, which the server does not know. */

class ConversationList extends HTMLElement {
  #listening = new AbortController();
  #open = "";

  connectedCallback() {
    const { signal } = this.#listening;
    document.addEventListener("patch:after", () => this.#mark(), { signal });
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
    if (row) row.ariaCurrent = "true";
  }

  #row(conversation) {
    return this.querySelector(`.row[data-conversation="${CSS.escape(conversation)}"]`);
  }
}

customElements.define("conversation-list", ConversationList);
