/* The error of a form stands in its data-error slot, in place of the hint. What was typed stays. */

export function showError(form, sentence) {
  const slot = form.querySelector("[data-error]");
  slot.querySelector("[data-error-text]").textContent = sentence;
  setShown(form, slot, true);
  fieldOf(form, slot)?.focus();
}

export function clearError(form) {
  const slot = form?.querySelector("[data-error]");
  if (slot && !slot.hidden) setShown(form, slot, false);
}

/** Below a field stands its hint or its error, never both. */
function setShown(form, slot, isShown) {
  slot.hidden = !isShown;
  for (const hint of form.querySelectorAll("[data-hint]")) hint.hidden = isShown;
  const field = fieldOf(form, slot);
  if (field) field.ariaInvalid = isShown ? "true" : null;
}

function fieldOf(form, slot) {
  return form.querySelector(`[aria-describedby~="${CSS.escape(slot.id)}"]`);
}
