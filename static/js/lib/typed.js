/*
 * What was typed outlives the page part it was typed in: a conversation left and opened again, a step
 * taken back. It is held in memory only and dies with the tab.
 */

const typed = new Map();

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
