/*
 * <saved-setting data-name="theme"> saves its control as soon as it changes, and says so. What it shows
 * is what <html> says: after a change in another tab, and after one that was refused.
 */

import { clearError, showError } from "../lib/form-errors.js";
import { applyPatch } from "../lib/patch.js";
import { RequestError, requestHtml } from "../lib/request.js";
import { gettext } from "../lib/texts.js";
import { tell } from "../lib/toast.js";

const SAID_MS = 4000;

class SavedSetting extends HTMLElement {
  #listening = new AbortController();
  #last = Promise.resolve();
  #waiting = 0;
  #timer = 0;

  connectedCallback() {
    this.addEventListener("change", (event) => this.#changed(event.target));
    document.addEventListener("preferences", () => this.#show(), {
      signal: this.#listening.signal,
    });
  }

  disconnectedCallback() {
    this.#listening.abort();
    clearTimeout(this.#timer);
  }

  /** One after the other: the last choice has to be the one that stays. */
  #changed(control) {
    const value = control.type === "checkbox" ? (control.checked ? "on" : "off") : control.value;
    this.#waiting += 1;
    this.#last = this.#last.then(() => this.#save(value)).finally(() => this.#show());
  }

  async #save(value) {
    clearError(this);
    this.#say("");
    try {
      const fields = new URLSearchParams({ value });
      const path = `/settings/${this.dataset.name}`;
      applyPatch(await requestHtml(path, { method: "POST", fields }));
      this.#say(gettext("Saved"));
    } catch (error) {
      if (error instanceof RequestError && !error.isUnanswered) showError(this, error.sentence);
      else tell(error);
    } finally {
      this.#waiting -= 1;
    }
  }

  #show() {
    if (this.#waiting) return;
    const key = this.dataset.name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
    const value = document.documentElement.dataset[key];
    for (const control of this.querySelectorAll("input, select")) {
      if (control.type === "radio") control.checked = control.value === value;
      else if (control.type === "checkbox") control.checked = value === "on";
      else control.value = value;
    }
  }

  #say(sentence) {
    clearTimeout(this.#timer);
    this.querySelector("[data-saved]").textContent = sentence;
    if (sentence) this.#timer = setTimeout(() => this.#say(""), SAID_MS);
  }
}

customElements.define("saved-setting", SavedSetting);
