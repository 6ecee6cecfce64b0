/*
 * The keyboard in the log. All messages are one stop of the Tab key: arrows go from one to the next,
 * Enter opens the menu, Tab goes to what is inside of the message, Escape back to the composer.
 *
 * The message that was in focus last has tabindex 0, or the newest if none was; every other one, and
 * what can be pressed in it, has -1.
 */

import { messageAfter, messageBefore } from "../lib/grouping.js";
import { allMessages, focusMessage } from "../lib/messages.js";

const STEPS = { ArrowDown: messageAfter, ArrowUp: messageBefore };
const INSIDE = ".link";

export class MessageFocus {
  #focused = "";

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
    if (!message) return;
    this.#focused = message.id;
    this.#settle();
  }

  #settle() {
    const messages = allMessages();
    const stop = messages.find(({ id }) => id === this.#focused) ?? messages.at(-1);
    for (const message of messages) {
      if (message === stop || message.tabIndex === 0) setReachable(message, message === stop);
    }
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
