/*
 * <stopped-notice> appears while the program does not answer, looks for it, and leaves when it is back.
 * A program that stays away, or that another one has replaced, is lost: then the tab shows nothing of
 * it, except what was written here and could not be saved. One that says itself that it is over, maybe
 * because somebody has to find nothing, takes that with it as well.
 */

import { RequestError, request } from "../lib/request.js";
import { unsavedDrafts } from "../models/drafts.js";

const GRACE_MS = 30_000;
// A program that ends still answers for a moment. Only one that goes on answering has more to show.
const LAST_ANSWERS = 4;
const ASK_AGAIN_MS = 1000;

class StoppedNotice extends HTMLElement {
  #listening = new AbortController();
  #timer = 0;
  #goneSince = 0;
  #isLost = false;

  connectedCallback() {
    const { signal } = this.#listening;
    document.addEventListener("server:gone", () => this.#show(), { signal });
    document.addEventListener("server:ended", () => this.#end(), { signal });
    document.addEventListener("server:replaced", () => this.#lose(), { signal });
    document.addEventListener("server:back", () => this.#hide(), { signal });
    window.addEventListener("online", () => this.hidden || findOut(), { signal });
    this.querySelector("button").addEventListener("click", () => findOut());
  }

  disconnectedCallback() {
    this.#listening.abort();
    clearTimeout(this.#timer);
  }

  #show() {
    if (!this.hidden || this.#isLost) return;
    this.hidden = false;
    this.#goneSince = performance.now();
    this.#askAgain();
  }

  #hide() {
    this.hidden = true;
    clearTimeout(this.#timer);
  }

  #askAgain() {
    this.#timer = setTimeout(async () => {
      if (await findOut()) return;
      if (performance.now() - this.#goneSince > GRACE_MS) this.#lose();
      else this.#askAgain();
    }, ASK_AGAIN_MS);
  }

  async #lose() {
    if (this.#isLost) return;
    this.#isLost = true;
    document.dispatchEvent(new CustomEvent("server:lost"));
    // What is on its way as a message becomes a draft again.
    await new Promise((done) => setTimeout(done));
    this.#replaceScreen(unsavedDrafts().join("\n\n"));
  }

  /** The server has said that this is over: what is on the screen goes before anything is asked. */
  async #end() {
    document.getElementById("screen").replaceChildren();
    for (let asked = 0; asked < LAST_ANSWERS; asked += 1) {
      await new Promise((done) => setTimeout(done, ASK_AGAIN_MS));
      if (!(await findOut())) return this.#replaceScreen();
    }
    location.reload();
  }

  #replaceScreen(unsaved = "") {
    this.#hide();
    const screen = this.querySelector("template").content.firstElementChild.cloneNode(true);
    screen.querySelector("[data-unsaved]").hidden = !unsaved;
    screen.querySelector("textarea").value = unsaved;
    screen.querySelector("copy-button").dataset.text = unsaved;
    document.getElementById("screen").replaceWith(screen);
  }
}

/** Returns whether the program answers; the server decides what a refused tab shows. */
async function findOut() {
  try {
    await request("/connection");
    return true;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (error.isRefused) location.reload();
    return !error.isUnanswered;
  }
}

customElements.define("stopped-notice", StoppedNotice);
