// Numbers for people.
const GROUPED = new Intl.NumberFormat('en');
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 });

export const grouped = n => GROUPED.format(n);
export const short = n => (n < 10000 ? GROUPED.format(n) : SHORT.format(n));
export const percent = (part, whole) => (whole > 0 ? `${((100 * part) / whole).toFixed(part === whole ? 0 : 1)} %` : '–');
export const depth = n => `${n >= 100 ? Math.round(n) : n.toFixed(1)}×`;

export function bytes(n) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  while (n >= 1000 && unit < units.length - 1) {
    n /= 1000;
    unit++;
  }
  return `${n >= 100 || unit === 0 ? Math.round(n) : n.toFixed(1)} ${units[unit]}`;
}

export function bases(n) {
  return n >= 1e6 ? `${+(n / 1e6).toFixed(2)} Mb` : n >= 1e3 ? `${+(n / 1e3).toFixed(1)} kb` : `${n} b`;
}
