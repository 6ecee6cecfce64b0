/*
 * <message-composer> sends what is written in its field, keeps it as a draft until then, and counts it.
 * Nothing that was typed is lost: what could not be sent comes back into the field.
 */

import { bodyLength } from "../lib/counting.js";
import { showError } from "../lib/form-errors.js";
import { catchStrayInput } from "../lib/stray-input.js";
import { gettext, ngettext } from "../lib/texts.js";
import { tell } from "../lib/toast.js";
import { draftOf } from "../models/drafts.js";

const COUNT_FROM_LEFT = 200;
// A screen reader is told at these, not with every letter.
const SAY_AT_LEFT = [0, 10, 20, 50, 100, COUNT_FROM_LEFT];
const canGrowByStyle = CSS.supports("field-sizing", "content");

class MessageComposer extends HTMLElement {
  #listening = new AbortController();
  #form = null;
  #text = null;
  #count = null;
  #said = null;
  #draft = null;
  #onItsWay = "";
  #sendsAgain = false;

  connectedCallback() {
    this.#form = this.querySelector("form");
    this.#text = this.querySelector("textarea");
    this.#count = this.querySelector("[data-count]");
    this.#said = this.querySelector("[data-said]");
    this.#draft = draftOf(this.dataset.for);
    this.#listen(this.#listening.signal);
    this.#follow();
    this.#patched();
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#draft.leave();
  }

  #listen(signal) {
    this.#text.addEventListener("keydown", (event) => this.#pressed(event));
    this.#text.addEventListener("input", () => this.#written());
    this.#text.addEventListener("blur", () => this.#draft.leave());
    this.#form.addEventListener("submit", (event) => this.#submitted(event));
    this.#form.addEventListener("formdata", (event) => this.#taken(event.formData.get("body")));
    this.#form.addEventListener("form:sent", () => this.#sent());
    this.#form.addEventListener("form:failed", (event) => this.#failed(event.detail.error));
    document.addEventListener("draft:refused", (event) => this.#refused(event.detail), { signal });
    document.addEventListener("patch:after", () => this.#patched(), { signal });
    catchStrayInput(this.#text, signal);
  }

  get #left() {
    return Number(this.dataset.limit) - bodyLength(this.#text.value);
  }

  /** A name, a setting or another tab's draft may arrive while the conversation is open. */
  #patched() {
    const { enterSends, spellcheck } = document.documentElement.dataset;
    this.#text.placeholder = this.parentElement.querySelector(".peer").dataset.placeholder;
    this.#text.spellcheck = spellcheck === "on";
    this.#text.enterKeyHint = enterSends === "off" ? "enter" : "send";
    const isWriting = document.hasFocus() && this.#text.matches(":focus") && this.#draft.isFresh;
    if (!isWriting) this.#follow();
  }

  #follow() {
    this.#draft.follow(this.querySelector("[data-follow]").textContent);
    this.#show(this.#draft.text);
  }

  #pressed(event) {
    // While an input method composes, Enter chooses a character; Safari tells it by the number only.
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    const isPlain = !(event.shiftKey || event.altKey);
    const sends = isPlain && document.documentElement.dataset.enterSends !== "off";
    if (!sends && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #written() {
    this.#draft.write(this.#text.value);
    this.#measure();
  }

  #submitted(event) {
    if (this.#text.value.trim() && this.#left >= 0) {
      // Whoever is faster than the server sends the next message when this one has arrived.
      this.#sendsAgain = this.#form.ariaBusy === "true";
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (this.#left < 0) {
      showError(this.#form, gettext("This is too long for one message. Send it in two."));
    } else this.#text.focus();
  }

  /** The text has been read out of the field, which is free for the next message. */
  #taken(body) {
    this.#onItsWay = body;
    this.#draft.send();
    this.#show("");
  }

  #sent() {
    this.#draft.sent();
    this.dispatchEvent(new CustomEvent("composer:sent", { bubbles: true }));
    const { activeElement } = document;
    if (activeElement === document.body || this.contains(activeElement)) this.#text.focus();
    // The form stays busy until its answer has been used.
    if (this.#sendsAgain) queueMicrotask(() => this.#form.requestSubmit());
    this.#sendsAgain = false;
  }

  #failed(error) {
    this.#sendsAgain = false;
    this.#draft.giveBack(this.#onItsWay);
    this.#show(this.#draft.text);
    if (!this.isConnected) tell(error);
  }

  /** The draft could not be saved. Only whoever is writing it sees that beside the field. */
  #refused({ conversation, error }) {
    const isWriting = conversation === this.dataset.for && this.#text.matches(":focus");
    if (isWriting) showError(this.#form, error.sentence, error.code);
    else tell(error);
  }

  #show(text) {
    // Setting it to what it is would move the cursor all the same.
    if (this.#text.value !== text) this.#text.value = text;
    this.#measure();
  }

  #measure() {
    const left = this.#left;
    this.#count.hidden = left > COUNT_FROM_LEFT;
    this.#count.textContent = this.#count.hidden ? "" : countLabel(left);
    this.#count.toggleAttribute("data-over", left < 0);
    this.#text.ariaInvalid = left < 0 ? "true" : null;
    this.#say(left);
    if (canGrowByStyle) return;
    this.#text.style.blockSize = "auto";
    this.#text.style.blockSize = `${this.#text.scrollHeight}px`;
  }

  /** Says how much is left when another of the steps is reached. */
  #say(left) {
    const step = left < 0 ? "over" : String(SAY_AT_LEFT.find((bound) => left <= bound) ?? "");
    if (step === (this.#said.dataset.said ?? "")) return;
    this.#said.dataset.said = step;
    this.#said.textContent = step && countLabel(left);
  }
}

function countLabel(left) {
  if (left < 0) return ngettext("%(count)s too many", "%(count)s too many", -left);
  return ngettext("%(count)s left", "%(count)s left", left);
}

customElements.define("message-composer", MessageComposer);
