/* One line for something that has no better place on the screen; <toast-line> shows it. */

import { RequestError } from "./request.js";

export function toast(sentence) {
  document.dispatchEvent(new CustomEvent("toast", { detail: { sentence } }));
}

/**
 * Says why a request failed, unless nobody answered: then <stopped-notice> speaks already. Any other
 * error is a mistake of ours, for the console.
 */
export function tell(error) {
  if (!(error instanceof RequestError)) throw error;
  if (!error.isUnanswered) toast(error.sentence);
}
