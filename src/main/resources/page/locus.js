// The region that is shown: one for the viewer, the plots, the lines to copy and the address bar.
import { grouped } from './numbers.js';

const BOUNDS = /^([\d,]+)(?:\s*(?:-|\.\.)\s*([\d,]*))?$/;

/** A text that is no region, said to the user. */
export class NoRegion extends Error {}

/** 1-based and inclusive, as people write it. */
export const regionText = ({ referenceName, start, end }) => `${referenceName}:${grouped(start + 1)}-${grouped(end)}`;

const number = digits => Number(digits.replaceAll(',', ''));

/**
 * Reads `chr1`, `chr1:1000`, `chr1:1,000-` or `chr1:1,000-2,000`, as the command line does: a position alone begins a region
 * that reaches to the end of its reference.
 */
export function parseRegion(text, references) {
  const wanted = text.trim();
  const whole = find(wanted, references);
  if (whole) {
    return { referenceName: whole.name, start: 0, end: whole.length };
  }
  const colon = wanted.lastIndexOf(':');
  const name = colon > 0 ? wanted.slice(0, colon) : wanted;
  const reference = find(name, references);
  const bounds = colon > 0 ? BOUNDS.exec(wanted.slice(colon + 1).trim()) : null;
  if (!reference) {
    throw new NoRegion(`The dataset has no reference '${name}'. Write a region like ${example(references)}.`);
  }
  if (!bounds) {
    throw new NoRegion(`'${wanted}' is not a region. Write a region like ${example(references)}.`);
  }
  const start = number(bounds[1]) - 1;
  const end = bounds[2] ? number(bounds[2]) : reference.length;
  if (start < 0 || (bounds[2] && end <= start)) {
    throw new NoRegion('Positions begin at 1, and the end may not come before the start.');
  }
  if (start >= reference.length) {
    throw new NoRegion(`${reference.name} ends at ${grouped(reference.length)}.`);
  }
  return { referenceName: reference.name, start, end: Math.min(end, reference.length) };
}

function example(references) {
  const name = references[0]?.name ?? 'chr1';
  return `${name}, ${name}:1000 or ${name}:1,000-2,000`;
}

/** By its name, or by the name that other genomes use for it: `1` and `chr1`, `MT` and `chrM`. */
export function find(name, references) {
  return references.find(one => one.name === name) ?? references.find(one => usual(one.name) === usual(name));
}

/** The name without what differs between the usual sets of names. */
export function usual(name) {
  const plain = name.replace(/^chr(?=.)/i, '').toLowerCase();
  return plain === 'mt' ? 'm' : plain;
}

/** The region of the shown dataset, and all that follow it. */
export class Locus {
  #listeners = [];

  constructor(references, region) {
    this.references = references;
    this.region = region;
  }

  /** @param listener called with the region and who set it */
  follow(listener) {
    this.#listeners.push(listener);
  }

  /** @param from who sets it; a part need not follow itself */
  set(region, from) {
    const { referenceName, start, end } = this.region ?? {};
    if (referenceName === region.referenceName && start === region.start && end === region.end) {
      return;
    }
    this.region = region;
    this.#listeners.forEach(listener => listener(region, from));
  }

  get reference() {
    return this.references.find(one => one.name === this.region.referenceName);
  }

  /** Around its middle, or beside it, within the reference. */
  move(factor, shift, from) {
    const { referenceName, start, end } = this.region;
    const total = this.reference.length;
    const width = Math.min(total, Math.max(20, Math.round((end - start) * factor)));
    const middle = (start + end) / 2 + shift * (end - start);
    const first = Math.max(0, Math.min(total - width, Math.round(middle - width / 2)));
    this.set({ referenceName, start: first, end: first + width }, from);
  }
}
