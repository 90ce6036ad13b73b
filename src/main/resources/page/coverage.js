// Depth along one reference: from the index for long stretches, from the records for short ones, and it says which.
import { askJson, coveragePath } from './api.js';
import { h, tell } from './dom.js';
import { bases, depth, grouped } from './numbers.js';
import { depthPlot } from './plots.js';

const BINS = 300;

export function coverageCard(dataset, used) {
  if (used.length === 0) {
    return null;
  }
  const place = h('div', { class: 'coverage' });
  const state = h('p', { class: 'state', role: 'status' });
  const note = h('span', { class: 'note' });
  const choice = h(
    'select',
    { id: 'coverage-reference', onchange: () => show(used[choice.selectedIndex]) },
    used.map(reference => h('option', {}, reference.name))
  );
  let newest = 0;

  async function show(reference) {
    const mine = ++newest;
    tell(state, 'Loading…');
    try {
      const coverage = await askJson(coveragePath(dataset.id, { referenceName: reference.name, bins: BINS }));
      if (mine === newest) {
        const label = `Depth along ${reference.name}: mean ${depth(coverage.meanDepth)}, at most ${depth(coverage.maxDepth)} in ${coverage.bins.length} bins`;
        place.replaceChildren(depthPlot(coverage.bins, coverage.exact, label));
        const how = coverage.exact ? `exact, from ${grouped(coverage.records)} reads` : 'estimated from the block index';
        note.textContent = `mean ${depth(coverage.meanDepth)}, bins of ${bases(Math.round(reference.length / coverage.bins.length))}, ${how}, ${coverage.gets} GETs`;
        tell(state);
      }
    } catch (failure) {
      if (mine === newest) {
        place.replaceChildren();
        note.textContent = '';
        tell(state, failure.message, true);
      }
    }
  }

  show(used[0]);
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'coverage-title' },
    h('header', {}, h('h2', { id: 'coverage-title' }, 'Coverage along the genome'), note),
    h('div', { class: 'controls' }, h('div', {}, h('label', { for: 'coverage-reference' }, 'Reference'), choice)),
    place,
    state
  );
}
