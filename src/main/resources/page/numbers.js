// Numbers for people.
const GROUPED = new Intl.NumberFormat('en');
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 });

export const grouped = n => GROUPED.format(n);
export const short = n => (n < 10000 ? GROUPED.format(n) : SHORT.format(n));
export const percent = (part, whole) => (whole > 0 ? `${((100 * part) / whole).toFixed(part === whole ? 0 : 1)} %` : '–');
export const plural = (n, one, many = `${one}s`) => `${grouped(n)} ${n === 1 ? one : many}`;

/** Depth with the digits that mean something: an exome over a whole genome is less than 0.1. */
export function depth(n) {
  if (n >= 100) {
    return `${grouped(Math.round(n))}×`;
  }
  if (n >= 1 || n === 0) {
    return `${+n.toFixed(1)}×`;
  }
  return n < 0.0001 ? '<0.0001×' : `${+n.toPrecision(2)}×`;
}

function scaled(n, base, units) {
  let unit = 0;
  while (n >= base && unit < units.length - 1) {
    n /= base;
    unit++;
  }
  return `${n >= 100 || unit === 0 ? Math.round(n) : +n.toFixed(n >= 10 ? 1 : 2)} ${units[unit]}`;
}

export const bytes = n => scaled(n, 1000, ['B', 'kB', 'MB', 'GB', 'TB', 'PB']);
export const bases = n => scaled(n, 1000, ['bp', 'kb', 'Mb', 'Gb', 'Tb']);

export function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : minutes < 90 ? `${minutes} min` : `${+(minutes / 60).toFixed(1)} h`;
}
