/* The sentences that scripts write: English where they are used, in the language of the page here. */

/** Returns `message` in the language of the page, with `%(name)s` replaced by `values.name`. */
export function gettext(message, values = {}) {
  return fill(message, values);
}

/** Returns the one of the two that fits `count`, which stands for `%(count)s`. */
export function ngettext(one, many, count) {
  return fill(count === 1 ? one : many, { count });
}

function fill(message, values) {
  return message.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
}
