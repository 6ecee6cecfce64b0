/* Days as people say them. A page left open overnight must not go on calling yesterday today. */

const LOCALE = "en-GB";
const DAY_MS = 24 * 60 * 60 * 1000;
const nearby = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });
const thisYear = new Intl.DateTimeFormat(LOCALE, {
  weekday: "long",
  day: "numeric",
  month: "long",
});
const otherYear = new Intl.DateTimeFormat(LOCALE, { dateStyle: "long" });

/** "Today", "Yesterday", "Wednesday 18 November" or "3 March 2025" for "2026-11-18". */
export function dayLabel(isoDay, now = new Date()) {
  const day = new Date(`${isoDay}T00:00`);
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  // Rounded, because the day on which clocks change has 23 or 25 hours.
  const distance = Math.round((day - today) / DAY_MS);
  if (distance === 0 || distance === -1) return capitalised(nearby.format(distance, "day"));
  return (day.getFullYear() === today.getFullYear() ? thisYear : otherYear).format(day);
}

function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
