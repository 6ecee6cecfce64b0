/*
 * What a message looks like depends on its neighbours: joined corners, gaps, a day above it. A pushed
 * message does not know them, so the log is arranged here after each change.
 */

import { dayLabel } from "./days.js";

const JOINED_WITHIN_MS = 3 * 60 * 1000;

/** Marks the first and last message of each group in `log` and puts the days between them. */
export function arrange(log) {
  const messages = [...log.querySelectorAll(":scope > .message")];
  const separators = new Set(log.querySelectorAll(":scope > .log__day"));
  messages.forEach((message, index) => {
    const [before, after] = [messages[index - 1], messages[index + 1]];
    if (!isSameDay(before, message)) separators.delete(separatorAbove(message));
    message.classList.toggle("message--first", !isJoined(before, message));
    message.classList.toggle("message--last", !isJoined(message, after));
  });
  for (const stale of separators) stale.remove();
}

function isSameDay(one, other) {
  return one?.dataset.day === other?.dataset.day;
}

function isJoined(one, other) {
  if (!one || !other || !isSameDay(one, other)) return false;
  if (one.dataset.state === "failed") return false; // The way to try again stands between them.
  const gap = Number.parseFloat(other.dataset.sort) - Number.parseFloat(one.dataset.sort);
  return one.dataset.author === other.dataset.author && gap <= JOINED_WITHIN_MS;
}

function separatorAbove(message) {
  const above = message.previousElementSibling;
  const label = dayLabel(message.dataset.day);
  if (above?.matches(".log__day") && above.textContent === label) return above;
  const separator = document.createElement("div");
  separator.className = "log__day";
  separator.textContent = label;
  message.before(separator);
  return separator;
}
