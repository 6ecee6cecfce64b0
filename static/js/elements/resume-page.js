/*
 * <resume-page> stands in a page without anything private in it. A navigation cannot carry the secret
 * of the tab, a request can: it fetches the real screen.
 */

import { applyPatch } from "../lib/patch.js";
import { requestHtml } from "../lib/request.js";
import { sentenceOf } from "../lib/toast.js";

class ResumePage extends HTMLElement {
  async connectedCallback() {
    try {
      applyPatch(await requestHtml("/"), { answer: true });
    } catch (error) {
      this.querySelector("[data-sentence]").textContent = sentenceOf(error);
    }
  }
}

customElements.define("resume-page", ResumePage);
