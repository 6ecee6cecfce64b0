/*
 * <message-selection> is the bar for several messages at once. Each message has a check box while it
 * is shown; what is selected stays so when its row leaves the page and comes back.
 */

import { copyText } from "../lib/clipboard.js";
import { messageAfter, messageBefore } from "../lib/grouping.js";
import { allMessages, focusMessage, recordOf, transcript } from "../lib/messages.js";
import { gettext, ngettext } from "../lib/texts.js";
import { toast } from "../lib/toast.js";
import { SELECTION_LIMIT, Selection } from "../models/selection.js";

const STEPS = { ArrowDown: messageAfter, ArrowUp: messageBefore };

class MessageSelection extends HTMLElement {
  #listening = new AbortController();
  #selection = new Selection();
  #pane = null;
  #anchor = "";

  connectedCallback() {
    const { signal } = this.#listening;
    this.#pane = this.parentElement;
    document.addEventListener("click", (event) => this.#clicked(event), { signal, capture: true });
    document.addEventListener("keydown", (event) => this.#pressed(event), {
      signal,
      capture: true,
    });
    // Deleted by somebody, now or while the live connection was down.
    for (const kind of ["patch:after", "log:missed"]) {
      document.addEventListener(kind, ({ detail }) => this.#forget(detail.removed), { signal });
    }
    document.addEventListener("log:changed", () => this.#isOn && this.#draw(), { signal });
    this.querySelector("[data-cancel]").addEventListener("click", () => this.#end());
    this.querySelector("[data-copy-all]").addEventListener("click", () => this.#copy());
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  get #isOn() {
    return !this.hidden;
  }

  #clicked(event) {
    const starter = event.target.closest("[data-select]");
    if (starter) return this.#begin(starter);
    const message = this.#isOn && event.target.closest("#log > .message");
    if (!message) return;
    const isCheck = event.target.matches(".message__check");
    const isChosen = !this.#selection.has(message.id);
    const isDone = this.#choose(event.shiftKey ? this.#rangeTo(message) : [message], isChosen);
    this.#anchor = message.id;
    event.stopPropagation();
    // A check box changes by itself; anything else in a message is not to be pressed now.
    if (!isCheck || !isDone) event.preventDefault();
    if (!isCheck) focusMessage(message);
  }

  #pressed(event) {
    if (!this.#isOn || event.target.closest("#menu, dialog")) return;
    if (!this.#act(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #act({ key, shiftKey, ctrlKey, metaKey, target }) {
    if (key === "Escape") return this.#end();
    if (target.matches("input:not(.message__check), textarea")) return false;
    if (key.toLowerCase() === "a" && (ctrlKey || metaKey)) {
      return this.#choose(allMessages(), true) || true;
    }
    const message = target.closest("#log > .message");
    return Boolean(message && shiftKey && key in STEPS && this.#extend(message, STEPS[key](message)));
  }

  #begin(starter) {
    starter.closest("[popover]")?.hidePopover();
    const message = document.getElementById(starter.dataset.select);
    if (!message) return;
    this.hidden = false;
    this.#pane.toggleAttribute("data-selecting", true);
    this.#anchor = message.id;
    this.#choose([message], true);
    focusMessage(message);
  }

  #end() {
    const current = document.getElementById(this.#anchor);
    const hadFocus = document.activeElement.matches("body, message-selection *, .message__check");
    this.#selection.clear();
    this.hidden = true;
    this.#pane.toggleAttribute("data-selecting", false);
    this.#draw();
    if (hadFocus) (current ?? document.getElementById("composer-text"))?.focus();
    return true;
  }

  /** Selects `messages` or not; returns whether there was room for all of them. */
  #choose(messages, isChosen) {
    // With too many the newest ones count, which are those that one sees.
    const isDone = messages
      .toReversed()
      .map((message) =>
        isChosen ? this.#selection.add(recordOf(message)) : this.#selection.remove(message.id),
      )
      .every((isRoom) => isRoom !== false);
    if (!isDone) {
      const limit = SELECTION_LIMIT;
      toast(gettext("You can select %(limit)s messages at once.", { limit }));
    }
    this.#draw();
    return isDone;
  }

  #extend(message, next) {
    if (!next) return true;
    this.#choose([message, next], true);
    focusMessage(next);
    return true;
  }

  /** What stands between the last message that was pressed and this one. */
  #rangeTo(message) {
    const messages = allMessages();
    const ends = [message.id, this.#anchor].map((id) => messages.findIndex((one) => one.id === id));
    if (ends.includes(-1)) return [message];
    return messages.slice(Math.min(...ends), Math.max(...ends) + 1);
  }

  #forget(ids) {
    const before = this.#selection.size;
    for (const id of ids) this.#selection.remove(id);
    if (this.#selection.size === before) return;
    if (this.#selection.size) this.#draw();
    else this.#end();
  }

  #draw() {
    for (const message of allMessages()) this.#mark(message);
    const { size, ids } = this.#selection;
    const count = ngettext("%(count)s selected", "%(count)s selected", size);
    this.querySelector("[data-count]").textContent = count;
    const numbers = ids.map((id) => id.replace("message-", ""));
    this.querySelector("[data-delete]").dataset.get = `/messages/delete?ids=${numbers}`;
    for (const button of this.querySelectorAll("[data-copy-all], [data-delete]")) {
      button.disabled = size === 0;
    }
  }

  #mark(message) {
    let check = message.querySelector(".message__check");
    if (!this.#isOn) return check?.remove();
    if (!check) message.append((check = makeCheck(message)));
    check.checked = this.#selection.has(message.id);
  }

  #copy() {
    const { records } = this.#selection;
    const copied = ngettext(
      "%(count)s message is copied.",
      "%(count)s messages are copied.",
      records.length,
    );
    copyText(transcript(records), copied);
  }
}

function makeCheck(message) {
  const check = document.createElement("input");
  check.type = "checkbox";
  check.className = "message__check";
  check.tabIndex = -1;
  check.setAttribute("aria-labelledby", message.getAttribute("aria-labelledby"));
  return check;
}

customElements.define("message-selection", MessageSelection);
