/*
 * The patch protocol, and the only file that turns text into elements. Every HTML comes from our own
 * server, which escapes what people wrote; Trusted Types keep any other file from doing the same.
 *
 * Each top-level element E of a patch
 *   - replaces the element with its id; with data-over="number" only if that shows just this (its
 *     data-for), or
 *   - with data-into="list" goes into that list, where data-sort and the list's data-order say; it is
 *     dropped if the list is absent or shows something else (data-for differs), or if it belongs
 *     beyond an end where the list goes on (data-lacks="older newer"), for it will be loaded there, or
 *   - with data-removed is nothing but an id: the element with that id leaves the page.
 *
 * Before it happens "patch:before" tells what has come (`elements`), afterwards "patch:after" what was
 * placed (elements) and what is gone (`removed`: ids, also of what was not in this page).
 *
 * What a push brings and already stands there is left alone: a screen reader would read it out again.
 */

import { fillTyped, keepTyped } from "./typed.js";

const FOCUSABLE = "button:not(.skip), input, textarea, [tabindex]";
const FOLLOWING = "[data-follow]";
const policy = window.trustedTypes?.createPolicy("safehouse-patch", { createHTML: (html) => html });

/**
 * Puts `html` into the page and returns what has found its place. Only the `answer` to something the
 * user did may move the focus to a new place; a push leaves it where it is.
 */
export function applyPatch(html, { answer = false } = {}) {
  return place(topLevel(html), answer);
}

/**
 * Brings the page up to date after a gap without moving it, and nothing closes: of a pane that is
 * already open only the parts with data-follow are taken. A log makes up for what it missed by itself.
 */
export function refresh(html) {
  const open = document.getElementById("pane")?.dataset.for;
  place(
    topLevel(html).flatMap((element) => {
      if (element.id !== "pane") return [element];
      return open && element.dataset.for === open ? [...element.querySelectorAll(FOLLOWING)] : [];
    }),
    false,
  );
}

/** The elements of `html`, belonging to no document yet. */
export function topLevel(html) {
  const template = document.createElement("template");
  template.innerHTML = policy ? policy.createHTML(html) : html;
  return [...document.importNode(template.content, true).children];
}

function place(elements, answer) {
  const placed = [];
  const removed = [];
  document.dispatchEvent(new CustomEvent("patch:before", { detail: { elements } }));
  // In order: what a push has brought, the next one may take away.
  for (const element of elements) {
    if ("removed" in element.dataset) {
      takeAway(document.getElementById(element.id));
      removed.push(element.id);
    } else if (placeOne(element, answer)) placed.push(element);
  }
  if (answer) focusFirst(placed);
  document.dispatchEvent(new CustomEvent("patch:after", { detail: { placed, removed } }));
  return placed;
}

function placeOne(element, answer) {
  const old = document.getElementById(element.id);
  if (!answer && old?.isEqualNode(element)) return false;
  const active = document.activeElement;
  const hadFocus = Boolean(old?.contains(active));
  const isPlaced = element.dataset.into ? placeInto(element, old) : placeOver(element, old);
  if (isPlaced && hadFocus) refocus(element, active);
  return isPlaced;
}

/** Whoever was in what goes away goes on beside it. */
function takeAway(old) {
  const next = old?.contains(document.activeElement) ? neighbour(old) : null;
  old?.remove();
  next?.focus({ preventScroll: true });
}

/** The first thing with a focus behind `element`, else in front of it, else around it. */
function neighbour(element) {
  for (const step of ["nextElementSibling", "previousElementSibling"]) {
    for (let other = element[step]; other; other = other[step]) {
      const found = other.matches(FOCUSABLE) ? other : other.querySelector(FOCUSABLE);
      if (found) return found;
    }
  }
  return element.parentElement.closest(FOCUSABLE);
}

function placeOver(element, old) {
  if (!old || (element.dataset.over ?? old.dataset.for) !== old.dataset.for) return false;
  keepTyped(old);
  fillTyped(element);
  old.replaceWith(element);
  return true;
}

function placeInto(element, old) {
  const list = document.getElementById(element.dataset.into);
  if (!list || (list.dataset.for ?? "") !== (element.dataset.for ?? "")) return false;
  if (old?.parentElement === list && old.dataset.sort === element.dataset.sort) {
    old.replaceWith(element);
    return true;
  }
  old?.remove();
  const next = successor(list, element);
  if (isBeyond(list, next)) return false;
  list.insertBefore(element, next);
  return true;
}

/** Whether what stands before `next` is in a part of the list that has not been loaded. */
function isBeyond(list, next) {
  const lacks = list.dataset.lacks ?? "";
  if (!next) return lacks.includes("newer");
  return lacks.includes("older") && next === list.querySelector(":scope > [data-sort]");
}

/** The element that stands behind `element` in `list`; null at the end, where most new ones belong. */
function successor(list, element) {
  const sign = list.dataset.order === "desc" ? -1 : 1;
  const key = element.dataset.sort;
  let next = null;
  for (let other = list.lastElementChild; other; other = other.previousElementSibling) {
    if (!other.dataset.sort) continue;
    if (sign * compareSort(other.dataset.sort, key) <= 0) break;
    next = other;
  }
  return next;
}

/**
 * Returns which of two values of data-sort is greater, as a comparison for sorting does. They are
 * numbers, the weightiest first: "1763712000000.17" as one fraction would stand before ".9".
 */
export function compareSort(one, other) {
  const [numbers, others] = [one, other].map((sort) => sort.split(".").map(Number));
  const at = numbers.findIndex((number, index) => number !== others[index]);
  return at < 0 ? 0 : numbers[at] - (others[at] ?? 0);
}

/** Gives the focus back to what stands where the focused element was. */
function refocus(element, active) {
  const same = active.id && (element.id === active.id ? element : findById(element, active.id));
  const next = same || element.querySelector(FOCUSABLE) || element;
  if (!next.matches(FOCUSABLE)) next.tabIndex = -1;
  next.focus({ preventScroll: true });
}

function findById(root, id) {
  return root.querySelector(`#${CSS.escape(id)}`);
}

/** A field is not focused where that would open a keyboard over half of the screen. */
function focusFirst(placed) {
  const wanted = placed.flatMap((element) => [...element.querySelectorAll("[data-autofocus]")]);
  const coarse = matchMedia("(pointer: coarse)").matches;
  const target = wanted.find((element) => !(coarse && element.matches("input, textarea")));
  target?.focus({ preventScroll: true });
}
