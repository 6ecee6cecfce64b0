/*
 * <message-tools> are the buttons beside a message. One set goes to the message that is pointed at or
 * has the focus: a pair for each of two hundred messages would cost more than the messages.
 */

import { copyText } from "../lib/clipboard.js";
import { textOf } from "../lib/messages.js";
import { gettext } from "../lib/texts.js";

const MESSAGE = "#log > .message";

class MessageTools extends HTMLElement {
  #listening = null;
  #home = null;

  connectedCallback() {
    if (this.#listening) return; // Only moved to another message.
    this.#home = this.parentElement;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.#home.addEventListener("pointerover", (event) => this.#pointed(event), { signal });
    this.#home.addEventListener("pointerleave", (event) => this.#pointed(event), { signal });
    this.#home.addEventListener("focusin", ({ target }) => this.#follow(target), { signal });
    this.#home.addEventListener("focusout", (event) => this.#blurred(event), { signal });
    document.addEventListener("click", (event) => this.#clicked(event), { signal });
    document.addEventListener("log:changed", () => this.#comeBack(), { signal });
  }

  #pointed({ type, target, pointerType }) {
    const isOver = type === "pointerover" && target.closest(MESSAGE);
    // A finger that is lifted leaves nothing.
    if (isOver || pointerType !== "touch") this.#follow(isOver ? target : document.activeElement);
  }

  #blurred({ relatedTarget }) {
    if (!relatedTarget?.closest(MESSAGE)) this.#follow(null);
  }

  /** Goes to the message around `target`, and out of sight where there is none. */
  #follow(target) {
    if (this.#isHeld) return;
    const message = !this.#home.hasAttribute("data-selecting") && target?.closest(MESSAGE);
    if (message) this.#goTo(message);
    else this.#goHome();
  }

  /** Whoever uses them by keyboard, or has opened the menu from them, finds them where they are. */
  get #isHeld() {
    return this.querySelector(":focus-visible, [aria-expanded=true]");
  }

  #goTo(message) {
    if (this.parentElement === message) return;
    this.querySelector("[data-more]").dataset.get = message.dataset.context;
    message.querySelector(".bubble").after(this);
    this.hidden = false;
  }

  #goHome() {
    if (this.parentElement === this.#home) return;
    this.hidden = true;
    this.#home.append(this);
  }

  /** A message that was drawn anew has taken them out of the page. */
  #comeBack() {
    if (this.isConnected) return;
    if (!this.#home.isConnected) {
      this.#listening.abort();
      return;
    }
    this.#goHome();
    this.#follow(document.activeElement);
  }

  #clicked(event) {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    button.closest("[popover]")?.hidePopover();
    const message = document.getElementById(button.dataset.copy) ?? button.closest(".message");
    if (message) copyText(textOf(message), gettext("The text is copied."));
  }
}

customElements.define("message-tools", MessageTools);
