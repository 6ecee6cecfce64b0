/* The clipboard of the computer, which other programs can read; so only what somebody asks for goes there. */

import { gettext } from "./texts.js";
import { toast } from "./toast.js";

/** Copies `text` and says `done`, or why it could not. */
export async function copyText(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    toast(done);
  } catch {
    toast(gettext("The browser did not allow it. Select the text and copy it yourself."));
  }
}
