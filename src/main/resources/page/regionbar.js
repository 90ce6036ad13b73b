// The field of the shown region, and the steps from it.
import { h, tell } from './dom.js';
import { NoRegion, parseRegion, regionText } from './locus.js';
import { findGene } from './viewer.js';

export function regionBar(dataset, coverages, locus) {
  const state = h('p', { class: 'state', id: 'region-state', role: 'status', hidden: true });
  const field = h('input', { id: 'region', value: regionText(locus.region), spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off' });
  const busiest = dataset.references.reduce((best, one) => (one.mapped > best.mapped ? one : best));

  async function go(event) {
    event.preventDefault();
    const text = field.value;
    try {
      locus.set(await regionOf(text), 'field');
      field.value = regionText(locus.region);
      tell(state);
    } catch (failure) {
      tell(state, failure.message, true);
    }
  }

  /** A region, or else the name of a gene where a genome knows it. */
  async function regionOf(text) {
    try {
      return parseRegion(text, dataset.references);
    } catch (failure) {
      const gene = failure instanceof NoRegion && !text.includes(':') ? await findGene(text.trim()) : null;
      if (gene) {
        return gene;
      }
      throw failure;
    }
  }

  async function toBusiest() {
    try {
      locus.set((await coverages.busiest(busiest)).region, 'busiest');
      tell(state);
    } catch (failure) {
      tell(state, failure.message, true);
    }
  }

  let written = field.value;
  locus.follow((region, from) => {
    // What the user is writing stays.
    if (from !== 'viewer' || document.activeElement !== field || field.value === written) {
      field.value = regionText(region);
    }
    written = regionText(region);
    tell(state);
  });
  const step = (id, label, sign, factor, shift) =>
    h('button', { type: 'button', id, 'aria-label': label, title: label, onclick: () => locus.move(factor, shift, 'steps') }, sign);
  return h(
    'form',
    { class: 'regionbar', onsubmit: go, 'aria-label': 'Region' },
    h('div', { class: 'grow' }, h('label', { for: 'region' }, 'Region (first position is 1) or gene'), field),
    h('button', { type: 'submit', class: 'primary' }, 'Look'),
    h(
      'div',
      { class: 'steps' },
      step('step-left', 'Half a region to the left', '◀', 1, -0.5),
      step('zoom-out', 'Zoom out', '−', 3, 0),
      step('zoom-in', 'Zoom in', '+', 1 / 3, 0),
      step('step-right', 'Half a region to the right', '▶', 1, 0.5)
    ),
    busiest.mapped > 0 && h('button', { type: 'button', id: 'busiest', title: 'Where the most mapped reads lie', onclick: toBusiest }, 'Busiest place'),
    state
  );
}
