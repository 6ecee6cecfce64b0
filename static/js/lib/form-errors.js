/*
 * The error of a form stands in a data-error slot, in place of the hint: in the slot that names its
 * code, otherwise in the first one. What was typed stays.
 */

export function showError(form, sentence, code = "") {
  const slot = slotFor(form, code);
  slot.querySelector("[data-error-text]").textContent = sentence;
  setShown(form, slot, true);
  const field = fieldOf(form, slot);
  const fold = field?.closest("details");
  if (fold) fold.open = true;
  field?.focus();
}

export function clearError(form) {
  const slot = form?.querySelector("[data-error]:not([hidden])");
  if (slot) setShown(form, slot, false);
}

function slotFor(form, code) {
  const slots = [...form.querySelectorAll("[data-error]")];
  return slots.find((slot) => code && slot.dataset.error.split(" ").includes(code)) ?? slots[0];
}

/** Below a field stands its hint or its error, never both. */
function setShown(form, slot, isShown) {
  slot.hidden = !isShown;
  const own = slot.closest(".field") ?? form;
  for (const hint of own.querySelectorAll("[data-hint]")) hint.hidden = isShown;
  const field = fieldOf(form, slot);
  if (field) field.ariaInvalid = isShown ? "true" : null;
}

function fieldOf(form, slot) {
  return form.querySelector(`[aria-describedby~="${CSS.escape(slot.id)}"]`);
}
