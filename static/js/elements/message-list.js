/*
 * <message-list> scrolls a log. It stays at the end when it is at the end, and otherwise keeps the text
 * under the reader's eyes where it is, whatever is added above or below.
 */

import { arrange } from "../lib/grouping.js";
import { applyPatch } from "../lib/patch.js";
import { requestHtml } from "../lib/request.js";
import { sentenceOf, toast } from "../lib/toast.js";

const NEARLY_AT_END_PX = 48;
const LOAD_AHEAD = "600px 0px 0px 0px";

class MessageList extends HTMLElement {
  #listening = new AbortController();
  #log = null;
  #anchor = null;
  #isAtEnd = true;
  #isLoading = false;
  #resized = new ResizeObserver(() => this.#isAtEnd && this.#goToEnd());
  #topSeen = new IntersectionObserver((entries) => this.#sawTop(entries), {
    root: this,
    rootMargin: LOAD_AHEAD,
  });

  connectedCallback() {
    const { signal } = this.#listening;
    this.#log = this.querySelector("[role='log']");
    document.addEventListener("patch:before", () => this.#remember(), { signal });
    document.addEventListener("patch:after", (event) => this.#settle(event.detail), { signal });
    this.parentElement.addEventListener("composer:sent", () => (this.#isAtEnd = true), { signal });
    this.addEventListener("scroll", () => this.#scrolled(), { signal, passive: true });
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    arrange(this.#log);
    this.#goToEnd();
    this.#resized.observe(this);
    this.#watchTop();
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#resized.disconnect();
    this.#topSeen.disconnect();
  }

  #goToEnd() {
    this.scrollTop = this.scrollHeight;
  }

  #scrolled() {
    this.#isAtEnd = this.scrollHeight - this.scrollTop - this.clientHeight < NEARLY_AT_END_PX;
  }

  #remember() {
    const top = this.getBoundingClientRect().top;
    const seen = [...this.#log.children].find(
      (child) => child.getBoundingClientRect().bottom > top,
    );
    this.#anchor = seen && { id: seen.id, top: seen.getBoundingClientRect().top };
  }

  #settle({ placed }) {
    if (!placed.some((element) => this.contains(element))) return;
    arrange(this.#log);
    const anchor = this.#anchor && document.getElementById(this.#anchor.id);
    if (this.#isAtEnd) this.#goToEnd();
    else if (anchor) this.scrollTop += anchor.getBoundingClientRect().top - this.#anchor.top;
    this.#watchTop();
  }

  #watchTop() {
    this.#topSeen.disconnect();
    const older = this.querySelector("[data-older]");
    if (older) this.#topSeen.observe(older);
  }

  #sawTop(entries) {
    const seen = entries.find((entry) => entry.isIntersecting);
    if (seen) this.#loadOlder(seen.target);
  }

  #clicked(event) {
    const button = event.target.closest("[data-older]");
    if (button) this.#loadOlder(button);
  }

  async #loadOlder(button) {
    if (this.#isLoading) return;
    this.#isLoading = true;
    this.#topSeen.disconnect();
    // Old messages are found by reading up; fifty of them need not be announced.
    this.#log.ariaLive = "off";
    try {
      const html = await requestHtml(button.dataset.older);
      if (this.isConnected) applyPatch(html);
    } catch (error) {
      toast(sentenceOf(error));
    } finally {
      this.#isLoading = false;
      requestAnimationFrame(() => (this.#log.ariaLive = "polite"));
    }
  }
}

customElements.define("message-list", MessageList);
