/*
 * <stopped-notice> appears while the program does not answer and leaves when it does again. A program
 * that stays away, or says that it is over, has been ended: then the tab shows nothing of it.
 */

import { RequestError, request } from "../lib/request.js";

const GRACE_MS = 30_000;
// A program that ends still answers for a moment. Only one that goes on answering has more to show.
const LAST_ANSWERS = 4;
const ASK_AGAIN_MS = 1000;

class StoppedNotice extends HTMLElement {
  #listening = new AbortController();
  #timer = 0;

  connectedCallback() {
    const { signal } = this.#listening;
    document.addEventListener("server:gone", () => this.#show(), { signal });
    document.addEventListener("server:ended", () => this.#end(), { signal });
    document.addEventListener("server:back", () => this.#hide(), { signal });
    this.querySelector("button").addEventListener("click", () => this.#findOut());
  }

  disconnectedCallback() {
    this.#listening.abort();
    clearTimeout(this.#timer);
  }

  #show() {
    if (!this.hidden) return;
    this.hidden = false;
    this.#timer = setTimeout(() => this.#giveUp(), GRACE_MS);
  }

  #hide() {
    this.hidden = true;
    clearTimeout(this.#timer);
  }

  async #giveUp() {
    if (!(await this.#findOut())) this.#replaceScreen();
  }

  /** The server has said that this is over: what is on the screen goes before anything is asked. */
  async #end() {
    document.getElementById("screen").replaceChildren();
    for (let asked = 0; asked < LAST_ANSWERS; asked += 1) {
      await new Promise((done) => setTimeout(done, ASK_AGAIN_MS));
      if (!(await this.#findOut())) return this.#replaceScreen();
    }
    location.reload();
  }

  #replaceScreen() {
    const { content } = this.querySelector("template");
    document.getElementById("screen").replaceWith(content.cloneNode(true));
    this.#hide();
  }

  /** Returns whether the program answers; the server decides what a refused tab shows. */
  async #findOut() {
    try {
      await request("/connection");
      return true;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.isRefused) location.reload();
      return !error.isUnanswered;
    }
  }
}

customElements.define("stopped-notice", StoppedNotice);
