/*
 * <message-list> is the scrolling log of a conversation. What is in the page is a window of it
 * (models/log-window.js), extended before its reader reaches an end (models/log-ends.js). Whatever
 * changes in it, by whomever, is arranged, and the text under the reader's eyes put back before it
 * is painted (models/reading-position.js).
 */

import { arrange, messageAfter, messageBefore, nameDays } from "../lib/grouping.js";
import { compareSort } from "../lib/patch.js";
import { LogEnds } from "../models/log-ends.js";
import { LogWindow } from "../models/log-window.js";
import { ReadingMark } from "../models/reading-mark.js";
import { ReadingPosition } from "../models/reading-position.js";
import { tell } from "../lib/toast.js";

const FIRST_PLACE = "0.0";
// For less the way is shorter than to the button.
const JUMP_FROM_PX = 48;
const PAGE_OF_VIEW = 0.9;

class MessageList extends HTMLElement {
  #listening = new AbortController();
  #changes = new MutationObserver((records) => this.#changed(records));
  #resized = new ResizeObserver(() => this.#settle());
  #log = null;
  #window = null;
  #position = null;
  #ends = null;
  #mark = null;
  #unreadFrom = "";

  connectedCallback() {
    this.#log = this.querySelector("#log");
    this.#window = new LogWindow(this.#log, this.dataset.path);
    this.#position = new ReadingPosition(this, this.#window);
    this.#ends = new LogEnds(this, this.#window);
    this.#mark = new ReadingMark(this.#log, this.dataset.path);
    this.#unreadFrom = this.dataset.unreadFrom;
    arrange(this.#log, this.#window.rows, this.#unreadFrom);
    this.#goToBeginning();
    this.#listen(this.#listening.signal);
    const watched = { childList: true, attributeFilter: ["data-lacks"] };
    this.#changes.observe(this.#log, watched);
    for (const each of [this, ...this.children]) this.#resized.observe(each);
    this.#tell();
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#changes.disconnect();
    this.#resized.disconnect();
    this.#window.leave();
    this.#mark.leave();
  }

  /** The place to ask for with `?around=…` to come back to where the reader is now; "" at the end. */
  get place() {
    return this.#position.message?.dataset.sort ?? "";
  }

  #listen(signal) {
    this.#ends.start(signal);
    this.#mark.start(signal);
    this.addEventListener("scroll", () => this.#scrolled(), { passive: true, signal });
    const pane = this.closest(".pane");
    pane.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    // Whoever writes wants to see what they wrote.
    pane.addEventListener("composer:sent", () => this.#goToLatest(), { signal });
    this.#jump.addEventListener("click", () => this.#goToLatest(), { signal });
    document.addEventListener("patch:before", (event) => this.#expect(event.detail.elements), {
      signal,
    });
    document.addEventListener("live:missed", () => this.#catchUp(), { signal });
    document.addEventListener("day:changed", () => nameDays(this.#log), { signal });
    document.addEventListener("visibilitychange", () => this.#settle(), { signal });
  }

  get #jump() {
    return this.parentElement.querySelector("#jump");
  }

  get #hasUnread() {
    return this.parentElement.querySelector(".jump__count").textContent.trim() !== "";
  }

  #goToBeginning() {
    const { openedAt } = this.dataset;
    const line = this.querySelector(".log__unread");
    const isReached = (row) => compareSort(row.dataset.sort, openedAt) >= 0;
    const message = openedAt && [...this.#window.rows].find(isReached);
    if (message) this.#position.show(message, { atTop: true });
    else if (line) this.#position.show(line);
    else this.#position.goToEnd();
  }

  #scrolled() {
    this.#position.follow();
    this.#ends.follow();
    this.#look();
  }

  /** Prepares what a patch will bring. Only what is new is announced, and not what is drawn anew. */
  #expect(elements) {
    const { for: conversation } = this.#log.dataset;
    for (const element of elements) {
      if (element.dataset.into !== "log" || element.dataset.for !== conversation) continue;
      if (document.getElementById(element.id)) element.ariaLive = "off";
      else if ("unread" in element.dataset) this.#expectUnread(element);
    }
  }

  /** What comes in while nobody looks begins below the line, once there was nothing unread. */
  #expectUnread({ dataset }) {
    const isWatched = this.#position.isAtEnd && !document.hidden;
    if (!isWatched && !this.#hasUnread && !this.#log.querySelector("[data-unread]")) {
      this.#drawLine(dataset.sort);
    }
  }

  #drawLine(sort) {
    const old = this.#unreadFrom;
    this.#unreadFrom = sort;
    const touched = [...this.#window.rows].filter(({ dataset }) =>
      [old, sort].includes(dataset.sort),
    );
    arrange(this.#log, touched, sort);
  }

  #changed(records) {
    const beside = records.flatMap((record) => [record.previousSibling, record.nextSibling]);
    const changed = [...records.flatMap((record) => [...record.addedNodes]), ...beside];
    const near = changed.flatMap((node) => [messageBefore(node), node, messageAfter(node)]);
    const here = new Set(near.filter((node) => node?.isConnected && node.matches?.(".message")));
    arrange(this.#log, here, this.#unreadFrom);
    this.#changes.takeRecords();
    this.#settle();
    this.#tell();
  }

  /** For those who have something to do with each message that is in the page. */
  #tell() {
    this.dispatchEvent(new CustomEvent("log:changed", { bubbles: true }));
  }

  #settle() {
    this.#ends.draw();
    this.#position.restore();
    this.#ends.settle();
    this.#look();
  }

  #look() {
    this.#mark.see(this.#position.lastSeen);
    const isFar = this.#window.lacks("newer") || this.#position.below > JUMP_FROM_PX;
    const jump = this.#jump;
    if (jump.hidden !== isFar) return;
    if (jump === document.activeElement) this.focus({ preventScroll: true });
    jump.hidden = !isFar;
  }

  #pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const isTyping = event.target.matches("input, textarea, select");
    const moves = {
      End: () => !isTyping && this.#goToLatest(),
      Home: () => !isTyping && this.#goToFirst(),
      PageUp: () => isTyping && this.#scrollByViews(-PAGE_OF_VIEW),
      PageDown: () => isTyping && this.#scrollByViews(PAGE_OF_VIEW),
    };
    if (moves[event.key]?.()) event.preventDefault();
  }

  #scrollByViews(views) {
    this.scrollBy({ top: views * this.clientHeight });
    return true;
  }

  #goToLatest() {
    this.#go("newer", "latest", () => this.#position.goToEnd());
    return true;
  }

  #goToFirst() {
    this.#go("older", `around?place=${FIRST_PLACE}`, () => this.#position.goToStart());
    return true;
  }

  /** Goes to one end of the conversation, which is loaded first if it is not in the page. */
  async #go(side, part, scroll) {
    try {
      if (this.#window.lacks(side)) await this.#window.show(part);
      scroll();
      this.#settle();
    } catch (error) {
      tell(error);
    }
  }

  /** Makes up for what the live connection has missed. What is new begins below the line. */
  async #catchUp() {
    const { isAtEnd } = this.#position;
    const hadUnread = this.#hasUnread;
    try {
      const unreadFrom = await this.#window.catchUp({ isFollowed: isAtEnd });
      if (unreadFrom && !hadUnread) this.#drawLine(unreadFrom);
      const line = this.querySelector(".log__unread");
      if (line && isAtEnd && !hadUnread) this.#position.show(line);
    } catch (error) {
      tell(error);
    }
  }
}

customElements.define("message-list", MessageList);
