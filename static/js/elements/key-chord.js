/* <key-chord data-keys="mod+k"> names the keys of a shortcut as they stand on this keyboard. */

import { namesOf } from "../lib/chords.js";

class KeyChord extends HTMLElement {
  connectedCallback() {
    const keys = namesOf(this.dataset.keys).map((name) => {
      const key = document.createElement("kbd");
      key.className = "chord__key";
      key.textContent = name;
      return key;
    });
    this.replaceChildren(...keys.flatMap((key, index) => (index ? [" ", key] : [key])));
  }
}

customElements.define("key-chord", KeyChord);
