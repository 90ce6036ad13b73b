// The datasets of the store, page by page, by the beginning of their ids.
import { askJson, query } from './api.js';
import { byId, h, tell } from './dom.js';

const WAIT_MILLIS = 200;

let next = null;
let newest = 0;

async function load(prefix, cursor) {
  const mine = ++newest;
  const list = byId('datasets');
  try {
    const page = await askJson(`datasets?${query({ prefix, limit: 50, cursor })}`);
    if (mine !== newest) {
      return [];
    }
    if (!cursor) {
      list.replaceChildren();
    }
    list.append(...page.datasets.map(item));
    next = page.cursor ?? null;
    byId('more').hidden = next === null;
    tell(byId('list-state'), list.children.length > 0 ? '' : empty(prefix));
    markCurrent();
    return page.datasets.map(dataset => dataset.id);
  } catch (failure) {
    if (mine === newest) {
      list.replaceChildren();
      byId('more').hidden = true;
      tell(byId('list-state'), failure.message, true);
    }
    return [];
  }
}

const empty = prefix => (prefix ? `No dataset begins with “${prefix}”.` : 'There is no dataset yet. Convert a BAM: java -jar bams3-server.jar convert sample.bam <store>/sample.bams3');

function item({ id }) {
  const cut = id.lastIndexOf('/') + 1;
  return h('li', {}, h('a', { href: `#/${id}`, 'data-id': id }, h('span', { class: 'folder' }, id.slice(0, cut)), id.slice(cut)));
}

/** The id in the address, which somebody may have written by hand: what cannot be decoded is taken as it stands. */
export function named() {
  const text = location.hash.replace(/^#\/?/, '');
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function markCurrent() {
  const id = named();
  for (const link of byId('datasets').querySelectorAll('a')) {
    link.toggleAttribute('aria-current', link.dataset.id === id);
    if (link.dataset.id === id) {
      link.setAttribute('aria-current', 'page');
    }
  }
}

/** Shows the first page and follows the search field. Gives the ids of that page. */
export function startList() {
  const field = byId('prefix');
  let timer;
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => load(field.value.trim()), WAIT_MILLIS);
  });
  byId('search').addEventListener('submit', event => {
    event.preventDefault();
    clearTimeout(timer);
    load(field.value.trim()).then(ids => ids.length === 1 && (location.hash = `#/${ids[0]}`));
  });
  document.addEventListener('converted', () => load(field.value.trim()));
  byId('more').addEventListener('click', () => load(field.value.trim(), next));
  document.addEventListener('keydown', event => {
    if (event.key === '/' && !/INPUT|SELECT|TEXTAREA/.test(event.target.tagName) && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      field.focus();
    }
  });
  return load('');
}
