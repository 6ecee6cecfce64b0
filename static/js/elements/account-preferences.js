/*
 * <account-preferences data-theme="…" …> stands in every screen of an open account. While it stands,
 * <html> has its attributes; without it, as on the first pages, the system decides. A push replaces
 * it, so every tab follows a change at once; whoever does more than CSS listens to "preferences".
 * For another language the page is loaded anew.
 */

class AccountPreferences extends HTMLElement {
  #names = [];

  connectedCallback() {
    // Most of a page is drawn once, and its scripts have the texts of one language.
    if (this.lang !== document.documentElement.lang) location.reload();
    this.#names = Object.keys(this.dataset);
    Object.assign(document.documentElement.dataset, this.dataset);
    document.dispatchEvent(new CustomEvent("preferences"));
  }

  disconnectedCallback() {
    for (const name of this.#names) delete document.documentElement.dataset[name];
  }
}

customElements.define("account-preferences", AccountPreferences);
