/*
 * Dates and times as people say them. A page left open overnight must not go on calling yesterday
 * today.
 *
 * The rule is that of `Calendar` in webapp/web/presenters.py, with the patterns and names that the page
 * carries, so both write the same. Nothing is converted: a `datetime` of ours holds the time that a
 * clock on the wall showed, while a browser that hides its time zone would count in another one.
 */

import { gettext } from "./texts.js";

const DAY_MS = 24 * 60 * 60 * 1000;
const WEEK_DAYS = 7;
const patterns = JSON.parse(document.querySelector("meta[name=dates]").content);

const LABELS = {
  row: (then, now) => {
    const days = daysBetween(then, now);
    if (days <= 0) return write("time", then);
    if (days === 1) return gettext("Yesterday");
    if (days < WEEK_DAYS) return write("weekday", then);
    return write(then.year === now.year ? "day" : "date", then);
  },
  day: (then, now) => {
    const days = daysBetween(then, now);
    if (days === 0) return gettext("Today");
    if (days === 1) return gettext("Yesterday");
    return write(then.year === now.year ? "long_day" : "long_date", then);
  },
  full: (then) => write("full", then),
};

/** What a time element of this `kind` says at the moment `now`: data-time and `datetime` of it. */
export function timeLabel(kind, iso, now = new Date()) {
  return LABELS[kind](read(iso), today(now));
}

/** The day of `now`, as "2026-11-18". */
export function dayOf(now = new Date()) {
  const { year, month, day } = today(now);
  return [year, two(month), two(day)].join("-");
}

function read(iso) {
  const [year, month, day, hour = 0, minute = 0] = iso.split(/[-T:+Z.]/, 5).map(Number);
  return { year, month, day, hour, minute };
}

function today(now) {
  return { year: now.getFullYear(), month: now.getMonth() + 1, day: now.getDate() };
}

function daysBetween(one, other) {
  return (dayNumber(other) - dayNumber(one)) / DAY_MS;
}

/** In UTC, because the day on which clocks change has 23 or 25 hours elsewhere. */
function dayNumber({ year, month, day }) {
  return Date.UTC(year, month - 1, day);
}

/** Writes `then` by a pattern of Unicode (TR 35), as far as patterns of ours go. */
function write(style, then) {
  return patterns[style].replace(/'([^']*)'|([A-Za-z])\2*/g, (field, quoted) =>
    quoted === undefined ? FIELDS[field](then) : quoted,
  );
}

const FIELDS = {
  y: ({ year }) => year,
  M: ({ month }) => month,
  MM: ({ month }) => two(month),
  MMM: ({ month }) => patterns.MMM[month - 1],
  MMMM: ({ month }) => patterns.MMMM[month - 1],
  d: ({ day }) => day,
  dd: ({ day }) => two(day),
  EEEE: (then) => patterns.EEEE[weekday(then)],
  ccc: (then) => patterns.ccc[weekday(then)],
  H: ({ hour }) => hour,
  HH: ({ hour }) => two(hour),
  h: ({ hour }) => hour % 12 || 12,
  hh: ({ hour }) => two(hour % 12 || 12),
  mm: ({ minute }) => two(minute),
  a: ({ hour }) => patterns.a[hour < 12 ? 0 : 1],
};

/** Monday is 0. */
function weekday(then) {
  return (new Date(dayNumber(then)).getUTCDay() + 6) % WEEK_DAYS;
}

function two(number) {
  return String(number).padStart(2, "0");
}
