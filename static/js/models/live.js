/*
 * Live updates of one open screen. Pushes arrive as patches; whatever was missed before the
 * connection stood, or while it was down, is fetched when it stands. A page that has slept may have no
 * right any more to what it shows: it asks before anybody sees it.
 *
 * Each push names the account that it belongs to, and is taken only by a page of that account.
 *
 * An answer may be older than a push that overtook it. So pushes wait until no answer is on its way:
 * every change is pushed, hence the last push is always the truth.
 */

import { io } from "../../vendor/socket.io.esm.min.js";
import { applyPatch, refresh } from "../lib/patch.js";
import {
  RequestError,
  accountOfPage,
  isWaiting,
  request,
  requestHtml,
  tabSecret,
} from "../lib/request.js";
import { SleepWatch } from "./sleep-watch.js";

const RECONNECT_FIRST_MS = 500;
const RECONNECT_LONGEST_MS = 5000;
const LIST = "/list";
const GONE = 404;
const SUBPROTOCOL = "safehouse";

export class Live {
  #socket = null;
  #pushed = [];
  #sleep = new SleepWatch(() => this.#wake());
  #listening = new AbortController();

  open() {
    const secret = tabSecret();
    this.#socket = io({
      // Long polls would hold the workers of the server.
      transports: ["websocket"],
      reconnectionDelay: RECONNECT_FIRST_MS,
      reconnectionDelayMax: RECONNECT_LONGEST_MS,
      // The only field of a handshake that a page can set.
      protocols: secret ? [SUBPROTOCOL, secret] : undefined,
    });
    this.#socket.on("connect", () => this.#catchUp());
    this.#socket.on("patch", (html, account) => this.#isOurs(account) && this.#take(html));
    this.#socket.on("switched", (account) => this.#isOurs(account));
    this.#socket.on("refresh", () => this.#catchUp());
    this.#socket.on("gone", () => document.dispatchEvent(new CustomEvent("server:ended")));
    this.#socket.on("locked", () => document.dispatchEvent(new CustomEvent("server:locked")));
    this.#socket.on("disconnect", (reason) => this.#left(reason));
    this.#socket.on("connect_error", () => this.#findReason());
    this.#sleep.start();
    document.addEventListener("server:quiet", () => this.#apply(), {
      signal: this.#listening.signal,
    });
  }

  close() {
    const socket = this.#socket.off();
    socket.io.reconnection(false);
    // Browsers complain about a WebSocket that is closed before it was open.
    if (socket.active && !socket.connected) socket.on("connect", () => socket.disconnect());
    else socket.disconnect();
    this.#socket = null;
    this.#sleep.stop();
    this.#listening.abort();
  }

  /** A tab that slept through a switch would put the rows of one account among those of another. */
  #isOurs(account) {
    const isOurs = account === accountOfPage();
    if (!isOurs) document.dispatchEvent(new CustomEvent("account:left"));
    return isOurs;
  }

  #take(html) {
    this.#pushed.push(html);
    if (!isWaiting()) this.#apply();
  }

  #apply() {
    if (this.#pushed.length) applyPatch(this.#pushed.splice(0).join(""));
  }

  /** The library comes back by itself unless the server has sent it away. */
  #left(reason) {
    if (reason !== "io server disconnect") return;
    setTimeout(() => this.#socket?.connect(), RECONNECT_FIRST_MS);
  }

  async #wake() {
    const { dataset } = document.getElementById("screen");
    dataset.unproven = "";
    if (await this.#catchUp()) delete dataset.unproven;
    else document.addEventListener("server:back", () => this.#wake(), { once: true });
  }

  /** Returns whether there was an answer. */
  #catchUp() {
    return orStartOver(async () => {
      refresh(await listAsItIs());
      // Before the pane says how much is unread: the log compares with what it was.
      document.dispatchEvent(new CustomEvent("live:missed"));
      await bringPaneUpToDate();
    });
  }

  /** A browser does not say why a socket failed. A plain request finds out. */
  async #findReason() {
    await orStartOver(() => request("/connection"));
  }
}

/** Whoever goes to another part of the list meanwhile must not be taken back by the answer. */
async function listAsItIs() {
  const path = () => document.querySelector("conversation-list")?.path ?? "/list/rows";
  for (;;) {
    const asked = path();
    const html = await requestHtml(asked);
    if (path() === asked) return html;
  }
}

/** An open conversation may have been deleted meanwhile: then the list stands alone again. */
async function bringPaneUpToDate() {
  const conversation = document.getElementById("pane")?.dataset.for;
  if (!conversation) return;
  try {
    refresh(await requestHtml(`/conversations/${conversation}`));
  } catch (error) {
    if (error.status !== GONE) throw error;
    const placed = applyPatch(await requestHtml(LIST));
    document.dispatchEvent(new CustomEvent("opened", { detail: { path: LIST, placed } }));
  }
}

/**
 * Returns whether `ask` was answered. Where the session has ended, the server decides what this tab
 * shows now.
 */
async function orStartOver(ask) {
  try {
    await ask();
    return true;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    // Without an answer <stopped-notice> speaks and the socket tries again.
    if (error.isRefused) location.reload();
    return !error.isUnanswered && !error.isRefused;
  }
}
