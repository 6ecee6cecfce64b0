/*
 * Where somebody is in a scrolling log: at its end, or at a certain message. Both survive what is added
 * above, below and in between.
 */

const NEARLY_AT_END_PX = 48;

export class ReadingPosition {
  isAtEnd = true;
  #scroller;
  #anchor = null;

  constructor(scroller) {
    this.#scroller = scroller;
  }

  /** To be called when the reader has scrolled. */
  follow() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    this.isAtEnd = scrollHeight - scrollTop - clientHeight < NEARLY_AT_END_PX;
  }

  /** To be called before the log changes. */
  remember() {
    if (this.isAtEnd) return;
    const edge = this.#scroller.getBoundingClientRect().top;
    const messages = [...this.#scroller.querySelectorAll(".message")];
    const first = messages.find((message) => message.getBoundingClientRect().bottom > edge);
    this.#anchor = first && { id: first.id, top: first.getBoundingClientRect().top };
  }

  /** To be called after the log has changed. */
  restore() {
    if (this.isAtEnd) return this.goToEnd();
    const message = this.#anchor && document.getElementById(this.#anchor.id);
    if (message) this.#scroller.scrollTop += message.getBoundingClientRect().top - this.#anchor.top;
  }

  goToEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }
}
