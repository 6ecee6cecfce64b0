/*
 * What was typed outlives the page part it was typed in: a conversation left and opened again, a step
 * taken back, a reload (models/navigation-history.js). It is held in memory only.
 */

const typed = new Map();
// The recovery words go nowhere before their owner sends them.
const STAYS_IN_THE_TAB = "words";

/** Remembers the fields of `root` that are marked with data-keep="<name>". */
export function keepTyped(root) {
  for (const field of root.querySelectorAll("[data-keep]")) {
    if (field.value) typed.set(field.dataset.keep, field.value);
    else typed.delete(field.dataset.keep);
  }
}

/** Fills the marked fields of `root` that have been filled before. */
export function fillTyped(root) {
  for (const field of root.querySelectorAll("[data-keep]")) {
    if (!typed.has(field.dataset.keep)) continue;
    field.value = typed.get(field.dataset.keep);
    openFolds(field);
  }
}

/** What has been typed up to now, as typedBefore() takes it after a reload. */
export function typedSoFar() {
  keepTyped(document);
  return [...typed].filter(([name]) => name !== STAYS_IN_THE_TAB);
}

export function typedBefore(fields) {
  for (const [name, text] of fields) typed.set(name, text);
  fillTyped(document);
}

/** Forgets everything, as soon as what was typed has served its purpose. */
export function forgetTyped() {
  typed.clear();
}

/** What is going to be sent has to be seen. */
function openFolds(field) {
  let fold = field.closest("details");
  while (fold) {
    fold.open = true;
    fold = fold.parentElement.closest("details");
  }
}
