/*
 * Where somebody is in a scrolling log: at its end, or at the first message in view. Both survive
 * whatever changes around them: messages above, below and in between, the width, the size of the text.
 *
 * Browsers anchor the text as well, and without breaking off a scroll that is under way. Not all do,
 * and none does at the very top or with the message in mind. So what is measured here is what is left
 * to correct after the browser has laid out the change and moved what it wanted to move.
 */

const AT_END_PX = 4;
// If the first is taken away, the next ones stand in for it.
const MARKS = 4;
// Where the eye goes on: some of what was read before stays above it.
const EYES = 1 / 3;

export class ReadingPosition {
  isAtEnd = true;
  #scroller;
  #window;
  #marks = [];
  #first = "";
  #lastSeen = null;
  #top = 0;

  constructor(scroller, window) {
    this.#scroller = scroller;
    this.#window = window;
  }

  /** Where to come back to: the first message in view, or null at the end, where one goes anyway. */
  get message() {
    return this.isAtEnd ? null : document.getElementById(this.#first);
  }

  /** How much of the log is below the view. */
  get below() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  /** The last message whose end has been in view, or null. */
  get lastSeen() {
    const { rows } = this.#window;
    const edge = this.#scroller.getBoundingClientRect().bottom + 1;
    return rows[firstWhere(rows, (box) => box.bottom > edge) - 1] ?? null;
  }

  /** To be called when the log has scrolled. Our own corrections are no news. */
  follow() {
    if (this.#scroller.scrollTop !== this.#top) this.remember();
  }

  remember() {
    this.#top = this.#scroller.scrollTop;
    this.isAtEnd = !this.#window.lacks("newer") && this.below <= AT_END_PX;
    this.#lastSeen = this.lastSeen;
    this.#marks = this.#findMarks();
    this.#first = this.#findFirst();
  }

  /** To be called when the log has changed, before the change is painted. */
  restore() {
    if (this.isAtEnd) {
      this.#followEnd();
      return;
    }
    const mark = this.#marks.find(({ id }) => document.getElementById(id));
    if (mark) this.#scrollBy(topOf(document.getElementById(mark.id)) - mark.top);
  }

  /** Goes to the very end. */
  goToEnd() {
    this.#scrollBy(this.below);
    this.remember();
  }

  goToStart() {
    this.#scrollBy(-this.#scroller.scrollTop);
    this.remember();
  }

  /** Puts `element` where the eye goes on reading, or at the top edge. */
  show(element, { atTop = false } = {}) {
    const { clientHeight } = this.#scroller;
    this.#scrollBy(topOf(element) - this.#edge - (atTop ? 0 : clientHeight * EYES));
    this.remember();
  }

  /** What comes in pushes up what has been read, but never itself out of view. */
  #followEnd() {
    const unseen = this.#firstUnseen();
    const limit = unseen
      ? topOf(unseen) - this.#edge - this.#scroller.clientHeight * EYES
      : Infinity;
    this.#scrollBy(Math.max(0, Math.min(this.below, limit)));
    this.remember();
  }

  #firstUnseen() {
    let message = this.#lastSeen?.isConnected ? this.#lastSeen.nextElementSibling : null;
    while (message && !("unread" in message.dataset)) message = message.nextElementSibling;
    return message;
  }

  get #edge() {
    return this.#scroller.getBoundingClientRect().top;
  }

  #findMarks() {
    const { rows } = this.#window;
    const edge = this.#edge;
    const first = firstWhere(rows, (box) => box.bottom > edge);
    const marks = [];
    for (let at = first; at < Math.min(first + MARKS, rows.length); at += 1) {
      marks.push({ id: rows[at].id, top: topOf(rows[at]) });
    }
    // Of a message that begins above the view, the beginning is not what is being read.
    if (marks.length > 1 && marks[0].top < edge && marks[1].top < edge + this.#scroller.clientHeight) {
      marks.push(marks.shift());
    }
    return marks;
  }

  /** A message of which half is in view can still be read. */
  #findFirst() {
    const { rows } = this.#window;
    const edge = this.#edge;
    return rows[firstWhere(rows, ({ top, bottom }) => (top + bottom) / 2 > edge)]?.id ?? "";
  }

  #scrollBy(distance) {
    const wanted = this.#scroller.scrollTop + distance;
    if (distance) this.#scroller.scrollTop = wanted;
    this.#top = this.#scroller.scrollTop;
    // Where the log ends first, the text has moved and stays where it is now.
    if (Math.abs(wanted - this.#top) > 1) this.remember();
  }
}

function topOf(element) {
  return element.getBoundingClientRect().top;
}

/** The index of the first of `rows`, which stand below each other, whose box is `true` for `test`. */
function firstWhere(rows, test) {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(rows[middle].getBoundingClientRect())) high = middle;
    else low = middle + 1;
  }
  return low;
}
