/*
 * The emoji with their names, fetched when somebody first asks for one, and those that this account has
 * used last, which the server remembers.
 */

import { describe } from "../lib/emoji.js";
import { Ink } from "../lib/ink.js";
import { applyPatch } from "../lib/patch.js";
import { request, requestHtml } from "../lib/request.js";
import { tell } from "../lib/toast.js";

const FOLDER = "/static/vendor/emoji";
const TRANSLATED = ["de"];
const BASE = "en";
// The version of those that need no number, and one of them.
const EVERYWHERE = 0;
const OLDEST = "😀";

const loading = new Map();

/** All emoji that can be drawn here, named in the language of the page and in English. */
export function loadEmoji() {
  const { language } = new Intl.Locale(document.documentElement.lang);
  const languages = TRANSLATED.includes(language) ? [language, BASE] : [BASE];
  if (!loading.has(language)) loading.set(language, load(languages));
  loading.get(language).catch(() => loading.delete(language));
  return loading.get(language);
}

/** The tone of skin that the owner has chosen, 0 for none. */
export function chosenTone() {
  return Number(document.documentElement.dataset.emojiTone ?? 0);
}

export async function noteUse(emoji) {
  const fields = new URLSearchParams({ emoji });
  try {
    applyPatch(await requestHtml("/emoji/recent", { method: "POST", fields }));
  } catch (error) {
    tell(error);
  }
}

async function load(languages) {
  const [groups, ...names] = await Promise.all(["emoji", ...languages].map(read));
  const all = describe(groups, names);
  const missing = missingVersions(all);
  return all.filter(({ version }) => !missing.has(version));
}

async function read(name) {
  return (await request(`${FOLDER}/${name}.json`)).json();
}

/**
 * The versions that the fonts of this computer do not have, judged by one emoji of each. What a font
 * lacks is drawn as a box without a colour, or in pieces, which are wider than one.
 */
function missingVersions(all) {
  const ink = new Ink();
  const samples = new Map(all.toReversed().map(({ version, emoji }) => [version, emoji]));
  samples.delete(EVERYWHERE);
  // Where not even the oldest is coloured, or the browser hides what it draws, nothing can be told.
  if (!ink.isPicture(OLDEST)) return new Set();
  const lacking = [...samples].filter(([, emoji]) => !ink.isPicture(emoji));
  return new Set(lacking.map(([version]) => version));
}
