/*
 * <private-image data-src="/…"> shows a picture that needs the headers of this tab, which a plain
 * img element cannot send.
 */

import { request } from "../lib/request.js";
import { tell } from "../lib/toast.js";

class PrivateImage extends HTMLElement {
  #address = "";

  async connectedCallback() {
    try {
      const picture = await (await request(this.dataset.src)).blob();
      if (!this.isConnected) return;
      this.#address = URL.createObjectURL(picture);
      this.querySelector("img").src = this.#address;
    } catch (error) {
      tell(error);
    }
  }

  disconnectedCallback() {
    URL.revokeObjectURL(this.#address);
  }
}

customElements.define("private-image", PrivateImage);
