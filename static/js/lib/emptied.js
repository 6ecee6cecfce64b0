/* A page that has lost its right to what it showed is emptied at once, before it is loaded anew. */

export function emptyPage() {
  document.body.replaceChildren();
}

/** Whether that has happened: then there is nothing left to save, and nobody to take it. */
export function isEmptied() {
  return document.getElementById("screen") === null;
}
