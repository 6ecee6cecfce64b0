/*
 * <resume-page> stands in a page without anything private in it. A navigation cannot carry the secret
 * of the tab, a request can: it fetches the real screen.
 */

import { applyPatch } from "../lib/patch.js";
import { RequestError, requestHtml } from "../lib/request.js";

class ResumePage extends HTMLElement {
  async connectedCallback() {
    try {
      applyPatch(await requestHtml("/"), { answer: true });
      document.dispatchEvent(new CustomEvent("resumed"));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.querySelector("[data-sentence]").textContent = error.sentence;
    }
  }
}

customElements.define("resume-page", ResumePage);
