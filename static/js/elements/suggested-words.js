/* <suggested-words data-words="…"> puts what it shows into the field of the new passphrase, once. */

class SuggestedWords extends HTMLElement {
  connectedCallback() {
    const { words } = this.dataset;
    if (!words) return;
    const field = this.closest("form").querySelector("[name=passphrase]");
    field.value = words;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    this.closest("form").querySelector("[name=passphrase_again]").focus();
  }
}

customElements.define("suggested-words", SuggestedWords);
