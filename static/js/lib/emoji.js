/* Emoji by name: pure functions on the data of vendor/emoji. */

// A colon that nothing stands before, then a name: not "10:30", not "http://", not ":)".
const ASKED = /(?:^|[^\p{L}\p{N}:])(:([\p{L}+-][\p{L}\p{N}_+-]+))$/u;
const NAMED = /(?:^|[^\p{L}\p{N}:])(:([\p{L}+-][\p{L}\p{N}_+-]+):)$/u;
const MARKED = /^(.+?)(~?)(?:@([\d.]+))?$/u;
const TONES = ["", "🏻", "🏼", "🏽", "🏾", "🏿"];
const EMOJI_STYLE = "\ufe0f";

/**
 * Everything known of each emoji, in the order of the groups. `names` has one list per language, the
 * language of the page first.
 */
export function describe(groups, names) {
  const marked = Object.entries(groups).flatMap(([group, list]) =>
    list.split(" ").map((text) => [group, MARKED.exec(text)]),
  );
  return marked.map(([group, [, emoji, tilde, version]], index) => ({
    emoji,
    group,
    takesTone: tilde !== "",
    version: Number(version ?? 0),
    label: names[0][index].split("|")[0],
    names: names.map((list) => named(list[index])),
  }));
}

/** The emoji that fit `query`, the best first. */
export function search(all, query) {
  const asked = fold(query);
  const terms = asked.split(" ").filter(Boolean);
  if (!terms.length) return [];
  const ranked = all.map((entry) => [rank(entry, asked, terms), entry]);
  return ranked
    .filter(([place]) => place < Infinity)
    .sort(([one], [other]) => one - other)
    .map(([, entry]) => entry);
}

/** What is being asked for at the end of `text`: where it begins and the name so far; or null. */
export function askedName(text) {
  return found(ASKED.exec(text));
}

/** The same for a name that has been closed with a second colon. */
export function closedName(text) {
  return found(NAMED.exec(text));
}

/** The emoji that has exactly this short name. */
export function withName(all, name) {
  const code = fold(name);
  return all.find((entry) => entry.names.some(({ codes }) => codes.includes(code)));
}

/** `emoji` in a tone of skin from 1 to 5; 0 is without. */
export function inTone(emoji, tone) {
  const [first, ...rest] = emoji;
  if (!tone) return emoji;
  if (rest[0] === EMOJI_STYLE) rest.shift();
  return [first, TONES[tone], ...rest].join("");
}

function named(line) {
  const [label, codes, tags] = line.split("|").map((part) => part.split(" ").map(fold));
  return { label: label.join(" "), codes, words: [...label, ...codes.join(" ").split(" ")], tags };
}

/** Letters as people type them in a hurry: small, without accents, underscores as spaces. */
function fold(text) {
  const plain = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replaceAll("ß", "ss").replaceAll("_", " ").trim();
}

function rank(entry, asked, terms) {
  return Math.min(...entry.names.map((name) => rankOfName(name, asked, terms)));
}

function rankOfName({ label, codes, words, tags }, asked, terms) {
  const own = [label, ...codes];
  if (own.includes(asked)) return 0;
  if (own.some((text) => text.startsWith(asked))) return 1;
  if (terms.every((term) => words.some((word) => word.startsWith(term)))) return 2;
  if (terms.every((term) => tags.includes(term))) return 3;
  const all = [...words, ...tags];
  return terms.every((term) => all.some((word) => word.startsWith(term))) ? 4 : Infinity;
}

function found(match) {
  return match && { start: match.index + match[0].length - match[1].length, name: match[2] };
}
