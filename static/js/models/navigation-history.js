/*
 * Back and Forward inside the app. Browsers write their history to the disk, so the address is always
 * the same and an entry holds only a random number and its place in the row. What the places show is
 * known here and, for a reload, to the server: in memory, and no longer than the session
 * (decision 0015).
 *
 * The list is the first place. Asking for it goes back to it over whatever lies between, so that Back
 * from there always leaves the app.
 */

import { isEmptied } from "../lib/emptied.js";
import { RequestError, request } from "../lib/request.js";
import { typedBefore, typedSoFar } from "../lib/typed.js";

const LIST = "/list";
const FIRST = new Set([LIST, "/", "/welcome"]);

export class NavigationHistory {
  #actions;
  #tab = crypto.randomUUID();
  // What was opened, and in a conversation the place where somebody was reading.
  #entries = [{ path: LIST, place: "" }];
  #at = 0;
  #kept = "";

  constructor(actions) {
    this.#actions = actions;
  }

  start() {
    document.addEventListener("patch:before", () => this.#remember());
    document.addEventListener("opened", (event) => this.#opened(event.detail));
    window.addEventListener("popstate", (event) => this.#travelled(event.state));
    // Before the page is emptied (app.js).
    window.addEventListener("pagehide", () => this.#keep(), { capture: true });
    // A tab that is out of sight for long may be thrown away without another word.
    document.addEventListener("visibilitychange", () => document.hidden && this.#keep());
    this.#begin(history.state);
  }

  async #begin(left) {
    this.#at = left?.at ?? 0;
    this.#mark();
    if (!left) return;
    await this.#recall(left.tab);
    // A lock makes the server forget where the tabs were; all their places lead to the list then.
    while (this.#entries.length <= this.#at) this.#entries.push({ path: LIST, place: "" });
    if (this.#at) this.#show();
  }

  /** `path` was asked for and has brought `placed`; without a path they answer a form. */
  #opened({ path, placed, isWayBack }) {
    const main = placed.find((element) => ["screen", "pane"].includes(element.id));
    if (!main) return;
    const shown = path ?? pathOf(main) ?? this.#entries[this.#at].path;
    const behind = this.#findBehind(shown, isWayBack);
    if (FIRST.has(shown.split("?")[0])) this.#goTo(0, shown === "/" ? LIST : shown);
    else if (behind >= 0) this.#goTo(behind, shown);
    else if (!path && this.#at) this.#goTo(this.#at, shown); // Nobody goes back to a form.
    else if (shown !== this.#entries[this.#at].path) this.#push(shown);
  }

  /** What lies just behind is gone back to; by a way back also what lies further behind. */
  #findBehind(path, isWayBack) {
    const behind = this.#entries.slice(0, this.#at).findLastIndex((entry) => entry.path === path);
    return isWayBack || behind === this.#at - 1 ? behind : -1;
  }

  #push(path) {
    this.#at += 1;
    this.#entries.length = this.#at;
    this.#entries.push({ path, place: "" });
    history.pushState(this.#state, "");
  }

  /** Moves to an entry whose content is on the screen already. */
  #goTo(at, path) {
    const step = at - this.#at;
    this.#at = at;
    this.#entries[at] = { path, place: "" };
    if (step) history.go(step);
  }

  #travelled(state) {
    const step = state.at - this.#at;
    if (!step) return this.#mark();
    const layer = topLayer();
    if (layer) {
      // Back closes what lies on top, and nothing else.
      if (layer.matches("dialog")) layer.close();
      else layer.hidePopover();
      return history.go(-step);
    }
    const from = this.#at;
    this.#remember();
    this.#at = state.at;
    this.#mark();
    return this.#show(from);
  }

  /** What cannot be shown is not entered: then it goes back to `from`. */
  async #show(from = 0) {
    const { path, place } = this.#entries[this.#at] ?? { path: LIST };
    const hasPane = () => document.getElementById("pane") !== null;
    let isShown = hasPane() || (await this.#actions.show("/"));
    if (hasPane() || path !== LIST) {
      isShown = await this.#actions.show(place ? `${path}?around=${place}` : path);
    }
    if (isShown === false) this.#goTo(from, this.#entries[from]?.path ?? LIST);
  }

  /** Where somebody reads, as long as what they read is still there. */
  #remember() {
    const entry = this.#entries[this.#at];
    const pane = document.getElementById("pane");
    if (!entry || !pane?.dataset.for || entry.path !== pathOf(pane)) return;
    entry.place = pane.querySelector("message-list").place;
  }

  get #state() {
    return { tab: this.#tab, at: this.#at };
  }

  /** The entry may be from before a reload, or from the tab that this one is a copy of. */
  #mark() {
    history.replaceState(this.#state, "");
  }

  #keep() {
    if (isEmptied()) return;
    this.#remember();
    const memory = JSON.stringify({ entries: this.#entries, typed: typedSoFar() });
    if (memory === this.#kept) return;
    this.#kept = memory;
    const fields = new URLSearchParams({ memory });
    request(`/tabs/${this.#tab}`, { method: "POST", fields, keepalive: true }).catch(beModest);
  }

  async #recall(tab) {
    try {
      const memory = await (await request(`/tabs/${tab}`)).text();
      if (!memory) return;
      const { entries, typed } = JSON.parse(memory);
      this.#entries = entries;
      typedBefore(typed);
    } catch (error) {
      beModest(error);
    }
  }
}

/** Where nothing is remembered, the app begins with the list: no reason to trouble anybody. */
function beModest(error) {
  if (!(error instanceof RequestError)) throw error;
}

/** Where the answer to a form has led. */
function pathOf(element) {
  if (element.id === "screen") return "/";
  if (element.dataset.for) return `/conversations/${element.dataset.for}`;
  return element.dataset.pane === "list" && !("settings" in element.dataset) ? LIST : null;
}

function topLayer() {
  return [...document.querySelectorAll("dialog[open], :popover-open")].at(-1);
}
