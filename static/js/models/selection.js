/* The messages that are selected, also those that have left the page since. */

/** As many as a page holds at once: what cannot be seen as a whole cannot be checked before it is deleted. */
export const SELECTION_LIMIT = 200;

export class Selection {
  #records = new Map();

  get size() {
    return this.#records.size;
  }

  get ids() {
    return [...this.#records.keys()];
  }

  get records() {
    return [...this.#records.values()];
  }

  has(id) {
    return this.#records.has(id);
  }

  /** Adds a record of lib/messages.js; returns whether there was room for it. */
  add(record) {
    if (!this.has(record.id) && this.size >= SELECTION_LIMIT) return false;
    this.#records.set(record.id, record);
    return true;
  }

  remove(id) {
    this.#records.delete(id);
  }

  clear() {
    this.#records.clear();
  }
}
