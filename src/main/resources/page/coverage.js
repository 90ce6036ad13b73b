// Depth along one reference, and over the shown region: from the summary for long stretches, from the records for short ones.
import { askJson, coveragePath } from './api.js';
import { h, tell } from './dom.js';
import { savePlot, saveText } from './downloads.js';
import { regionText } from './locus.js';
import { bases, depth, percent, plural } from './numbers.js';
import { depthPlot, fitted } from './plots.js';

const BINS = 300;
const FINE_BINS = 100;
/** The service cuts a region into so many bins at most, so each position is shown up to this length. */
const MOST_BINS = 10000;
const USUAL_WIDTH = 1000;
const WIDEST = 50000;

/** Asks once for each reference of a dataset. */
export class Coverages {
  #whole = new Map();

  constructor(dataset) {
    this.dataset = dataset;
  }

  whole(reference) {
    const asked = this.#whole.get(reference.name) ?? this.region({ referenceName: reference.name }, BINS);
    this.#whole.set(reference.name, asked);
    asked.catch(() => this.#whole.delete(reference.name));
    return asked;
  }

  region(region, bins, signal) {
    return askJson(coveragePath(this.dataset.id, { ...region, bins }), { signal });
  }

  /** The deepest place of a reference, looked at closer and closer, as wide as some reads. */
  async busiest(reference) {
    const meanLength = this.dataset.records > 0 ? this.dataset.bases / this.dataset.records : 0;
    const wanted = Math.min(reference.length, WIDEST, Math.max(USUAL_WIDTH, Math.round(2 * meanLength)));
    let coverage = await this.whole(reference);
    let best = deepest(coverage);
    while (best && best.end - best.start > wanted) {
      coverage = await this.region({ referenceName: reference.name, start: best.start, end: best.end }, FINE_BINS);
      const finer = deepest(coverage);
      if (!finer || finer.end - finer.start >= best.end - best.start) {
        break;
      }
      best = finer;
    }
    const middle = best ? (best.start + best.end) / 2 : wanted / 2;
    const start = Math.max(0, Math.min(reference.length - wanted, Math.round(middle - wanted / 2)));
    return { region: { referenceName: reference.name, start, end: start + wanted }, depth: best?.depth ?? 0 };
  }
}

const deepest = coverage => coverage.bins.reduce((best, bin) => (bin.depth > (best?.depth ?? 0) ? bin : best), undefined);

export function coverageCard(coverages, locus, used) {
  const place = h('div', { class: 'coverage' });
  const near = h('div', { class: 'near' });
  const state = h('p', { class: 'state', role: 'status' });
  const note = h('span', { class: 'note' });
  const nearNote = h('span', { class: 'note' });
  const title = h('h3', {});
  const choice = h('select', { id: 'coverage-reference', onchange: () => busiest(used[choice.selectedIndex]) }, used.map(reference => h('option', {}, reference.name)));
  let shown = '';
  let newest = 0;
  let fine = null;

  async function busiest(reference) {
    try {
      locus.set((await coverages.busiest(reference)).region, 'coverage');
    } catch (failure) {
      tell(state, failure.message, true);
    }
  }

  async function show(region) {
    const mine = ++newest;
    const reference = locus.reference;
    choice.selectedIndex = used.findIndex(one => one.name === region.referenceName);
    tell(state, shown === region.referenceName ? '' : 'Loading…');
    const width = region.end - region.start;
    // One after the other, so that one that fails leaves no other behind.
    const [whole, close] = await Promise.allSettled([coverages.whole(reference), coverages.region(region, width <= MOST_BINS ? width : BINS)]);
    if (mine !== newest) {
      return;
    }
    const failed = [whole, close].find(result => result.status === 'rejected');
    tell(state, failed ? failed.reason.message : '', Boolean(failed));
    drawWhole(whole.value, region);
    drawClose(close.value, region);
  }

  function drawWhole(coverage, region) {
    if (!coverage) {
      place.replaceChildren();
      note.textContent = '';
      shown = '';
      return;
    }
    shown = region.referenceName;
    const label = `Depth along ${region.referenceName}: mean ${depth(coverage.meanDepth)}, at most ${depth(coverage.maxDepth)} in ${plural(coverage.bins.length, 'bin')}`;
    const choose = (start, end) => locus.set({ referenceName: coverage.referenceName, start, end }, 'coverage');
    place.replaceChildren(fitted(width => depthPlot(width, coverage, label, region, choose)));
    const bin = bases(Math.max(1, Math.round((coverage.end - coverage.start) / Math.max(1, coverage.bins.length))));
    note.textContent = `mean ${depth(coverage.meanDepth)}, ${breadth(coverage)}bins of ${bin}, ${how(coverage)}`;
  }

  function drawClose(coverage, region) {
    fine = coverage ?? null;
    title.textContent = regionText(region);
    if (!coverage) {
      near.replaceChildren();
      nearNote.textContent = '';
      return;
    }
    const label = `Depth over ${regionText(region)}: mean ${depth(coverage.meanDepth)}`;
    near.replaceChildren(fitted(width => depthPlot(width, thinned(coverage, Math.floor(width)), label)));
    nearNote.textContent = `mean ${depth(coverage.meanDepth)}, ${breadth(coverage)}${how(coverage)}`;
  }

  locus.follow(show);
  show(locus.region);
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'coverage-title' },
    h('header', {}, h('h2', { id: 'coverage-title' }, 'Coverage along the genome'), note),
    h('div', { class: 'controls' }, h('div', { class: 'narrow' }, h('label', { for: 'coverage-reference' }, 'Reference'), choice), h('p', { class: 'note' }, 'Click or drag in the plot to look at a place.')),
    place,
    h('header', { class: 'sub' }, title, nearNote),
    near,
    h(
      'div',
      { class: 'downloads' },
      h('button', { type: 'button', id: 'depth-tsv', onclick: () => fine && saveText(tsv(fine), `${name()}.depth.tsv`, 'text/tab-separated-values') }, 'Depth as TSV'),
      h('button', { type: 'button', onclick: () => savePlot(near, `${name()}.depth.svg`) }, 'SVG'),
      h('button', { type: 'button', onclick: () => savePlot(near, `${name()}.depth.png`) }, 'PNG')
    ),
    state
  );

  function name() {
    const { referenceName, start, end } = locus.region;
    return `${coverages.dataset.id.split('/').pop()}.${referenceName}_${start + 1}-${end}`;
  }
}

/** Not more bins than pixels, each with the mean of its own. */
function thinned(coverage, most) {
  const step = Math.ceil(coverage.bins.length / Math.max(50, most));
  if (step <= 1) {
    return coverage;
  }
  const bins = [];
  for (let i = 0; i < coverage.bins.length; i += step) {
    const some = coverage.bins.slice(i, i + step);
    const start = some[0].start;
    const end = some[some.length - 1].end;
    bins.push({ start, end, depth: some.reduce((sum, bin) => sum + bin.bases, 0) / (end - start) });
  }
  return { ...coverage, bins };
}

/** As bedGraph has it: 0-based, half-open. */
const tsv = coverage =>
  ['reference\tstart0\tend0\tdepth', ...coverage.bins.map(bin => `${coverage.referenceName}\t${bin.start}\t${bin.end}\t${bin.depth}`)].join('\n') + '\n';

/** The share of covered positions, where it is known: of a summary, or of bins that are one position each. */
function breadth(coverage) {
  const length = coverage.end - coverage.start;
  const isSummary = coverage.source === 'summary';
  if (length === 0 || !(isSummary || (coverage.exact && coverage.bins.length === length))) {
    return '';
  }
  const covered = coverage.bins.reduce((sum, bin) => sum + (isSummary ? bin.covered : bin.depth > 0 ? 1 : 0), 0);
  return `breadth ${percent(covered, length)} of ${bases(length)}, `;
}

function how(coverage) {
  const gets = coverage.gets === undefined ? '' : `, ${plural(coverage.gets, 'GET')}`;
  const sources = { records: `exact, from ${plural(coverage.records, 'read')}`, summary: 'exact, from the summary', index: 'estimated from the block index' };
  return sources[coverage.source] + gets;
}
