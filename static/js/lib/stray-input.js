/*
 * What is typed, pasted or dropped beside a field goes into it. A browser left alone would follow a
 * dropped link or open a dropped file, and the page would be gone.
 */

const FIELDS = "input, textarea, select, [contenteditable]";
const LAYERS = "dialog[open], [popover]:popover-open";
// Space presses a button and scrolls; the question mark shows the sheet of shortcuts.
const KEYS_OF_THE_PAGE = new Set([" ", "?"]);

/** Lets `field` have what belongs to no other, until `signal` ends it; as long as it `isWanted`. */
export function catchStrayInput(field, signal, { isWanted = () => true } = {}) {
  const typed = (event) => {
    if (event.defaultPrevented || isInField(event) || !isWanted()) return;
    if (!(isLetter(event) || isPaste(event)) || document.querySelector(LAYERS)) return;
    // The browser brings the letter to whatever has the focus after this.
    field.focus({ preventScroll: true });
  };
  const dragged = (event) => {
    if (!isInField(event) || isFile(event)) event.preventDefault();
  };
  const dropped = (event) => {
    if (isInField(event) && !isFile(event)) return;
    event.preventDefault();
    if (!isFile(event)) insertText(field, event.dataTransfer.getData("text/plain"));
  };
  document.addEventListener("keydown", typed, { signal });
  document.addEventListener("dragover", dragged, { signal });
  document.addEventListener("drop", dropped, { signal });
}

/** Writes `text` where the cursor of `field` is, as if it had been typed: it can be undone. */
export function insertText(field, text) {
  if (!text) return;
  field.focus({ preventScroll: true });
  document.execCommand("insertText", false, text);
}

function isInField(event) {
  // Firefox drops on the text inside an element.
  return event.composedPath().some((node) => node instanceof Element && node.matches(FIELDS));
}

function isFile(event) {
  return event.dataTransfer.types.includes("Files");
}

function isLetter(event) {
  const isCommand = event.ctrlKey || event.metaKey || event.altKey;
  if (isCommand && !event.getModifierState("AltGraph")) return false;
  return event.key.length === 1 && !KEYS_OF_THE_PAGE.has(event.key);
}

function isPaste(event) {
  return (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "v";
}
