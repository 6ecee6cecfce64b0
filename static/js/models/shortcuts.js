/*
 * The shortcuts of the whole page. Whoever can do what one of them means listens to its event on the
 * document. The sheet (templates/pages/shortcuts.html) lists the same chords; a test compares them.
 */

import { digit, isMac, isPressed } from "../lib/chords.js";

const SHEET = "/help/shortcuts";

// The lock works whatever lies in front of the page, and while an input method composes.
// With Option, a Mac types characters by the digits; there the chord stays out of fields.
const SHORTCUTS = [
  { keys: "mod+k", name: "search", inFields: true },
  { keys: "mod+f", name: "search", inFields: true },
  { keys: "alt+ArrowUp", name: "previous", inFields: true },
  { keys: "alt+ArrowDown", name: "next", inFields: true },
  { keys: "alt+1-9", name: "pinned", inFields: !isMac },
  { keys: "Escape", name: "back", inFields: true },
  { keys: "?", name: "sheet", inFields: false },
  { keys: "alt+shift+l", name: "lock", inFields: true, isUrgent: true },
];

export class Shortcuts {
  #actions;

  constructor(actions) {
    this.#actions = actions;
  }

  start() {
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  #pressed(event) {
    const shortcut = SHORTCUTS.find(({ keys }) => isPressed(keys, event));
    if (!shortcut || (isField(event.target) && !shortcut.inFields)) return;
    // While an input method composes, keys belong to it. What lies in front of the page has its own.
    const isTaken = event.isComposing || event.defaultPrevented || isCovered();
    if (isTaken && !shortcut.isUrgent) return;
    if (this.#do(shortcut.name, event)) event.preventDefault();
  }

  /** Returns whether there was anything to do; otherwise the key is the browser's. */
  #do(name, event) {
    if (name === "lock") return lockNow();
    // The first pages have no conversations to go to.
    if (!document.querySelector("conversation-list")) return false;
    if (name === "back") return goBack(event.target);
    if (name === "sheet") this.#actions.get(SHEET);
    const detail = name === "pinned" ? { number: digit(event) } : null;
    document.dispatchEvent(new CustomEvent(`shortcut:${name}`, { detail }));
    return true;
  }
}

function lockNow() {
  const isOpen = document.querySelector("account-preferences") !== null;
  if (isOpen) document.dispatchEvent(new CustomEvent("shortcut:lock"));
  return isOpen;
}

/** Leaves what the pane shows by its own way back, where it has one. */
function goBack(target) {
  if (target.matches("input[type=search]") && target.value) return false;
  const ways = [...document.querySelectorAll("[data-escape]")];
  const way = ways.findLast((button) => button.checkVisibility());
  way?.click();
  return Boolean(way);
}

function isCovered() {
  return document.querySelector("dialog[open], :popover-open") !== null;
}

function isField(target) {
  return target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
}
