// Light or dark: as the system has it, until the user chooses.
import { byId } from './dom.js';

const KEY = 'bams3-theme';

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function startTheme() {
  const root = document.documentElement;
  if (stored()) {
    root.dataset.theme = stored();
  }
  byId('theme').addEventListener('click', () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    try {
      localStorage.setItem(KEY, root.dataset.theme);
    } catch {
      // A browser that stores nothing asks again next time.
    }
  });
}
