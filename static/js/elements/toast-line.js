/*
 * <toast-line> says one thing at a time for six seconds; looking at it stops the clock. What it says
 * comes from a script, or with a patch that may bring a way to undo.
 */

const SHOWN_MS = 6000;

class ToastLine extends HTMLElement {
  #listening = new AbortController();
  #timer = 0;

  connectedCallback() {
    const { signal } = this.#listening;
    document.addEventListener("toast", (event) => this.#say(event.detail.sentence), { signal });
    document.addEventListener("patch:after", (event) => this.#patched(event.detail), { signal });
    this.addEventListener("click", (event) => event.target.closest("button") && this.#hide());
    for (const start of ["pointerenter", "focusin"]) {
      this.addEventListener(start, () => clearTimeout(this.#timer));
    }
    for (const end of ["pointerleave", "focusout"]) {
      this.addEventListener(end, () => this.#startClock());
    }
  }

  disconnectedCallback() {
    this.#listening.abort();
    clearTimeout(this.#timer);
  }

  #say(sentence) {
    this.querySelector("[data-post]")?.remove(); // It would undo something else.
    this.querySelector("[data-sentence]").textContent = sentence;
    this.firstElementChild.hidden = false;
    this.#startClock();
  }

  #patched({ placed }) {
    if (placed.includes(this.firstElementChild)) this.#startClock();
  }

  #hide() {
    this.firstElementChild.hidden = true;
  }

  #startClock() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#hide(), SHOWN_MS);
  }
}

customElements.define("toast-line", ToastLine);
