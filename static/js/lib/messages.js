/* The messages that are drawn: what they say, and the focus among them. */

import { timeLabel } from "./dates.js";
import { compareSort } from "./patch.js";

/** The messages that are in the page, oldest first. */
export function allMessages() {
  return [...document.querySelectorAll("#log > .message")];
}

/** The text of `message`, exactly as it was written. */
export function textOf(message) {
  return message.querySelector(".bubble__text").textContent;
}

/** What is needed to copy `message` later, when it may have left the page. */
export function recordOf(message) {
  const { dateTime } = message.querySelector("time");
  const name = message.querySelector(".message__name").textContent;
  return { id: message.id, sort: message.dataset.sort, name, dateTime, text: textOf(message) };
}

/** The text of one record, or of several with who wrote them and when. */
export function transcript(records) {
  if (records.length === 1) return records[0].text;
  return records
    .toSorted((one, other) => compareSort(one.sort, other.sort))
    .map(({ name, dateTime, text }) => `[${timeLabel("full", dateTime)}] ${name}: ${text}`)
    .join("\n");
}

/** Moves the focus to `message`: to its check box, where there is one. */
export function focusMessage(message) {
  if (!message) return;
  (message.querySelector(".message__check") ?? message).focus({ preventScroll: true });
  message.scrollIntoView({ block: "nearest" });
}
