// What the reads of one region are like: insert sizes and mapping qualities, counted here from their JSON lines.
import { ask, streamPath } from './api.js';
import { byId, h, tell } from './dom.js';
import { bases, grouped } from './numbers.js';
import { histogram } from './plots.js';

const MOST_READS = 5000;
const QUALITY_EDGES = Array.from({ length: 14 }, (_, i) => i * 5);
const INSERT_BARS = 24;

export function regionCard(dataset, start) {
  const result = h('div', { class: 'pair' });
  const state = h('p', { class: 'state', role: 'status' });
  const note = h('span', { class: 'note' });
  const field = h('input', { id: 'region', value: text(start), spellcheck: 'false', autocomplete: 'off' });

  async function show() {
    const region = parse(field.value);
    if (!region) {
      tell(state, 'Write a region like chr1:10,001-20,000.', true);
      return;
    }
    tell(state, 'Reading…');
    try {
      const reads = await sample(dataset.id, region);
      result.replaceChildren(...plots(reads.records));
      note.textContent = `${reads.whole ? 'all' : 'the first'} ${grouped(reads.records.length)} reads of ${bases(region.end - region.start)}`;
      tell(state, reads.records.length === 0 ? 'No reads lie in this region.' : '');
    } catch (failure) {
      result.replaceChildren();
      note.textContent = '';
      tell(state, failure.message, true);
    }
  }

  show();
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'region-title' },
    h('header', {}, h('h2', { id: 'region-title' }, 'The reads of a region'), note),
    h(
      'form',
      {
        class: 'controls',
        onsubmit: event => {
          event.preventDefault();
          show();
        }
      },
      h('div', {}, h('label', { for: 'region' }, 'Region (first position is 1)'), field),
      h('button', { type: 'submit', class: 'primary' }, 'Look'),
      h('button', { type: 'button', onclick: () => take() }, 'Take from the viewer')
    ),
    result,
    state
  );

  function take() {
    const shown = byId('igv')?.dataset.locus;
    if (shown) {
      field.value = shown;
      show();
    } else {
      tell(state, 'The viewer below is not open.', true);
    }
  }
}

export const text = region => `${region.referenceName}:${grouped(region.start + 1)}-${grouped(region.end)}`;

export function parse(region) {
  const found = /^(.+):([0-9,]+)-([0-9,]+)$/.exec(region.trim());
  if (!found) {
    return null;
  }
  const start = Number(found[2].replaceAll(',', '')) - 1;
  const end = Number(found[3].replaceAll(',', ''));
  return start >= 0 && end > start ? { referenceName: found[1], start, end } : null;
}

/** Reads lines as they come, and breaks off when there are enough. */
async function sample(id, region) {
  const stop = new AbortController();
  const response = await ask(streamPath(id, { ...region, format: 'NDJSON' }), { signal: stop.signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const records = [];
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + (value ?? '')).split('\n');
    rest = lines.pop();
    for (const line of lines.filter(Boolean)) {
      const record = JSON.parse(line);
      if (record['@end']) {
        return { records, whole: true };
      }
      if (record['@error']) {
        throw new Error('The answer broke off: its data cannot be read.');
      }
      if (record.QNAME !== undefined) {
        records.push({ mapq: Number(record.MAPQ), insert: Math.abs(Number(record.TLEN)), flag: Number(record.FLAG) });
      }
      if (records.length >= MOST_READS) {
        stop.abort();
        return { records, whole: false };
      }
    }
    if (done) {
      throw new Error('The answer broke off: it has no end line.');
    }
  }
}

function plots(records) {
  if (records.length === 0) {
    return [];
  }
  const qualities = QUALITY_EDGES.slice(1).map(() => 0);
  for (const { mapq } of records.filter(record => record.mapq < 255)) {
    qualities[Math.min(qualities.length - 1, Math.floor(mapq / 5))]++;
  }
  const inserts = records.filter(record => (record.flag & 0x43) === 0x43 && record.insert > 0).map(record => record.insert).sort((a, b) => a - b);
  const panels = [panel('Mapping quality', 'of each read', histogram(qualities, QUALITY_EDGES, `Mapping qualities of ${records.length} reads`))];
  if (inserts.length > 0) {
    const most = Math.max(INSERT_BARS, Math.ceil((inserts[Math.floor(inserts.length * 0.99)] * 1.1) / INSERT_BARS) * INSERT_BARS);
    const width = most / INSERT_BARS;
    const counts = Array.from({ length: INSERT_BARS }, () => 0);
    inserts.forEach(insert => counts[Math.min(INSERT_BARS - 1, Math.floor(insert / width))]++);
    const edges = counts.map((_, i) => i * width).concat(most);
    const median = inserts[Math.floor(inserts.length / 2)];
    panels.push(panel('Insert size', `median ${grouped(median)}, of ${grouped(inserts.length)} proper pairs`, histogram(counts, edges, `Insert sizes, median ${median}`, true)));
  } else {
    panels.push(panel('Insert size', 'no proper pairs here', h('p', { class: 'state' }, 'Unpaired reads have none.')));
  }
  return panels;
}

const panel = (title, note, plot) => h('div', {}, h('h3', {}, title, ' ', h('span', { class: 'note' }, note)), plot);
