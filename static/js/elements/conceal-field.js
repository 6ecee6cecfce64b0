/* <conceal-field> shows what is typed into it as long as its button is pressed in. */

class ConcealField extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("[data-reveal]");
    const field = this.querySelector("input");
    button.hidden = false;
    button.addEventListener("click", () => {
      const isShown = field.classList.toggle("input--concealed");
      button.ariaPressed = String(!isShown);
    });
  }
}

customElements.define("conceal-field", ConcealField);
