// One dataset: its region, the viewer, its figures, its plots, and the lines to take it along.
import { openAccess } from './access.js';
import { readAddress, writeAddress } from './address.js';
import { access, ask, askJson, datasetPath, streamPath } from './api.js';
import { commandsCard } from './commands.js';
import { Coverages, coverageCard } from './coverage.js';
import { byId, h, tell } from './dom.js';
import { figures, flagsCard, heading, referencesCard } from './facts.js';
import { Locus, NoRegion, parseRegion } from './locus.js';
import { regionBar } from './regionbar.js';
import { regionCard } from './region.js';
import { closeViewer, viewerCard } from './viewer.js';

let newest = 0;
let shown = { id: null, locus: null };

/** Shows what the address names; for the same dataset only the region changes. */
export function showAddress() {
  const { id, region } = readAddress();
  if (id === shown.id && shown.locus && region) {
    try {
      shown.locus.set(parseRegion(region, shown.locus.references), 'address');
    } catch (failure) {
      tell(byId('region-state'), failure.message, true);
    }
    return;
  }
  if (id !== shown.id) {
    load(id, region);
  }
}

/** After a token was given or forgotten, if it can make a difference. */
export function refreshDataset() {
  const { id, region } = readAddress();
  load(id, region);
}

async function load(id, regionText) {
  const mine = ++newest;
  const place = byId('dataset');
  const state = byId('detail-state');
  shown = { id, locus: null };
  closeViewer();
  if (id === '') {
    place.hidden = true;
    tell(state, byId('datasets').children.length > 0 ? 'Choose a dataset to see what is in it.' : 'There is nothing to show yet.');
    return;
  }
  tell(state, 'Loading…');
  place.hidden = true;
  try {
    const dataset = await describe(id);
    const coverages = new Coverages(dataset);
    const { locus, wrong } = await beginning(dataset, coverages, regionText);
    if (mine !== newest) {
      return;
    }
    shown = { id, locus };
    place.replaceChildren(...parts(dataset, coverages, locus));
    place.hidden = false;
    tell(state);
    document.title = `${id} · bams3`;
    if (locus) {
      tell(byId('region-state'), wrong, true);
      writeAddress(id, locus.region);
      locus.follow((region, from) => from !== 'address' && writeAddress(id, region, from !== 'viewer'));
    }
  } catch (failure) {
    if (mine === newest) {
      shown = { id, locus: null };
      place.hidden = true;
      refuse(state, id, failure);
    }
  }
}

function refuse(state, id, failure) {
  // 400: no dataset can have such an id.
  if (failure.status === 404 || failure.status === 400) {
    tell(state, `There is no dataset “${id}”.`, true);
    return;
  }
  tell(state, failure.message, true);
  if (failure.status === 401 || failure.status === 403) {
    state.append(' ', h('button', { type: 'button', onclick: openAccess }, access().reader ? 'Give another token or a link' : 'Give a token or a link'));
  }
}

/** Callers who may read only regions get no description: what the header says is enough for a viewer. */
async function describe(id) {
  try {
    return await askJson(datasetPath(id));
  } catch (failure) {
    if (failure.status !== 403) {
      throw failure;
    }
    let text;
    try {
      text = await (await ask(streamPath(id, { class: 'header', format: 'SAM' }))).text();
    } catch {
      throw failure;
    }
    return fromHeader(id, text);
  }
}

function fromHeader(id, text) {
  const lines = text.split('\n').map(line => line.split('\t'));
  const value = (line, tag) => line.find(field => field.startsWith(`${tag}:`))?.slice(3);
  const of = kind => lines.filter(line => line[0] === kind);
  return {
    id,
    limited: true,
    records: 0,
    bases: 0,
    references: of('@SQ').map(line => ({ name: value(line, 'SN'), length: Number(value(line, 'LN')), mapped: 0, unmapped: 0, bases: 0 })),
    samples: [...new Set(of('@RG').map(line => value(line, 'SM')).filter(Boolean))],
    readGroups: of('@RG').map(line => ({ id: value(line, 'ID'), platform: value(line, 'PL') }))
  };
}

/** The region of the address, or the place with most reads. */
async function beginning(dataset, coverages, text) {
  const { references } = dataset;
  if (references.length === 0) {
    return { locus: null };
  }
  let wrong = '';
  if (text) {
    try {
      return { locus: new Locus(references, parseRegion(text, references)), wrong };
    } catch (failure) {
      if (!(failure instanceof NoRegion)) {
        throw failure;
      }
      wrong = failure.message;
    }
  }
  const busiest = references.reduce((best, one) => (one.mapped > best.mapped ? one : best));
  const usual = { referenceName: busiest.name, start: 0, end: Math.min(busiest.length, 1000) };
  if (dataset.limited || busiest.mapped === 0) {
    return { locus: new Locus(references, usual), wrong };
  }
  try {
    return { locus: new Locus(references, (await coverages.busiest(busiest)).region), wrong };
  } catch (failure) {
    return { locus: new Locus(references, usual), wrong: failure.message };
  }
}

function parts(dataset, coverages, locus) {
  const used = dataset.references.filter(reference => reference.mapped + reference.unmapped > 0);
  const whole = !dataset.limited;
  return [
    ...heading(dataset),
    locus && regionBar(dataset, coverages, locus),
    locus && viewerCard(dataset, coverages, locus),
    whole && figures(dataset),
    whole && locus && used.length > 0 && coverageCard(coverages, locus, used),
    locus && regionCard(dataset, locus),
    whole && h('div', { class: 'pair' }, referencesCard(dataset, used, coverages, locus), flagsCard(dataset)),
    commandsCard(dataset, locus)
  ].filter(Boolean);
}
