/* <toast-line> says one thing at a time for six seconds; looking at it stops the clock. */

const SHOWN_MS = 6000;

class ToastLine extends HTMLElement {
  #listening = new AbortController();
  #timer = 0;

  connectedCallback() {
    const { signal } = this.#listening;
    document.addEventListener("toast", (event) => this.#show(event.detail.sentence), { signal });
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

  #show(sentence) {
    this.querySelector("[data-sentence]").textContent = sentence;
    this.firstElementChild.hidden = false;
    this.#startClock();
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
