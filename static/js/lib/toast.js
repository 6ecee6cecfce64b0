/* One line for something that has no better place on the screen; <toast-line> shows it. */

import { RequestError } from "./request.js";

export function toast(sentence) {
  document.dispatchEvent(new CustomEvent("toast", { detail: { sentence } }));
}

/** The sentence of a failed request. Any other error is a mistake of ours, for the console. */
export function sentenceOf(error) {
  if (!(error instanceof RequestError)) throw error;
  return error.sentence;
}
