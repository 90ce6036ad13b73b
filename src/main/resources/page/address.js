// The address bar: `#/sample?region=chr1:1-2`. It never has a token or a link.
import { regionText } from './locus.js';

/** The id and the region's text. What somebody wrote by hand and cannot be decoded is taken as it stands. */
export function readAddress() {
  const text = location.hash.replace(/^#\/?/, '');
  const cut = text.indexOf('?');
  const path = cut < 0 ? text : text.slice(0, cut);
  const region = cut < 0 ? null : new URLSearchParams(text.slice(cut + 1)).get('region');
  return { id: decoded(path), region };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Colons and commas stay readable; what means something in a query does not. */
const readable = text => encodeURIComponent(text).replace(/%3A/g, ':').replace(/%2C/g, ',').replace(/%2F/g, '/');

export const addressOf = (id, region) => `#/${id}${region ? `?region=${readable(regionText(region).replaceAll(',', ''))}` : ''}`;

/** @param kept whether "back" is to lead to the address before */
export function writeAddress(id, region, kept = false) {
  const wanted = addressOf(id, region);
  if (location.hash !== wanted) {
    history[kept ? 'pushState' : 'replaceState'](null, '', wanted);
  }
}
