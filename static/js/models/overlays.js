/*
 * Menus and dialogs. The server draws them like everything else; a patch that brings #menu or #dialog
 * opens it. A menu stands where it was asked for: below its button, or where the pointer was inside an
 * element with data-context="/its/menu". What is closed is emptied, so nothing of it stays behind.
 */

const EDGE_PX = 8;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

export class Overlays {
  #actions;
  #opener = null;
  #point = null;

  constructor(actions) {
    this.#actions = actions;
  }

  start() {
    document.addEventListener("click", (event) => this.#clicked(event), { capture: true });
    document.addEventListener("contextmenu", (event) => this.#asked(event));
    document.addEventListener("keydown", (event) => this.#pressed(event));
    document.addEventListener("patch:after", (event) => this.#open(event.detail.placed));
    document.addEventListener("toggle", (event) => this.#toggled(event), { capture: true });
    document.addEventListener("close", (event) => this.#closed(event.target), { capture: true });
    document.addEventListener("form:sent", (event) => event.target.closest("dialog")?.close());
  }

  #clicked(event) {
    const { target } = event;
    if (target.closest("[data-close]")) target.closest("dialog")?.close();
    const button = target.closest("[data-get]");
    // What a menu opens belongs to whoever opened the menu.
    if (!button || button.closest("#menu")) return;
    [this.#opener, this.#point] = [button, null];
  }

  #asked(event) {
    const region = event.target.closest("[data-context]");
    // Whoever has selected text wants the menu of the browser, to copy it.
    if (!region || String(getSelection()) || event.target.closest("input, textarea")) return;
    event.preventDefault();
    const isPointer = event.clientX || event.clientY;
    this.#opener = event.target.closest("button, [tabindex]") ?? region;
    this.#point = isPointer ? { x: event.clientX, y: event.clientY } : null;
    this.#actions.get(region.dataset.context);
  }

  #open(placed) {
    for (const element of placed) {
      if (element.id === "menu") this.#openMenu(element);
      if (element.id === "dialog") this.#openDialog(element);
    }
  }

  #openMenu(menu) {
    menu.showPopover();
    this.#setExpanded(true);
    place(menu, this.#point ?? this.#corner());
    menu.querySelector("[role^=menuitem]")?.focus();
  }

  #openDialog(dialog) {
    dialog.showModal();
    dialog.querySelector("[data-autofocus]")?.focus();
  }

  #corner() {
    const { left, bottom } = this.#opener?.getBoundingClientRect() ?? { left: 0, bottom: 0 };
    return { x: left, y: bottom };
  }

  #setExpanded(isExpanded) {
    if (this.#opener?.ariaHasPopup === "menu") this.#opener.ariaExpanded = String(isExpanded);
  }

  #pressed(event) {
    const menu = event.target.closest("#menu");
    if (!menu) return;
    const items = [...menu.querySelectorAll("[role^=menuitem]")];
    if (event.key === "Tab") menu.hidePopover();
    const next = itemFor(event.key, items);
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  #toggled(event) {
    if (event.target.id === "menu" && event.newState === "closed") this.#closed(event.target);
  }

  #closed(overlay) {
    overlay.replaceChildren();
    this.#setExpanded(false);
    // Browsers give the focus back, unless what had it has been drawn anew meanwhile.
    if (document.activeElement !== document.body || !this.#opener?.id) return;
    document.getElementById(this.#opener.id)?.focus({ preventScroll: true });
  }
}

function itemFor(key, items) {
  const current = items.indexOf(document.activeElement);
  if (key in STEPS) return items.at((current + STEPS[key]) % items.length);
  if (key === "Home") return items[0];
  if (key === "End") return items.at(-1);
  if (key.length !== 1 || key === " ") return null;
  const inTurn = [...items.slice(current + 1), ...items.slice(0, current + 1)];
  return inTurn.find((item) => item.textContent.trim().toLowerCase().startsWith(key.toLowerCase()));
}

/** Puts `menu` at a point, moved as far as it takes to be seen as a whole. */
function place(menu, { x, y }) {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = Math.min(x, innerWidth - width - EDGE_PX);
  const top = y + height + EDGE_PX > innerHeight ? Math.max(EDGE_PX, y - height) : y;
  menu.style.left = `${Math.max(EDGE_PX, left)}px`;
  menu.style.top = `${Math.min(top, innerHeight - height - EDGE_PX)}px`;
}
