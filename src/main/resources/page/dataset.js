// One dataset: what it is, its figures, its plots, and the tools to look into it.
import { askJson, datasetPath } from './api.js';
import { commandsCard } from './commands.js';
import { coverageCard } from './coverage.js';
import { byId, h, tell } from './dom.js';
import { bases, bytes, depth, grouped, percent, short } from './numbers.js';
import { shareBar } from './plots.js';
import { regionCard } from './region.js';
import { viewerCard } from './viewer.js';

const MOST_BARS = 12;

let newest = 0;

export async function showDataset(id) {
  const mine = ++newest;
  const place = byId('dataset');
  const state = byId('detail-state');
  if (id === '') {
    place.hidden = true;
    tell(state, byId('datasets').children.length > 0 ? 'Choose a dataset at the side to see what is in it.' : 'There is nothing to show yet.');
    return;
  }
  tell(state, 'Loading…');
  try {
    const dataset = await askJson(datasetPath(id));
    if (mine === newest) {
      place.replaceChildren(...parts(dataset));
      place.hidden = false;
      tell(state);
      document.title = `${id} · bams3`;
    }
  } catch (failure) {
    if (mine === newest) {
      place.hidden = true;
      // 400: no dataset can have such an id.
      tell(state, failure.status === 404 || failure.status === 400 ? `There is no dataset “${id}”.` : failure.message, true);
    }
  }
}

function parts(dataset) {
  const used = dataset.references.filter(reference => reference.mapped + reference.unmapped > 0);
  const start = middle(used[0] ?? dataset.references[0]);
  const coverage = coverageCard(dataset, used);
  return [
    ...heading(dataset),
    figures(dataset),
    coverage,
    h('div', { class: 'pair' }, referencesCard(dataset, used), flagsCard(dataset)),
    viewerCard(dataset, start),
    start && regionCard(dataset, start),
    commandsCard(dataset, start)
  ].filter(Boolean);
}

/** A kilobase that probably has reads. */
function middle(reference) {
  if (!reference) {
    return null;
  }
  const start = Math.max(0, Math.floor(reference.length / 2) - 500);
  return { referenceName: reference.name, start, end: Math.min(reference.length, start + 1000) };
}

function heading(dataset) {
  const platforms = [...new Set(dataset.readGroups.map(group => group.platform).filter(Boolean))];
  const made = new Date(dataset.created).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return [
    h('div', { class: 'title' }, h('h1', {}, dataset.id), h('span', { class: 'note' }, `generation ${dataset.generation}`)),
    h(
      'p',
      { class: 'facts' },
      `Made ${made} by ${dataset.createdBy} from ${dataset.source.uri}`,
      dataset.source.size ? ` (${dataset.source.format}, ${bytes(dataset.source.size)})` : '',
      dataset.source.sortedOnConversion ? '; sorted when it was converted' : ''
    ),
    h('ul', { class: 'tags', 'aria-label': 'Samples and platforms' }, [...dataset.samples, ...platforms].map(tag => h('li', {}, tag)))
  ];
}

function figures(dataset) {
  const flags = dataset.flagstat;
  const both = key => flags[key].passed + flags[key].failed;
  const length = dataset.references.reduce((sum, reference) => sum + reference.length, 0);
  const placedBases = dataset.references.reduce((sum, reference) => sum + reference.bases, 0);
  const sizes = dataset.sizes;
  const stored = sizes.chunkBytes + sizes.indexBytes + sizes.headerBytes;
  const figure = (name, value, small, title) => h('div', { title }, h('dt', {}, name), h('dd', {}, value, h('small', {}, small)));
  return h(
    'dl',
    { class: 'figures' },
    figure('Reads', short(dataset.records), `${short(dataset.bases)} bases`, grouped(dataset.records)),
    figure('Mapped', percent(both('mapped'), both('total')), `${short(both('total') - both('mapped'))} unmapped`),
    both('paired') > 0 && figure('Properly paired', percent(both('properly_paired'), both('paired')), `of ${short(both('paired'))} paired`),
    figure('Duplicates', percent(both('duplicates'), both('total')), `${short(both('duplicates'))} reads`),
    length > 0 && figure('Mean depth', depth(placedBases / length), `over ${bases(length)}`),
    figure('Stored', bytes(stored), dataset.source.size ? `${percent(stored, dataset.source.size)} of source` : `${grouped(sizes.chunks)} chunks`)
  );
}

function referencesCard(dataset, used) {
  const largest = [...used].sort((a, b) => b.mapped + b.unmapped - a.mapped - a.unmapped).slice(0, MOST_BARS);
  const shown = new Set(largest);
  const rest = used.filter(reference => !shown.has(reference)).reduce((sum, reference) => sum + reference.mapped + reference.unmapped, 0);
  const rows = dataset.references.filter(reference => shown.has(reference)).map(reference => [reference.name, reference.mapped + reference.unmapped]);
  if (rest > 0) {
    rows.push([`${grouped(used.length - shown.size)} others`, rest]);
  }
  const unplaced = dataset.unplaced.mapped + dataset.unplaced.unmapped;
  if (unplaced > 0) {
    rows.push(['unplaced', unplaced]);
  }
  const most = Math.max(1, ...rows.map(([, count]) => count));
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'references-title' },
    h('header', {}, h('h2', { id: 'references-title' }, 'Reads per reference'), h('span', { class: 'note' }, `${grouped(dataset.references.length)} references, ${grouped(used.length)} with reads`)),
    rows.length === 0
      ? h('p', { class: 'state' }, 'This dataset has no reads.')
      : h('div', { class: 'bars' }, rows.flatMap(([name, count]) => [h('span', {}, name), h('div', { class: 'track' }, shareBar(count / most)), h('span', {}, grouped(count))])),
    table('All references', ['reference', 'length', 'mapped', 'unmapped'], dataset.references.slice(0, 1000).map(r => [r.name, grouped(r.length), grouped(r.mapped), grouped(r.unmapped)]))
  );
}

function flagsCard(dataset) {
  const rows = Object.entries(dataset.flagstat).map(([key, { passed, failed }]) => [key.replaceAll('_', ' '), grouped(passed), grouped(failed)]);
  const shares = [
    ['mapped', 'mapped', 'total'],
    ['properly paired', 'properly_paired', 'paired'],
    ['duplicates', 'duplicates', 'total'],
    ['secondary', 'secondary', 'total'],
    ['supplementary', 'supplementary', 'total'],
    ['singletons', 'singletons', 'paired'],
    ['mate elsewhere', 'mate_on_other_reference', 'paired']
  ].map(([name, part, whole]) => [name, dataset.flagstat[part].passed + dataset.flagstat[part].failed, dataset.flagstat[whole].passed + dataset.flagstat[whole].failed]);
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'flags-title' },
    h('header', {}, h('h2', { id: 'flags-title' }, 'Reads by flag'), h('span', { class: 'note' }, 'as samtools flagstat counts')),
    h('div', { class: 'bars' }, shares.flatMap(([name, part, whole]) => [h('span', {}, name), h('div', { class: 'track' }, shareBar(whole > 0 ? part / whole : 0)), h('span', {}, percent(part, whole))])),
    table('All counts', ['flag', 'passed', 'failed'], rows)
  );
}

function table(summary, names, rows) {
  return h(
    'details',
    {},
    h('summary', {}, summary),
    h('div', { class: 'scroll' }, h('table', {}, h('tr', {}, names.map(name => h('th', { scope: 'col' }, name))), rows.map(row => h('tr', {}, row.map(cell => h('td', {}, cell))))))
  );
}
