/* <stepped-select> has a button on either side of its list that takes one step in it. */

class SteppedSelect extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-step]");
      if (button) this.#step(Number(button.dataset.step));
    });
  }

  #step(step) {
    const select = this.querySelector("select");
    const next = select.selectedIndex + step;
    if (next < 0 || next >= select.length) return;
    select.selectedIndex = next;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("stepped-select", SteppedSelect);
