// The datasets of the store, page by page, searched by parts of their ids, samples and read groups.
import { readAddress } from './address.js';
import { access, askJson, query } from './api.js';
import { openAccess } from './access.js';
import { byId, h, tell } from './dom.js';
import { bytes, depth, plural, short } from './numbers.js';

const WAIT_MILLIS = 200;
const LIMIT = 50;
/** Pages without a match that are turned unasked. */
const MOST_EMPTY = 20;

let next = null;
let newest = 0;
let hidden = 0;

async function load(search, cursor) {
  const mine = ++newest;
  const list = byId('datasets');
  try {
    let page;
    let found = [];
    let at = cursor;
    let passed = cursor ? hidden : 0;
    for (let turned = 0; turned < MOST_EMPTY && found.length === 0; turned++) {
      page = await askJson(`datasets?${query({ search, figures: true, limit: LIMIT, cursor: at })}`);
      if (mine !== newest) {
        return [];
      }
      found = page.datasets;
      passed += page.hidden ?? 0;
      at = page.cursor;
      if (!at) {
        break;
      }
    }
    hidden = passed;
    if (!cursor) {
      list.replaceChildren();
    }
    list.append(...linked(search, cursor).concat(found).map(item));
    next = at ?? null;
    byId('more').hidden = next === null;
    sayWhatIsMissing(search, page, list.children.length > 0);
    markCurrent();
    return found.map(dataset => dataset.id);
  } catch (failure) {
    if (mine === newest) {
      list.replaceChildren(...linked(search).map(item));
      byId('more').hidden = true;
      tell(byId('list-state'), failure.message, true);
    }
    return [];
  }
}

/** Datasets that links lead to, which no list has. */
const linked = (search, cursor) => (cursor ? [] : Object.keys(access().links).filter(id => id.toLowerCase().includes(search.toLowerCase())).map(id => ({ id })));

function sayWhatIsMissing(search, page, some) {
  const state = byId('list-state');
  const others = page.hidden === undefined ? '' : hidden > 0 ? ` ${plural(hidden, 'dataset')} here may not be seen without the right token.` : '';
  if (search && !some) {
    tell(state, `No dataset, sample or read group contains “${search}”.${others}`);
  } else if (some) {
    tell(state, others.trim());
  } else if (page.complete) {
    tell(state, 'There is no dataset yet. Convert a BAM: java -jar bams3-server.jar convert sample.bam <store>/sample.bams3');
  } else {
    const what = access().reader ? 'Your token lets you see no dataset.' : 'No dataset is public here: datasets may need a token or a link.';
    state.replaceChildren(`${what}${others} `, h('button', { type: 'button', class: 'inline', onclick: openAccess }, 'Give a token or a link'));
    state.classList.remove('bad');
    state.hidden = false;
  }
}

function item({ id, records, storedBytes, meanDepth, samples }) {
  const cut = id.lastIndexOf('/') + 1;
  const figures = records === undefined ? '' : `${bytes(storedBytes)} · ${records === 1 ? '1 read' : `${short(records)} reads`} · ${depth(meanDepth)}`;
  return h(
    'li',
    {},
    h(
      'a',
      { href: `#/${id}`, 'data-id': id, title: samples?.length ? `samples: ${samples.slice(0, 20).join(', ')}` : undefined },
      h('span', { class: 'folder' }, id.slice(0, cut)),
      id.slice(cut),
      figures && h('small', {}, figures)
    )
  );
}

export function markCurrent() {
  const { id } = readAddress();
  for (const link of byId('datasets').querySelectorAll('a')) {
    if (link.dataset.id === id) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
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
      document.body.classList.add('listing');
      field.focus();
    }
  });
  return load('');
}

export const reloadList = () => load(byId('prefix').value.trim());
