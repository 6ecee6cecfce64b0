/*
 * <lock-form data-wait-s="8"> sends a code and then asks the server what this tab may show, by loading
 * the page anew: nothing that was fetched before an unlock is used after it. Right, wrong and empty
 * codes are sent, answered and followed in the same way. While the server would refuse every code, the
 * button counts down.
 */

import { RequestError, request } from "../lib/request.js";
import { gettext, ngettext } from "../lib/texts.js";

const BUSY_AFTER_MS = 300;
// Tells the other tabs of this browser to ask again. It names nothing, and is written nowhere.
const CHANNEL = "safehouse";

class LockForm extends HTMLElement {
  #channel = new BroadcastChannel(CHANNEL);
  #form = null;
  #button = null;
  #timer = 0;
  #opensAt = 0;

  connectedCallback() {
    this.#form = this.querySelector("form");
    this.#button = this.querySelector("[type=submit]");
    this.#form.addEventListener("submit", (event) => this.#submitted(event));
    this.#form.addEventListener("click", (event) => this.#chosen(event));
    this.#channel.addEventListener("message", () => location.reload());
    this.#opensAt = performance.now() + Number(this.dataset.waitS) * 1000;
    this.#countDown();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#channel.close();
  }

  /** Whoever chooses with the arrow keys stays among the kinds, and a phone opens no keyboard. */
  #chosen({ target: radio, detail }) {
    if (radio.name !== "kind" || !detail || matchMedia("(pointer: coarse)").matches) return;
    const part = this.querySelector(`[data-kind="${radio.value}"]`);
    part.querySelector("input:not([hidden]), [data-point]").focus();
  }

  async #submitted(event) {
    event.preventDefault();
    if (this.#form.ariaBusy === "true" || this.#waitS > 0) return;
    const fields = new URLSearchParams(new FormData(this.#form));
    const busy = setTimeout(() => this.#setBusy(), BUSY_AFTER_MS);
    this.#form.ariaBusy = "true";
    try {
      await request("/unlock", { method: "POST", fields });
      this.#channel.postMessage("");
      location.reload();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.isRefused) return location.reload();
      this.#setFree();
      if (!error.isUnanswered) this.#say(error.sentence);
    } finally {
      clearTimeout(busy);
    }
  }

  #setBusy() {
    this.#button.ariaBusy = "true";
    this.#button.textContent = gettext("Checking");
  }

  #setFree() {
    this.#form.ariaBusy = this.#button.ariaBusy = null;
    this.#button.textContent = gettext("Unlock");
  }

  #say(sentence) {
    this.querySelector("[data-sentence]").textContent = sentence;
    this.querySelector("#code-error").hidden = false;
  }

  get #waitS() {
    return Math.max(0, Math.ceil((this.#opensAt - performance.now()) / 1000));
  }

  #countDown() {
    const left = this.#waitS;
    this.querySelector("[data-countdown]").textContent = left
      ? ngettext("Next try in %(count)s second.", "Next try in %(count)s seconds.", left)
      : "";
    this.#button.ariaDisabled = left ? "true" : null;
    this.#button.textContent = left
      ? ngettext("Wait %(count)s second", "Wait %(count)s seconds", left)
      : gettext("Unlock");
    if (!left) return;
    const untilNext = (this.#opensAt - performance.now()) % 1000 || 1000;
    this.#timer = setTimeout(() => this.#countDown(), untilNext);
  }
}

customElements.define("lock-form", LockForm);
