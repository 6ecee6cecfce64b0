/*
 * <code-pattern> is drawn across its points with a mouse or a finger, or pressed together: by the numbers
 * of the keyboard, or with arrows and Space. What has been drawn stands as numbers in its field, which is
 * all that is sent. The line is never mirrored.
 */

import { extended, neighbour, pathThrough } from "../lib/pattern-path.js";
import { gettext, ngettext } from "../lib/texts.js";

class CodePattern extends HTMLElement {
  #listening = new AbortController();
  #field = null;
  #pattern = null;
  #isDrawing = false;
  #isTyped = false;

  connectedCallback() {
    const { signal } = this.#listening;
    this.#field = this.querySelector("input");
    this.#pattern = this.querySelector(".pattern");
    this.#pattern.hidden = false;
    this.#field.hidden = true;
    this.querySelector("label").removeAttribute("for"); // The group has the same name.
    this.#pattern.addEventListener("pointerdown", (event) => this.#begin(event));
    this.#pattern.addEventListener("pointermove", (event) => this.#isDrawing && this.#reach(event));
    window.addEventListener("pointerup", () => (this.#isDrawing = false), { signal });
    window.addEventListener("pointercancel", () => (this.#isDrawing = false), { signal });
    // A click without a pointer: Space, Enter on a point, or a screen reader.
    this.#pattern.addEventListener("click", (event) => this.#clicked(event));
    this.#pattern.addEventListener("keydown", (event) => this.#moved(event));
    document.addEventListener("keydown", (event) => this.#typed(event), { signal });
    this.#field.form.addEventListener("reset", () => queueMicrotask(() => this.#show()));
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  get #points() {
    return this.#field.value;
  }

  #begin(event) {
    if (event.button !== 0) return;
    const point = pointAt(this.#pattern, event);
    if (!point) return;
    this.#isDrawing = true;
    // Touching a point again begins a new drawing; a click beside its end goes on with the old one.
    if (this.#points.includes(point)) this.#set("");
    this.#set(extended(this.#points, point));
  }

  /** Between two events a fast hand passes over several points. */
  #reach(event) {
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const each of passed.length ? passed : [event]) {
      const point = pointAt(this.#pattern, each);
      if (point) this.#set(extended(this.#points, point));
    }
  }

  #clicked(event) {
    const dot = event.target.closest("[data-point]");
    if (event.detail === 0 && dot) this.#press(dot.dataset.point);
  }

  /** The last point pressed again is taken back. */
  #press(point) {
    this.#isTyped = false;
    if (this.#points.endsWith(point)) this.#set(this.#points.slice(0, -1));
    else this.#set(extended(this.#points, point));
  }

  #moved(event) {
    const dot = event.target.closest("[data-point]");
    if (!dot || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const next = this.#dot(neighbour(Number(dot.dataset.point), event.key));
    for (const other of this.#dots) other.tabIndex = other === next ? 0 : -1;
    next.focus();
  }

  #typed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.#isMeant(event.target)) return;
    const isDigit = /^[1-9]$/.test(event.key);
    if (isDigit) this.#set(extended(this.#points, event.key));
    else if (event.key === "Backspace") this.#set(this.#points.slice(0, -1));
    else if (event.key === "Enter" && this.#isSent(event.target)) this.#field.form.requestSubmit();
    else return;
    this.#isTyped ||= isDigit;
    event.preventDefault();
  }

  /** On a point Enter presses it, for whoever does so; whoever typed the numbers is done with them. */
  #isSent(target) {
    return !target.closest("button") || (this.#isTyped && target.matches("[data-point]"));
  }

  /** Of several patterns the one with the focus; a lone one wherever the focus is, fields excepted. */
  #isMeant(target) {
    if (!this.checkVisibility() || document.querySelector("dialog[open]")) return false;
    if (this.contains(target)) return true;
    const others = [...document.querySelectorAll("code-pattern")].filter((each) => each !== this);
    const isInField = target.matches("input:not([type=radio], [type=checkbox]), textarea, select");
    return !isInField && !others.some((other) => other.checkVisibility());
  }

  #set(points) {
    if (points === this.#points) return;
    this.#field.value = points;
    this.#show();
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #show() {
    for (const dot of this.#dots) {
      dot.ariaPressed = String(this.#points.includes(dot.dataset.point));
    }
    this.querySelector("path").setAttribute("d", pathThrough(this.#points));
    const count = this.#points.length;
    this.querySelector("[data-said]").textContent = count
      ? ngettext("%(count)s point", "%(count)s points", count)
      : gettext("No point yet");
  }

  get #dots() {
    return this.#pattern.querySelectorAll("[data-point]");
  }

  #dot(number) {
    return this.#pattern.querySelector(`[data-point="${number}"]`);
  }
}

/** The point that a pointer is near enough to. While one draws, the pointer belongs to where it began. */
function pointAt(pattern, { clientX, clientY }) {
  const { left, top, width } = pattern.getBoundingClientRect();
  const cell = width / 3;
  const [column, row] = [clientX - left, clientY - top].map((length) => Math.floor(length / cell));
  if (![column, row].every((index) => index >= 0 && index < 3)) return "";
  const middle = ([index, length]) => (index + 0.5) * cell - length;
  const away = Math.hypot(...[[column, clientX - left], [row, clientY - top]].map(middle));
  // Diagonals have to get past the corners of a cell.
  return away <= cell * 0.38 ? String(row * 3 + column + 1) : "";
}

customElements.define("code-pattern", CodePattern);
