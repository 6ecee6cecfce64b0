/*
 * The sentences that scripts write: English where they are used, in the language of the page here. The
 * page carries those that its language says otherwise.
 */

const { lang } = document.documentElement;
const texts = JSON.parse(document.querySelector("meta[name=texts]").content);
const plurals = new Intl.PluralRules(lang);
const numbers = new Intl.NumberFormat(lang);

/** Returns `message` in the language of the page, with `%(name)s` replaced by `values.name`. */
export function gettext(message, values = {}) {
  return fill(texts[message] ?? message, values);
}

/** Returns the one of the two that fits `count`, which stands for `%(count)s`. */
export function ngettext(one, many, count, values = {}) {
  const category = plurals.select(count);
  const said = texts[one]?.[category] ?? (category === "one" ? one : many);
  return fill(said, { ...values, count: number(count) });
}

/** Returns `value` as the region of the page writes it: 1,234 or 1.234. */
export function number(value) {
  return numbers.format(value);
}

function fill(message, values) {
  return message.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
}
