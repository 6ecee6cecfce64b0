/* A pattern is the order of some of nine points, three to a row, written as their numbers: "14789". */

const ROW = 3;
const STEP = 100;

/** Returns where point `number` is in a drawing of 300 by 300. */
function placeOf(number) {
  const index = number - 1;
  return { x: STEP * (index % ROW) + STEP / 2, y: STEP * Math.floor(index / ROW) + STEP / 2 };
}

/** Returns the line through `points` as the data of an SVG path. */
export function pathThrough(points) {
  return [...points]
    .map(Number)
    .map(placeOf)
    .map(({ x, y }, index) => `${index ? "L" : "M"}${x} ${y}`)
    .join("");
}

/** Returns `points` and `next`, with the point between the last two if the line runs over it. */
export function extended(points, next) {
  if (points.includes(next)) return points;
  const between = midpoint(Number(points.at(-1)), Number(next));
  return points + (between && !points.includes(between) ? between : "") + next;
}

function midpoint(one, other) {
  if (!one) return "";
  const [from, to] = [one, other].map(placeOf);
  const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
  const isOnPoint = [x, y].every((length) => (length - STEP / 2) % STEP === 0);
  return isOnPoint ? String(((y - STEP / 2) / STEP) * ROW + (x - STEP / 2) / STEP + 1) : "";
}

/** Returns the number of the point that an arrow key leads to from `number`; itself at the edge. */
export function neighbour(number, key) {
  const [x, y] = [(number - 1) % ROW, Math.floor((number - 1) / ROW)];
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const [across, down] = steps[key];
  const inside = (length) => Math.min(Math.max(length, 0), ROW - 1);
  return inside(y + down) * ROW + inside(x + across) + 1;
}
