/*
 * Chords are written "mod+k", "alt+ArrowUp", "alt+1-9", "?". `mod` is Ctrl, on a Mac Command. A chord
 * says how it is pressed and how it is named, so that the sheet cannot promise another one.
 */

import { gettext } from "./texts.js";

const platform = navigator.userAgentData?.platform ?? navigator.platform;
export const isMac = /mac|iphone|ipad/i.test(platform);

const DIGITS = "1-9";
const IS_ASCII = /^[\x20-\x7e]+$/;
const MAC_NAMES = { mod: "⌘", alt: "⌥", shift: "⇧" };
const NAMES = {
  mod: () => gettext("Ctrl"),
  alt: () => gettext("Alt"),
  shift: () => gettext("Shift"),
  Enter: () => gettext("Enter"),
  Escape: () => gettext("Esc"),
  Backspace: () => gettext("Backspace"),
  ArrowUp: () => "↑",
  ArrowDown: () => "↓",
  [DIGITS]: () => "1 … 9",
};

/** Returns whether `event` is a press of `keys`. */
export function isPressed(keys, event) {
  const parts = keys.split("+");
  const key = parts.pop();
  if (!hasKey(key, event)) return false;
  if (key === "?") return !event.ctrlKey && !event.metaKey; // Typed in another way on each keyboard.
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const other = isMac ? event.ctrlKey : event.metaKey;
  return (
    !other &&
    mod === parts.includes("mod") &&
    event.altKey === parts.includes("alt") &&
    event.shiftKey === parts.includes("shift")
  );
}

/** Returns the digit of a chord such as "alt+1-9"; with Alt, some keyboards type something else. */
export function digit(event) {
  return Number(/^Digit([1-9])$/.exec(event.code)?.[1] ?? 0);
}

/** Returns the names of the keys of `keys`, as they stand on this computer's keyboard. */
export function namesOf(keys) {
  return keys
    .split("+")
    .map((key) => (isMac && MAC_NAMES[key]) || NAMES[key]?.() || key.toUpperCase());
}

function hasKey(key, event) {
  if (key === DIGITS) return digit(event) > 0;
  if (event.key.toLowerCase() === key.toLowerCase()) return true;
  // Option types something else on a Mac, and so does every key where letters are not Latin ones.
  return /^[a-z]$/.test(key) && !IS_ASCII.test(event.key) && event.code === `Key${key.toUpperCase()}`;
}
