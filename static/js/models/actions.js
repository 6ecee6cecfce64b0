/*
 * Buttons with data-get or data-post and forms with data-patch, wherever they stand: ask, then patch
 * the page. An error stays with its form, or becomes a toast where there is none.
 */

import { clearError, showError } from "../lib/form-errors.js";
import { applyPatch } from "../lib/patch.js";
import { insist, requestHtml } from "../lib/request.js";
import { tell } from "../lib/toast.js";
import { forgetTyped } from "../lib/typed.js";

const BUSY_AFTER_MS = 300;

export class Actions {
  #navigation = new AbortController();

  start() {
    document.addEventListener("click", (event) => this.#clicked(event));
    document.addEventListener("submit", (event) => this.#submitted(event));
    document.addEventListener("keydown", pressed);
    document.addEventListener("input", (event) => clearError(event.target.form));
  }

  /** Asks for `path` and shows the answer; the last one asked for wins. */
  get(path) {
    return this.#navigate(null, path);
  }

  /** The same without an "opened": returns whether it worked, or nothing if another was wanted. */
  async show(path) {
    const placed = await this.#load(null, path);
    return placed && placed.length > 0;
  }

  #clicked(event) {
    const skip = event.target.closest("[data-skip-to]");
    if (skip) document.getElementById(skip.dataset.skipTo)?.focus();
    const button = event.target.closest("[data-get], [data-post]");
    if (!button) return;
    button.closest("[popover]")?.hidePopover();
    if (button.dataset.get) this.#navigate(button, button.dataset.get);
    else this.#post(button, button.dataset.post);
  }

  #submitted(event) {
    const form = event.target.closest("form[data-patch]");
    if (!form) return;
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    const path =
      (event.submitter ?? form).getAttribute("formaction") ?? form.getAttribute("action");
    const fields = new URLSearchParams(new FormData(form));
    if (form.method === "get") this.#navigate(event.submitter, `${path}?${fields}`);
    else this.#send(form, event.submitter, { path, fields });
  }

  async #navigate(button, path) {
    const placed = await this.#load(button, path);
    const isWayBack = button?.matches("[data-escape]");
    if (placed) announce({ path, placed, isWayBack });
  }

  /** The last click wins: an answer to an earlier one would open what is no longer wanted. */
  async #load(button, path) {
    this.#navigation.abort();
    const { signal } = (this.#navigation = new AbortController());
    const done = showBusy(button);
    try {
      return applyPatch(await requestHtml(path, { signal }), { answer: true });
    } catch (error) {
      if (error.name === "AbortError") return undefined;
      tell(error);
      return [];
    } finally {
      done();
    }
  }

  async #post(button, path) {
    if (button.ariaDisabled === "true") return;
    const done = showBusy(button);
    button.ariaDisabled = "true"; // A second click while the first is on its way.
    try {
      const html = await requestHtml(path, { method: "POST" });
      announce({ placed: applyPatch(html, { answer: true }) });
    } catch (error) {
      tell(error);
    } finally {
      button.ariaDisabled = null;
      done();
    }
  }

  async #send(form, button, { path, fields }) {
    const done = showBusy(button);
    form.ariaBusy = "true";
    clearError(form);
    try {
      const html = await order(form, path, fields);
      form.dispatchEvent(new CustomEvent("form:sent", { bubbles: true, detail: { fields, isEmpty: !html } }));
      announce({ placed: applyPatch(html, { answer: true }) });
      if ("forget" in form.dataset) forgetTyped();
    } catch (error) {
      form.dispatchEvent(new CustomEvent("form:failed", { detail: { error } }));
      if (error.sentence && !error.isUnanswered && form.querySelector("[data-error]")) {
        showError(form, error.sentence, error.code);
      } else tell(error);
    } finally {
      form.ariaBusy = null;
      done();
    }
  }
}

/** In a field of one line that is shown in several, Enter does what it does in one of a single line. */
function pressed(event) {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("[data-one-line]")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
}

/** What is to be done once gets a key, by which the server knows it again (data-once). */
function order(form, path, fields) {
  if (!("once" in form.dataset)) return requestHtml(path, { method: "POST", fields });
  fields.set("key", crypto.randomUUID());
  return insist(path, { method: "POST", fields });
}

/** Says what the user has opened; without a path it is what their form was answered with. */
function announce(detail) {
  document.dispatchEvent(new CustomEvent("opened", { detail }));
}

/** Marks `button` as busy once the wait is long enough to be noticed. */
function showBusy(button) {
  if (!button) return () => {};
  const timer = setTimeout(() => (button.ariaBusy = "true"), BUSY_AFTER_MS);
  return () => {
    clearTimeout(timer);
    button.ariaBusy = null;
  };
}
