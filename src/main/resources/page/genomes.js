// Known genomes: recognized by the lengths of references, loaded only when the user chooses one.
import { absolute } from './api.js';
import { usual } from './locus.js';

let known;

/** The genomes that this service offers; nothing outside of it is asked. */
export function knownGenomes() {
  known ??= fetch('page/genomes.json').then(answer => (answer.ok ? answer.json() : []), () => []);
  return known;
}

/** The genome whose sequences of the same names have the same lengths, for all that both have; null if there is none. */
export function recognize(genomes, references) {
  let best = null;
  for (const genome of genomes) {
    const lengths = new Map(Object.entries(genome.lengths ?? {}).map(([name, length]) => [usual(name), length]));
    const common = references.filter(reference => lengths.has(usual(reference.name)));
    const same = common.filter(reference => lengths.get(usual(reference.name)) === reference.length).length;
    if (same > 0 && same === common.length && same > (best?.same ?? 0)) {
      best = { genome, same };
    }
  }
  return best?.genome ?? null;
}

/** As igv.js wants it: without what is ours, and with addresses that its workers can read, too. */
export function definition(genome) {
  const { lengths, search, ...rest } = genome;
  return JSON.parse(JSON.stringify({ wholeGenomeView: false, ...rest }), (key, value) =>
    /URL$|^url$/.test(key) && typeof value === 'string' && !/^[a-z]+:/i.test(value) ? absolute(value) : value
  );
}

/**
 * Requests of igv.js go to this service and to hosts that the user has chosen: the FASTA, the genome. It has addresses of its
 * own that it asks unbidden, such as a table of moved files whenever a request fails.
 */
const allowed = new Set([location.origin]);

export function allow(urls) {
  for (const url of urls) {
    try {
      allowed.add(new URL(url, location.href).origin);
    } catch {
      // The request for it says what is wrong.
    }
  }
}

export const addresses = value => (typeof value === 'string' ? (/^https?:/i.test(value) ? [value] : []) : value && typeof value === 'object' ? Object.values(value).flatMap(addresses) : []);

const isAllowed = url => {
  const { protocol, origin } = new URL(url, location.href);
  return protocol === 'blob:' || protocol === 'data:' || allowed.has(origin);
};

export function guardRequests() {
  const open = XMLHttpRequest.prototype.open;
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    if (!isAllowed(url)) {
      throw new Error(`not asked for: ${url}`);
    }
    return open.call(this, method, url, ...rest);
  };
  const fetched = window.fetch;
  window.fetch = (input, options) => (isAllowed(input.url ?? input) ? fetched(input, options) : Promise.reject(new TypeError(`not asked for: ${input.url ?? input}`)));
}
