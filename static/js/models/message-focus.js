/*
 * The keyboard in the log. All messages are one stop of the Tab key: arrows go from one to the next,
 * Enter opens the menu, Tab goes to what is inside of the message, Escape back to the composer.
 *
 * The message that was in focus last keeps tabindex 0; every other one, and what can be pressed in it,
 * has -1.
 */

import { messageAfter, messageBefore } from "../lib/grouping.js";
import { allMessages, focusMessage } from "../lib/messages.js";

const STEPS = { ArrowDown: messageAfter, ArrowUp: messageBefore };
const INSIDE = ".link";

export class MessageFocus {
  #current = "";

  start() {
    document.addEventListener("keydown", (event) => this.#pressed(event));
    document.addEventListener("focusin", (event) => this.#entered(event.target));
    document.addEventListener("log:changed", () => this.#settle());
  }

  #pressed(event) {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const message = event.target.closest("#log > .message");
    if (!message && !event.target.matches("message-list")) return;
    if (!this.#act(event, message)) return;
    event.preventDefault();
  }

  #act({ key, target }, message) {
    if (key === "Escape" && message) return focusComposer();
    if (key === "Enter" && message === target) return openMenu(message);
    if ((key === "Enter" || key === " ") && target.matches(INSIDE)) return press(target);
    if (key in STEPS) return this.#step(message, STEPS[key]);
    return false;
  }

  /** From the log itself one comes to the last message in view. */
  #step(message, step) {
    focusMessage(message ? step(message) : lastInView());
    return true;
  }

  #entered(target) {
    const message = target.closest("#log > .message");
    if (message && message.id !== this.#current) this.#makeCurrent(message);
  }

  /** A new log has no current message yet, and one that was drawn anew does not know that it is. */
  #settle() {
    if (document.querySelector("#log > .message[tabindex='0']")) return;
    const messages = allMessages();
    const message = messages.find(({ id }) => id === this.#current) ?? messages.at(-1);
    if (message) this.#makeCurrent(message);
  }

  #makeCurrent(message) {
    const old = document.getElementById(this.#current);
    if (old) setReachable(old, false);
    this.#current = message.id;
    setReachable(message, true);
  }
}

function setReachable(message, isReachable) {
  for (const element of [message, ...message.querySelectorAll(INSIDE)]) {
    element.tabIndex = isReachable ? 0 : -1;
  }
}

function openMenu(message) {
  message.querySelector("[data-more]")?.click();
  return true;
}

/** An address in a text is no <button>, so it does not press itself. */
function press(link) {
  link.click();
  return true;
}

function focusComposer() {
  document.getElementById("composer-text")?.focus();
  return true;
}

function lastInView() {
  const edge = document.querySelector("message-list").getBoundingClientRect().bottom;
  const messages = allMessages();
  return messages.findLast((message) => message.getBoundingClientRect().top < edge) ?? messages[0];
}
