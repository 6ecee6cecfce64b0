/*
 * <emoji-picker> shows all emoji by group, finds them by name, and writes the chosen one where the
 * cursor of the composer is. With Shift it stays open for more.
 */

import { inTone, search } from "../lib/emoji.js";
import { besideCell } from "../lib/grid.js";
import { applyPatch } from "../lib/patch.js";
import { requestHtml } from "../lib/request.js";
import { insertText } from "../lib/stray-input.js";
import { tell } from "../lib/toast.js";
import { chosenTone, loadEmoji, noteUse } from "../models/emoji.js";

const EDGE_PX = 8;
const FOUND = 120;

class EmojiPicker extends HTMLElement {
  #composer = null;
  #search = null;
  #scroll = null;
  #all = [];
  #columns = 1;

  connectedCallback() {
    this.#composer = this.closest("message-composer");
    this.#search = this.querySelector("[data-search]");
    this.#scroll = this.querySelector("[data-scroll]");
    this.addEventListener("beforetoggle", (event) => event.newState === "open" && this.#place());
    this.addEventListener("toggle", (event) => this.#toggled(event.newState === "open"));
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("keydown", (event) => this.#pressed(event));
    this.addEventListener("focusin", (event) => this.#name(event.target));
    this.addEventListener("pointerover", (event) => this.#name(event.target));
    this.#search.addEventListener("input", () => this.#find());
    this.#scroll.addEventListener("scroll", () => this.#markGroup(), { passive: true });
    this.querySelector("select").addEventListener("change", (event) => this.#setTone(event.target));
  }

  /** Above the composer, at the end of its line, as high as there is room. */
  #place() {
    const { top, left, right } = this.#composer.querySelector(".composer__in").getBoundingClientRect();
    const isMirrored = getComputedStyle(this).direction === "rtl";
    const side = Math.max(EDGE_PX, isMirrored ? left : innerWidth - right);
    this.style.insetBlockEnd = `${innerHeight - top + EDGE_PX}px`;
    this.style.insetInlineEnd = `${side}px`;
    this.style.maxBlockSize = `${top - 2 * EDGE_PX}px`;
  }

  /** Where a keyboard would come up on the screen, no field is focused without being asked for. */
  #toggled(isOpen) {
    const hasKeyboard = !matchMedia("(pointer: coarse)").matches;
    if (isOpen) this.#open();
    if (isOpen && hasKeyboard) this.#search.focus();
    const isBack = document.activeElement?.matches("body, [popovertarget=emoji-picker]");
    if (!isOpen && hasKeyboard && isBack) this.#composer.querySelector("textarea").focus();
  }

  async #open() {
    this.#search.value = "";
    this.querySelector("select").value = String(chosenTone());
    try {
      this.#all = await loadEmoji();
      this.#draw();
    } catch (error) {
      tell(error);
    }
  }

  #draw() {
    this.#columns = this.#countColumns();
    const groups = Map.groupBy(this.#all, ({ group }) => group);
    groups.set("recent", this.#recent());
    for (const section of this.#sections) {
      this.#fill(section, groups.get(section.dataset.section) ?? []);
    }
    this.querySelector("[data-group=recent]").hidden = !groups.get("recent").length;
    this.#find();
  }

  #recent() {
    const used = this.querySelector("#recent-emoji").textContent.split(" ").filter(Boolean);
    const known = new Map(this.#all.map((entry) => [entry.emoji, entry]));
    return used.map((emoji) => ({ label: known.get(emoji)?.label ?? emoji, emoji }));
  }

  get #sections() {
    return [...this.querySelectorAll("[data-section]")];
  }

  get #cells() {
    return [...this.querySelectorAll("[data-section]:not([hidden]) [data-cell]")];
  }

  #fill(section, entries) {
    const { content } = this.querySelector("template");
    const tone = chosenTone();
    const cells = entries.map(({ emoji, label, takesTone }) => {
      const cell = content.firstElementChild.cloneNode(true);
      cell.textContent = takesTone ? inTone(emoji, tone) : emoji;
      cell.ariaLabel = label;
      return cell;
    });
    section.querySelector("[data-grid]").replaceChildren(...cells);
    // The browser leaves out what is not seen, and has to know how high that is.
    section.style.setProperty("--rows", Math.ceil(cells.length / this.#columns));
  }

  /** As many as the style sheet makes of the width. */
  #countColumns() {
    const { paddingInlineStart, paddingInlineEnd } = getComputedStyle(this.#scroll);
    const padding = parseFloat(paddingInlineStart) + parseFloat(paddingInlineEnd);
    const cell = this.querySelector("[data-group]").offsetHeight;
    return Math.max(1, Math.floor((this.#scroll.clientWidth - padding) / cell));
  }

  /** Shows what fits the search in a section of its own, or all groups without a search. */
  #find() {
    const query = this.#search.value.trim();
    const found = query ? search(this.#all, query).slice(0, FOUND) : [];
    for (const section of this.#sections) {
      const isResult = section.dataset.section === "found";
      if (isResult) this.#fill(section, found);
      section.hidden = isResult !== Boolean(query) || !section.querySelector("[data-cell]");
    }
    this.querySelector("[data-none]").hidden = !query || found.length > 0;
    this.#scroll.scrollTop = 0;
    this.#markGroup();
    const [first] = this.#cells;
    if (first) first.tabIndex = 0;
  }

  #clicked(event) {
    const cell = event.target.closest("[data-cell]");
    const tab = event.target.closest("[data-group]");
    if (cell) this.#choose(cell, event.shiftKey);
    else if (tab) this.#goTo(tab.dataset.group, event.detail === 0);
  }

  #choose(cell, staysOpen) {
    insertText(this.#composer.querySelector("textarea"), cell.textContent);
    noteUse(cell.textContent);
    if (staysOpen) cell.focus();
    else this.hidePopover();
  }

  #goTo(group, isByKeyboard) {
    this.#search.value = "";
    this.#find();
    const section = this.#sections.find(({ dataset }) => dataset.section === group);
    this.#scroll.scrollTop = section.offsetTop;
    if (isByKeyboard) section.querySelector("[data-cell]")?.focus({ preventScroll: true });
  }

  #markGroup() {
    const shown = this.#sections.filter(({ hidden }) => !hidden);
    const current = shown.findLast(({ offsetTop }) => offsetTop <= this.#scroll.scrollTop + EDGE_PX);
    for (const tab of this.querySelectorAll("[data-group]")) {
      tab.ariaCurrent = tab.dataset.group === current?.dataset.section ? "true" : null;
    }
  }

  #pressed(event) {
    if (event.isComposing) return;
    const cells = this.#cells;
    if (event.target === this.#search) {
      if (event.key === "Enter" && cells.length) this.#choose(cells[0], event.shiftKey);
      else if (event.key === "ArrowDown") cells[0]?.focus();
      else return;
      return event.preventDefault();
    }
    const cell = event.target.closest("[data-cell]");
    const next = cell && besideCell(cells, cell, event.key);
    if (next) next.focus();
    else if (cell && isTyping(event)) return this.#search.focus();
    else return;
    event.preventDefault();
  }

  #name(target) {
    const cell = target.closest("[data-cell]");
    if (!cell) return;
    this.querySelector("[data-name]").textContent = cell.ariaLabel;
    if (cell !== document.activeElement) return;
    this.querySelector("[data-cell][tabindex='0']")?.setAttribute("tabindex", "-1");
    cell.tabIndex = 0;
  }

  async #setTone(select) {
    const fields = new URLSearchParams({ value: select.value });
    try {
      applyPatch(await requestHtml("/settings/emoji_tone", { method: "POST", fields }));
      this.#draw();
    } catch (error) {
      tell(error);
    }
  }
}

function isTyping({ key, ctrlKey, altKey, metaKey }) {
  return key.length === 1 && key !== " " && !(ctrlKey || altKey || metaKey);
}

customElements.define("emoji-picker", EmojiPicker);
