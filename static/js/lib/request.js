/*
 * The only way to the server. Every request carries a header that another origin cannot send without
 * asking first, where one host name serves several tabs also the secret of this tab, and where several
 * accounts are open the one that this page shows: rows of two accounts have the same numbers.
 */

import { gettext } from "./texts.js";

const STOPPED = gettext("Safehouse is not running. Start it again, then continue in the new tab.");
const REFUSED = gettext(
  "This tab may not continue. Start Safehouse again, then continue in the new tab.",
);
const BROKEN = gettext("Safehouse could not do this. Nothing was changed.");
// The server shows another account, or the one of this page is no longer open.
const LEAVE = new Set([205, 410]);
const TAB_NAME = /^safehouse:([\w-]+)$/;

/** What went wrong, in a sentence for the person at the screen. */
export class RequestError extends Error {
  constructor(message, { code = "", hint = "", status = 0 } = {}) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.status = status;
  }

  /** The session has ended or belongs to another tab: the server decides what this one shows. */
  get isRefused() {
    return [401, 403].includes(this.status);
  }

  /** Another start of the program answers here; to that one this page is a stranger. */
  get isStranger() {
    return this.status === 421;
  }

  get isUnanswered() {
    return this.status === 0;
  }

  get sentence() {
    return this.hint ? `${this.message} ${this.hint}` : this.message;
  }
}

/** The secret that the launch left in the name of this tab; empty under a host name of our own. */
export function tabSecret() {
  return TAB_NAME.exec(window.name)?.[1] ?? "";
}

let shownAccount = "";

/** The account of this page. It stays the same as long as the page does, whatever is patched in. */
export function accountOfPage() {
  shownAccount ||= document.getElementById("screen")?.dataset.account ?? "";
  return shownAccount;
}

let waiting = 0;

/** Whether an answer is still to come. "server:quiet" follows when the last one has been used. */
export function isWaiting() {
  return waiting > 0;
}

/**
 * Returns the answer; throws RequestError, or AbortError when `signal` was the reason. With
 * `keepalive` the request outlives the page.
 */
export async function request(path, { method = "GET", fields, signal, keepalive } = {}) {
  const options = { method, body: fields, signal, keepalive, headers: headers() };
  const response = await reach(path, options);
  if (!response.ok) throw await refusal(response);
  return response;
}

/** Returns the HTML of an answer, to be used at once. */
export async function requestHtml(path, options) {
  waiting += 1;
  try {
    return await (await request(path, options)).text();
  } finally {
    waiting -= 1;
    setTimeout(() => isWaiting() || document.dispatchEvent(new CustomEvent("server:quiet")));
  }
}

/**
 * Asks until it is answered: for what the server does once, however often it is asked. Whoever looks
 * for the server says "server:back", or "server:lost" if there is no more hope.
 */
export async function insist(path, options) {
  for (;;) {
    try {
      return await requestHtml(path, options);
    } catch (error) {
      if (!error.isUnanswered || !(await comesBack())) throw error;
    }
  }
}

function comesBack() {
  const found = new AbortController();
  const { signal } = found;
  const { promise, resolve } = Promise.withResolvers();
  document.addEventListener("server:back", () => resolve(true), { signal });
  document.addEventListener("server:lost", () => resolve(false), { signal });
  return promise.finally(() => found.abort());
}

function headers() {
  const all = {
    "X-Safehouse": "1",
    "X-Safehouse-Tab": tabSecret(),
    "X-Safehouse-Account": accountOfPage(),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value));
}

async function reach(path, options) {
  try {
    const response = await fetch(path, { ...options, cache: "no-store", redirect: "error" });
    document.dispatchEvent(new CustomEvent("server:back"));
    if (LEAVE.has(response.status)) document.dispatchEvent(new CustomEvent("account:left"));
    return response;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    document.dispatchEvent(new CustomEvent("server:gone"));
    throw new RequestError(STOPPED);
  }
}

async function refusal(response) {
  const { status } = response;
  const { message, code, hint } = (await errorIn(response)) ?? {};
  const error = new RequestError(message ?? BROKEN, { code, hint, status });
  if (!message && (error.isRefused || error.isStranger)) error.message = REFUSED;
  if (error.isStranger) document.dispatchEvent(new CustomEvent("server:replaced"));
  return error;
}

async function errorIn(response) {
  try {
    return (await response.json()).error;
  } catch {
    return null; // A guard answered with an empty body.
  }
}
