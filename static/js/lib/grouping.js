/*
 * What a message looks like depends on its neighbours: joined corners, gaps, a day or the unread line
 * above it. Nobody but the page knows them, so what has changed is arranged here, and only that.
 */

import { timeLabel } from "./dates.js";
import { gettext } from "./texts.js";

const JOINED_WITHIN_MS = 3 * 60 * 1000;
const UNREAD = "unread";

/**
 * Marks the first and last message of each group and puts days and the unread line between them, for
 * `messages` of `log` and those beside them. The line stands above the message whose sort is
 * `unreadFrom`.
 */
export function arrange(log, messages, unreadFrom) {
  const changed = new Set();
  for (const message of messages) {
    for (const each of [messageBefore(message), message, messageAfter(message)]) {
      if (each) changed.add(each);
    }
  }
  for (const message of changed) arrangeOne(message, unreadFrom);
  while (log.lastElementChild && !isMessage(log.lastElementChild)) log.lastElementChild.remove();
}

/** Says the days of `log` anew: at midnight today becomes yesterday. */
export function nameDays(log) {
  for (const separator of log.querySelectorAll(".log__day")) {
    const label = timeLabel("day", separator.dataset.separator);
    if (separator.textContent !== label) separator.textContent = label;
  }
}

/** The message nearest to `node` before it. */
export function messageBefore(node) {
  let before = node?.previousElementSibling;
  while (before && !isMessage(before)) before = before.previousElementSibling;
  return before ?? null;
}

/** The message nearest to `node` behind it. */
export function messageAfter(node) {
  let after = node?.nextElementSibling;
  while (after && !isMessage(after)) after = after.nextElementSibling;
  return after ?? null;
}

function isMessage(element) {
  return element.classList.contains("message");
}

function arrangeOne(message, unreadFrom) {
  const before = messageBefore(message);
  const after = messageAfter(message);
  message.classList.toggle("message--first", !isJoined(before, message, unreadFrom));
  message.classList.toggle("message--last", !isJoined(message, after, unreadFrom));
  const above = [];
  if (before?.dataset.day !== message.dataset.day) above.push(message.dataset.day);
  if (message.dataset.sort === unreadFrom) above.push(UNREAD);
  separate(message, above);
}

function isJoined(one, other, unreadFrom) {
  if (!one || !other || one.dataset.day !== other.dataset.day) return false;
  if (other.dataset.sort === unreadFrom) return false;
  if (one.dataset.state === "failed") return false; // The way to try again stands between them.
  const gap = Number.parseFloat(other.dataset.sort) - Number.parseFloat(one.dataset.sort);
  return one.dataset.author === other.dataset.author && gap <= JOINED_WITHIN_MS;
}

/** Lets exactly the separators named in `wanted` stand above `message`; keeps those that do. */
function separate(message, wanted) {
  const found = new Map();
  let above = message.previousElementSibling;
  for (; above && !isMessage(above); above = above.previousElementSibling) {
    found.set(above.dataset.separator, above);
  }
  for (const [name, separator] of found) if (!wanted.includes(name)) separator.remove();
  let next = message;
  for (const name of wanted.reverse()) {
    const separator = found.get(name) ?? makeSeparator(name);
    if (next.previousElementSibling !== separator) next.before(separator);
    next = separator;
  }
}

function makeSeparator(name) {
  const separator = document.createElement("div");
  separator.dataset.separator = name;
  separator.className = name === UNREAD ? "log__unread" : "log__day";
  separator.textContent = name === UNREAD ? gettext("New messages") : timeLabel("day", name);
  if (name !== UNREAD) return separator;
  // What stands in a separator is not read out, only what it is called.
  separator.role = "separator";
  separator.ariaLabel = separator.textContent;
  return separator;
}
