/*
 * <emoji-names> offers emoji while a name is written: ":smi" and then the arrows, Enter or Tab, or the
 * mouse. It never takes the focus, and Escape leaves what was typed as it is.
 */

import { askedName, closedName, inTone, search, withName } from "../lib/emoji.js";
import { insertText } from "../lib/stray-input.js";
import { tell } from "../lib/toast.js";
import { chosenTone, loadEmoji, noteUse } from "../models/emoji.js";

const OFFERED = 8;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };
const CHOOSING = new Set(["Enter", "Tab"]);

class EmojiNames extends HTMLElement {
  #field = null;
  #asked = null;
  #found = [];
  #current = 0;
  #declined = -1;

  connectedCallback() {
    const form = this.closest("form");
    this.#field = form.querySelector("textarea");
    this.#field.addEventListener("input", (event) => event.isComposing || this.#look());
    this.#field.addEventListener("compositionend", () => this.#look());
    this.#field.addEventListener("blur", () => this.#close());
    this.#field.addEventListener("click", () => this.#close());
    // Before the composer sends or the page closes something.
    form.addEventListener("keydown", (event) => this.#pressed(event), { capture: true });
    this.addEventListener("mousedown", (event) => event.preventDefault());
    this.addEventListener("click", (event) => this.#clicked(event));
  }

  async #look() {
    const closed = closedName(this.#before);
    const asked = (this.#asked = closed ?? askedName(this.#before));
    if (!asked) this.#declined = -1;
    if (!asked || asked.start === this.#declined) return this.#close();
    try {
      const all = await loadEmoji();
      if (closed) this.#complete(closed, all);
      else if (this.#asked === asked) this.#offer(asked, all);
    } catch (error) {
      tell(error);
    }
  }

  get #before() {
    const { value, selectionStart, selectionEnd } = this.#field;
    return selectionStart === selectionEnd ? value.slice(0, selectionStart) : "";
  }

  /** Whoever was faster than the names is somewhere behind the second colon by now. */
  #complete({ start, name }, all) {
    const exact = withName(all, name);
    const field = this.#field;
    const end = start + name.length + 2;
    this.#close();
    const isThere = field.value.slice(start, end) === `:${name}:`;
    if (!exact || !isThere || field !== document.activeElement) return;
    const beyond = [field.selectionStart, field.selectionEnd].map((at) => Math.max(0, at - end));
    this.#replace(start, end, exact);
    field.setSelectionRange(...beyond.map((distance) => field.selectionEnd + distance));
  }

  #offer(asked, all) {
    this.#found = search(all, asked.name).slice(0, OFFERED);
    if (!this.#found.length) return this.#close();
    this.#draw();
    this.hidden = false;
    this.#mark(0);
  }

  #draw() {
    const template = this.querySelector("template");
    const options = this.#found.map((entry, index) => {
      const option = template.content.firstElementChild.cloneNode(true);
      option.id = `emoji-name-${index}`;
      option.querySelector("[data-emoji]").textContent = inToneOfChoice(entry);
      option.querySelector("[data-label]").textContent = entry.label;
      return option;
    });
    this.replaceChildren(template, ...options);
  }

  #mark(index) {
    const options = [...this.querySelectorAll("[role=option]")];
    this.#current = (index + options.length) % options.length;
    options.forEach((option, at) => (option.ariaSelected = String(at === this.#current)));
    options[this.#current].scrollIntoView({ block: "nearest" });
    this.#field.setAttribute("aria-activedescendant", options[this.#current].id);
  }

  #pressed(event) {
    if (this.hidden || event.isComposing) return;
    const isPlain = !(event.shiftKey || event.ctrlKey || event.altKey || event.metaKey);
    if (event.key in STEPS) this.#mark(this.#current + STEPS[event.key]);
    else if (CHOOSING.has(event.key) && isPlain) this.#insert(this.#found[this.#current]);
    else if (event.key === "Escape") this.#decline();
    else return event.key.startsWith("Arrow") ? this.#close() : undefined;
    event.preventDefault();
    event.stopPropagation();
  }

  #clicked(event) {
    const option = event.target.closest("[role=option]");
    const at = [...this.querySelectorAll("[role=option]")].indexOf(option);
    if (at >= 0) this.#insert(this.#found[at]);
  }

  #insert(entry) {
    this.#replace(this.#asked.start, this.#before.length, entry);
    this.#close();
  }

  #replace(start, end, entry) {
    const emoji = inToneOfChoice(entry);
    this.#field.setSelectionRange(start, end);
    insertText(this.#field, emoji);
    noteUse(emoji);
  }

  /** This name is not wanted, however long it becomes. */
  #decline() {
    this.#declined = this.#asked.start;
    this.#close();
  }

  #close() {
    this.hidden = true;
    this.#asked = null;
    this.#field.removeAttribute("aria-activedescendant");
  }
}

function inToneOfChoice({ emoji, takesTone }) {
  return takesTone ? inTone(emoji, chosenTone()) : emoji;
}

customElements.define("emoji-names", EmojiNames);
