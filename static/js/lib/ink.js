/* Finds out by drawing whether the fonts of this computer have an emoji. */

const SIZE_PX = 16;
// An emoji that is made of two is at least twice as wide as high.
const WIDEST_PX = 1.6 * SIZE_PX;

export class Ink {
  #context;

  constructor() {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2 * SIZE_PX, 2 * SIZE_PX];
    this.#context = canvas.getContext("2d", { willReadFrequently: true });
    const { documentElement } = document;
    const fonts = getComputedStyle(documentElement).getPropertyValue("--font-emoji");
    this.#context.font = `${SIZE_PX}px ${fonts}`;
    this.#context.textBaseline = "top";
  }

  /** Whether `emoji` comes out as one picture with colours. */
  isPicture(emoji) {
    const { canvas } = this.#context;
    this.#context.clearRect(0, 0, canvas.width, canvas.height);
    this.#context.fillText(emoji, 0, 0);
    if (this.#context.measureText(emoji).width > WIDEST_PX) return false;
    const { data } = this.#context.getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return true;
    }
    return false;
  }
}
