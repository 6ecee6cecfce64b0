/*
 * <timed-reload data-wait-s="252"> counts down to the moment at which the server has something else to
 * show, and asks for it then. A code that somebody is typing is not taken away from them.
 */

const SECOND_MS = 1000;

class TimedReload extends HTMLElement {
  #endsAt = 0;
  #timer = 0;

  connectedCallback() {
    this.#endsAt = performance.now() + Number(this.dataset.waitS) * SECOND_MS;
    this.#countDown();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  #countDown() {
    const left = Math.max(0, Math.ceil((this.#endsAt - performance.now()) / SECOND_MS));
    this.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (!left && !isTyping()) return location.reload();
    this.#timer = setTimeout(() => this.#countDown(), SECOND_MS);
  }
}

function isTyping() {
  const fields = document.querySelectorAll("input:not([type=radio])");
  return [...fields].some(({ value }) => value);
}

customElements.define("timed-reload", TimedReload);
