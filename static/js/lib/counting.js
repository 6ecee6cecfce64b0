/* Counts a message as the server does (services/messaging.py). */

// What Python strips: not quite what String.trim() does.
const OUTER_SPACE =
  /^[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;

/** The number of characters that will be sent: code points, without the white space around them. */
export function bodyLength(text) {
  return [...text.replace(OUTER_SPACE, "")].length;
}
