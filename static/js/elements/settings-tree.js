/*
 * <settings-tree> is the sidebar while a page of settings is open: it marks that page, and its way
 * back leads to what was open before.
 */

const LIST = "/list";

class SettingsTree extends HTMLElement {
  #listening = new AbortController();
  #page = "";
  #before = LIST;

  connectedCallback() {
    const { signal } = this.#listening;
    document.addEventListener("patch:before", () => this.#remember(), { signal });
    document.addEventListener("patch:after", (event) => this.#mark(event.detail), { signal });
    document.addEventListener("shortcut:search", () => this.#leaveToSearch(), { signal });
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  #remember() {
    const pane = document.getElementById("pane");
    if (!pane || "settings" in pane.dataset) return;
    this.#before = pane.dataset.for ? `/conversations/${pane.dataset.for}` : LIST;
  }

  #mark({ placed }) {
    const pane = placed.find((element) => element.id === "pane");
    if (!pane) return;
    const left = this.#page;
    this.#page = pane.dataset.settings ?? "";
    this.querySelector("[data-back]").dataset.get = this.#before;
    this.querySelector("[aria-current]")?.removeAttribute("aria-current");
    if (this.#page) this.#item(this.#page).ariaCurrent = "page";
    if (this.#page && pane.dataset.pane === "list") this.#item(left || this.#page).focus();
    else if (left && !this.#page && isFocusLost()) document.getElementById("open-settings")?.focus();
  }

  #item(page) {
    return this.querySelector(`[data-page="${CSS.escape(page)}"]`);
  }

  /** The field is in the sidebar that is hidden now. */
  #leaveToSearch() {
    if (!this.#page) return;
    const again = () => document.dispatchEvent(new CustomEvent("shortcut:search"));
    document.addEventListener("patch:after", () => setTimeout(again), { once: true });
    this.querySelector("[data-back]").click();
  }
}

function isFocusLost() {
  const { activeElement } = document;
  return activeElement === document.body || !activeElement.checkVisibility();
}

customElements.define("settings-tree", SettingsTree);
