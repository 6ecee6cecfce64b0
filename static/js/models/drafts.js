/*
 * What is written and not sent yet. It is kept by the server, never by the browser: saved while somebody
 * types, one request at a time, the last one wins. Here it is only held until the server has it, so it
 * outlives the field it was typed in and a program that does not answer for a while.
 */

import { isEmptied } from "../lib/emptied.js";
import { RequestError, request } from "../lib/request.js";

const SAVE_AFTER_MS = 500;
// Whoever types without a pause is saved as well.
const SAVE_AT_LATEST_MS = 1000;
// Drawing the row of the list with every save would be a flood.
const SHOW_AGAIN_AFTER_MS = 3000;
const TRY_AGAIN_AFTER_MS = 5000;
// Whoever locks wants it locked: that long a draft may still be on its way.
const LAST_SAVE_MS = 700;
// Browsers let a request outlive its page up to 64 KiB, counting all that are on their way.
const KEEPALIVE_BYTES = 60 * 1024;
// Stands for what the server has while two requests have overtaken each other.
const UNKNOWN = null;
// Asked for again, these would be answered the same way.
const FINAL = new Set([400, 401, 403, 404, 421]);

class Draft {
  #conversation;
  #text = "";
  #saved = "";
  #shown = "";
  #refused = UNKNOWN;
  #typedAt = -Infinity;
  #unsavedSince = 0;
  #shownAt = 0;
  #timer = 0;
  #isSaving = false;
  #isSending = false;
  #isOvertaken = false;
  #isLeft = false;
  #hasFailed = false;

  constructor(conversation) {
    this.#conversation = conversation;
  }

  get text() {
    return this.#text;
  }

  /** Takes over what the server says; returns whether there was nothing newer here. */
  follow(text) {
    if (this.#isSaving || this.#isSending || !this.#isSaved) return false;
    this.#text = this.#saved = this.#shown = text;
    return true;
  }

  /** To be called with each change of the field. */
  write(text) {
    this.#text = text;
    this.#typedAt = performance.now();
    this.#isLeft = false;
    if (this.#isSaved) this.#unsavedSince = 0;
    else this.#unsavedSince ||= this.#typedAt;
    this.#schedule();
  }

  /** What only this page knows. */
  get unsaved() {
    return this.#text === this.#saved ? "" : this.#text;
  }

  /** Whether somebody has typed here within the last moments. */
  get isFresh() {
    return performance.now() - this.#typedAt < SHOW_AGAIN_AFTER_MS;
  }

  /** Nobody looks at the field any more: everything is saved now, and other tabs are told. */
  leave() {
    this.#isLeft = true;
    if (!isEmptied()) this.#schedule();
  }

  get isKept() {
    return this.#isSaved && !this.#isSaving && !this.#isSending;
  }

  /** The page ends: what is not saved goes at once, whatever else is on its way. */
  end() {
    this.#isLeft = true;
    if (!this.#isSending && !this.#isSaved) this.#save();
  }

  /** The text is on its way as a message; until it is known what became of it, nothing is saved. */
  send() {
    this.#isSending = true;
    this.#isOvertaken = this.#isSaving;
    this.#text = "";
    clearTimeout(this.#timer);
  }

  /** The message is stored, and with that the server has cleared the draft. */
  sent() {
    this.#isSending = false;
    if (this.#saved !== UNKNOWN) this.#saved = this.#shown = "";
    this.#schedule();
  }

  /** The message could not be sent: its text is a draft again, in front of what was typed since. */
  giveBack(text) {
    this.#isSending = false;
    this.#saved = UNKNOWN;
    this.write([text, this.#text].filter(Boolean).join("\n"));
  }

  /** The program answers again. */
  retry() {
    if (this.#hasFailed) this.#schedule(0);
  }

  get #isSaved() {
    return this.#text === this.#saved || this.#text === this.#refused;
  }

  #schedule(delay = this.#delay()) {
    clearTimeout(this.#timer);
    if (this.#isSaving || this.#isSending) return;
    const isToBeShown = this.#isLeft && this.#shown !== this.#text && this.#text !== this.#refused;
    if (this.#isSaved && !isToBeShown) return;
    // A hidden page has slow timers.
    if (delay === 0) this.#save();
    else this.#timer = setTimeout(() => this.#save(), delay);
  }

  #delay() {
    if (this.#isLeft || this.#saved === UNKNOWN) return 0;
    const waited = performance.now() - this.#unsavedSince;
    return Math.max(0, Math.min(SAVE_AFTER_MS, SAVE_AT_LATEST_MS - waited));
  }

  async #save() {
    const text = this.#text;
    const isShown = this.#isLeft || performance.now() - this.#shownAt >= SHOW_AGAIN_AFTER_MS;
    clearTimeout(this.#timer);
    this.#isSaving = true;
    this.#unsavedSince = 0;
    try {
      await this.#request(text, isShown);
      this.#confirm(text, isShown);
    } catch (error) {
      this.#fail(error, text);
    }
  }

  #request(text, isShown) {
    const fields = new URLSearchParams({ body: text });
    if (isShown) fields.set("show", "1");
    const keepalive = this.#isLeft && String(fields).length < KEEPALIVE_BYTES;
    return request(`/conversations/${this.#conversation}/draft`, {
      method: "POST",
      fields,
      keepalive,
    });
  }

  #confirm(text, isShown) {
    this.#isSaving = this.#hasFailed = false;
    this.#saved = this.#isOvertaken ? UNKNOWN : text;
    this.#isOvertaken = false;
    this.#refused = UNKNOWN;
    if (isShown) [this.#shown, this.#shownAt] = [text, performance.now()];
    // The page remembers what the server has, so that a push with something else is noticed.
    document.dispatchEvent(new CustomEvent("draft:kept"));
    const kept = document.getElementById(`draft-${this.#conversation}`);
    if (kept) kept.textContent = text;
    if (this.#text !== text) this.#unsavedSince = performance.now();
    this.#schedule();
  }

  #fail(error, text) {
    this.#isSaving = false;
    if (!(error instanceof RequestError)) throw error;
    if (this.#isOvertaken) this.#saved = UNKNOWN;
    this.#isOvertaken = false;
    const isFinal = FINAL.has(error.status);
    const isNews = !this.#hasFailed;
    this.#hasFailed = !isFinal;
    if (isFinal) this.#refused = text;
    this.#schedule(isFinal ? this.#delay() : TRY_AGAIN_AFTER_MS);
    // A conversation that is gone has no drafts, and that is how somebody wanted it.
    if (error.status === 404 || error.isUnanswered || !isNews) return;
    document.dispatchEvent(
      new CustomEvent("draft:refused", { detail: { conversation: this.#conversation, error } }),
    );
  }
}

const drafts = new Map();

/** The draft of a conversation, the same object however often it is opened. */
export function draftOf(conversation) {
  if (!drafts.has(conversation)) drafts.set(conversation, new Draft(conversation));
  return drafts.get(conversation);
}

/** The texts that only this page knows. */
export function unsavedDrafts() {
  return [...drafts.values()].map((draft) => draft.unsaved).filter(Boolean);
}

/** Saves what is typed, and returns when the server has it or there is no more time. */
export async function saveDrafts() {
  eachDraft((draft) => draft.leave());
  const { promise, resolve } = Promise.withResolvers();
  const look = () => [...drafts.values()].every((draft) => draft.isKept) && resolve();
  const timer = setTimeout(resolve, LAST_SAVE_MS);
  document.addEventListener("draft:kept", look);
  look();
  await promise;
  clearTimeout(timer);
  document.removeEventListener("draft:kept", look);
}

function eachDraft(act) {
  for (const draft of drafts.values()) act(draft);
}

window.addEventListener("pagehide", () => isEmptied() || eachDraft((draft) => draft.end()));
document.addEventListener("visibilitychange", () => {
  if (document.hidden) eachDraft((draft) => draft.leave());
});
document.addEventListener("server:back", () => eachDraft((draft) => draft.retry()));
