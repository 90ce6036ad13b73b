// What the description of a dataset says: its heading, its figures, its reads by reference and by flag.
import { h } from './dom.js';
import { bases, bytes, depth, grouped, percent, plural, short } from './numbers.js';
import { shareBar } from './plots.js';

const MOST_BARS = 12;
const MOST_TAGS = 12;

export function heading(dataset) {
  const platforms = [...new Set(dataset.readGroups.map(group => group.platform).filter(Boolean))];
  const tags = [...dataset.samples, ...platforms];
  const more = tags.length > MOST_TAGS ? [`and ${grouped(tags.length - MOST_TAGS)} more`] : [];
  const title = h('div', { class: 'heading' }, h('h1', {}, dataset.id), dataset.generation && h('span', { class: 'note' }, `generation ${dataset.generation}`));
  return [
    title,
    h('p', { class: 'facts' }, dataset.limited ? 'You may read only some regions of this dataset, so its figures are not shown.' : origin(dataset)),
    h('ul', { class: 'tags', 'aria-label': 'Samples and platforms' }, tags.slice(0, MOST_TAGS).concat(more).map(tag => h('li', {}, tag)))
  ];
}

function origin(dataset) {
  const made = new Date(dataset.created).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  const size = dataset.source.size ? ` (${dataset.source.format}, ${bytes(dataset.source.size)})` : '';
  return `Made ${made} by ${dataset.createdBy} from ${dataset.source.uri}${size}${dataset.source.sortedOnConversion ? '; sorted when it was converted' : ''}`;
}

export function figures(dataset) {
  const flags = dataset.flagstat;
  const both = key => flags[key].passed + flags[key].failed;
  const length = dataset.references.reduce((sum, reference) => sum + reference.length, 0);
  const placedBases = dataset.references.reduce((sum, reference) => sum + reference.bases, 0);
  const sizes = dataset.sizes;
  const stored = sizes.chunkBytes + sizes.indexBytes + sizes.headerBytes + (sizes.depthBytes ?? 0);
  const figure = (name, value, small, title) => h('div', { title }, h('dt', {}, name), h('dd', {}, value, h('small', {}, small)));
  const meanLength = dataset.records > 0 ? Math.round(dataset.bases / dataset.records) : 0;
  return h(
    'dl',
    { class: 'figures' },
    figure('Reads', short(dataset.records), `${short(dataset.bases)} bases`, grouped(dataset.records)),
    figure('Mean read length', bases(meanLength), 'of all records', `${grouped(meanLength)} bases`),
    figure('Mapped', percent(both('mapped'), both('total')), `${short(both('total') - both('mapped'))} unmapped`),
    both('paired') > 0 && figure('Properly paired', percent(both('properly_paired'), both('paired')), `of ${short(both('paired'))} paired`),
    figure('Duplicates', percent(both('duplicates'), both('total')), plural(both('duplicates'), 'read')),
    length > 0 && figure('Mean depth', depth(placedBases / length), `over ${bases(length)}`),
    figure('Stored', bytes(stored), dataset.source.size ? `${percent(stored, dataset.source.size)} of source` : plural(sizes.chunks, 'chunk'))
  );
}

/** The name of a reference leads to its busiest place. */
export function referencesCard(dataset, used, coverages, locus) {
  const count = reference => reference.mapped + reference.unmapped;
  const largest = [...used].sort((a, b) => count(b) - count(a)).slice(0, MOST_BARS);
  const shown = new Set(largest);
  const go = reference => coverages.busiest(reference).then(found => locus.set(found.region, 'references'));
  const name = reference => h('button', { type: 'button', class: 'inline', onclick: () => go(reference) }, reference.name);
  const rows = dataset.references.filter(reference => shown.has(reference)).map(reference => [name(reference), count(reference)]);
  const rest = used.filter(reference => !shown.has(reference));
  if (rest.length > 0) {
    rows.push([plural(rest.length, 'other'), rest.reduce((sum, reference) => sum + count(reference), 0)]);
  }
  const unplaced = dataset.unplaced.mapped + dataset.unplaced.unmapped;
  if (unplaced > 0) {
    rows.push(['unplaced', unplaced]);
  }
  const most = Math.max(1, ...rows.map(([, reads]) => reads));
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'references-title' },
    h('header', {}, h('h2', { id: 'references-title' }, 'Reads per reference'), h('span', { class: 'note' }, `${plural(dataset.references.length, 'reference')}, ${grouped(used.length)} with reads`)),
    rows.length === 0
      ? h('p', { class: 'state' }, 'This dataset has no reads.')
      : h('div', { class: 'bars' }, rows.flatMap(([label, reads]) => [h('span', {}, label), h('div', { class: 'track' }, shareBar(reads / most)), h('span', {}, grouped(reads))])),
    dataset.references.length > 0 &&
      table(
        `All references${dataset.references.length > 1000 ? ' (the first 1,000)' : ''}`,
        ['reference', 'length', 'mapped', 'unmapped', 'mean depth'],
        dataset.references.slice(0, 1000).map(r => [r.name, grouped(r.length), grouped(r.mapped), grouped(r.unmapped), r.length > 0 ? depth(r.bases / r.length) : '–'])
      )
  );
}

export function flagsCard(dataset) {
  const sum = key => dataset.flagstat[key].passed + dataset.flagstat[key].failed;
  const rows = Object.entries(dataset.flagstat).map(([key, { passed, failed }]) => [key.replaceAll('_', ' '), grouped(passed), grouped(failed)]);
  const shares = [
    ['mapped', 'mapped', 'total'],
    ['properly paired', 'properly_paired', 'paired'],
    ['duplicates', 'duplicates', 'total'],
    ['secondary', 'secondary', 'total'],
    ['supplementary', 'supplementary', 'total'],
    ['singletons', 'singletons', 'paired'],
    ['mate elsewhere', 'mate_on_other_reference', 'paired']
  ].map(([name, part, whole]) => [name, sum(part), sum(whole)]);
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
    h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': summary }, h('table', {}, h('tr', {}, names.map(name => h('th', { scope: 'col' }, name))), rows.map(row => h('tr', {}, row.map(cell => h('td', {}, cell))))))
  );
}
