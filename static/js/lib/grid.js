/* Arrows in a grid that wraps as its width wants. */

/** The cell that `key` leads to from `cell`, or null. */
export function besideCell(cells, cell, key) {
  const at = cells.indexOf(cell);
  const isMirrored = getComputedStyle(cell).direction === "rtl";
  if (key === "Home") return cells[0];
  if (key === "End") return cells.at(-1);
  if (key === "ArrowLeft") return cells[at + (isMirrored ? 1 : -1)] ?? null;
  if (key === "ArrowRight") return cells[at + (isMirrored ? -1 : 1)] ?? null;
  if (key === "ArrowDown") return inNextRow(cells.slice(at + 1), cell);
  if (key === "ArrowUp") return inNextRow(cells.slice(0, at).reverse(), cell);
  return null;
}

/** The cell of the first other row in `cells` that stands nearest to the column of `cell`. */
function inNextRow(cells, cell) {
  const first = cells.findIndex((other) => top(other) !== top(cell));
  if (first < 0) return null;
  const end = cells.findIndex((other, at) => at > first && top(other) !== top(cells[first]));
  const row = cells.slice(first, end < 0 ? undefined : end);
  const distance = (other) => Math.abs(left(other) - left(cell));
  return row.reduce((best, other) => (distance(other) < distance(best) ? other : best));
}

function top(cell) {
  return Math.round(cell.getBoundingClientRect().top);
}

function left(cell) {
  return cell.getBoundingClientRect().left;
}
