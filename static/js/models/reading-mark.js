/*
 * The one rule of what has been read, for every count of unread messages: a message is read when its
 * end has been in view on a visible page, and with it all that stand before it in the conversation.
 * So opening a conversation reads what is in view then, scrolling on reads on, and going to the
 * newest message reads everything. This class sees it, the server keeps it, the list only shows it.
 */

import { compareSort } from "../lib/patch.js";
import { RequestError, request } from "../lib/request.js";
import { tell } from "../lib/toast.js";

// A burst of messages is read at once, not one request for each.
const TELL_AGAIN_AFTER_MS = 500;

export class ReadingMark {
  #log;
  #path;
  #through = "";
  #isNews = false;
  #timer = 0;

  /** `path` is the address of the conversation. */
  constructor(log, path) {
    this.#log = log;
    this.#path = path;
  }

  start(signal) {
    document.addEventListener("server:back", () => this.#isNews && this.#tellSoon(), { signal });
  }

  /** Takes everything up to `message` as read. */
  see(message) {
    if (!message || document.hidden) return;
    const { sort } = message.dataset;
    for (const unread of this.#log.querySelectorAll(".message[data-unread]")) {
      if (compareSort(unread.dataset.sort, sort) > 0) break;
      delete unread.dataset.unread;
      this.#isNews = true;
    }
    if (!this.#through || compareSort(sort, this.#through) > 0) this.#through = sort;
    if (this.#isNews) this.#tellSoon();
  }

  /** Says what is still to be said, now: the conversation is being left. */
  leave() {
    clearTimeout(this.#timer);
    if (this.#isNews) this.#tell();
  }

  #tellSoon() {
    if (this.#timer) return;
    this.#tell();
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      if (this.#isNews) this.#tellSoon();
    }, TELL_AGAIN_AFTER_MS);
  }

  async #tell() {
    this.#isNews = false;
    const fields = new URLSearchParams({ through: this.#through });
    try {
      await request(`${this.#path}/read`, { method: "POST", fields });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.isUnanswered) this.#isNews = true;
      else tell(error);
    }
  }
}
