// What the reads of the region are like: counted here from their JSON lines.
import { ask, streamPath } from './api.js';
import { h, tell } from './dom.js';
import { readLinks, savePlot, saveText } from './downloads.js';
import { bases, grouped, plural } from './numbers.js';
import { fitted, histogram } from './plots.js';

const MOST_READS = 5000;
const QUALITY_EDGES = Array.from({ length: 14 }, (_, i) => i * 5);
const BARS = 24;
const UNMAPPED = 0x4;
const NOT_PRIMARY = 0x900;
const WAIT_MILLIS = 250;

export function regionCard(dataset, locus) {
  const result = h('div', { class: 'pair plots' });
  const state = h('p', { class: 'state', role: 'status' });
  const note = h('span', { class: 'note' });
  let stop = new AbortController();
  let timer;
  let read = [];

  async function show(region) {
    stop.abort();
    const mine = (stop = new AbortController());
    tell(state, 'Reading…');
    try {
      const reads = await sample(dataset.id, region, mine);
      if (mine !== stop) {
        return;
      }
      read = reads.records;
      result.replaceChildren(...plots(reads.records));
      note.textContent = `${reads.whole ? 'all' : 'the first'} ${plural(reads.records.length, 'read')} of ${bases(region.end - region.start)}`;
      tell(state, reads.records.length === 0 ? 'No reads lie in this region.' : '');
    } catch (failure) {
      if (mine === stop) {
        read = [];
        result.replaceChildren();
        note.textContent = '';
        tell(state, failure.message, true);
      }
    }
  }

  locus.follow(region => {
    clearTimeout(timer);
    timer = setTimeout(() => show(region), WAIT_MILLIS);
  });
  show(locus.region);
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'region-title' },
    h('header', {}, h('h2', { id: 'region-title' }, 'The reads of the region'), note),
    result,
    h(
      'div',
      { class: 'downloads' },
      readLinks(dataset, locus, state),
      h('button', { type: 'button', id: 'reads-tsv', onclick: () => saveText(tsv(read), `${dataset.id.split('/').pop()}.reads.tsv`, 'text/tab-separated-values') }, 'This table of reads as TSV')
    ),
    state
  );
}

const COLUMNS = ['name', 'flag', 'reference', 'position', 'mapq', 'cigar', 'insert', 'length', 'identity'];
const tsv = records => [COLUMNS.join('\t'), ...records.map(record => COLUMNS.map(column => record[column] ?? '').join('\t'))].join('\n') + '\n';

/** Reads lines as they come, and breaks off when there are enough. */
async function sample(id, region, stop) {
  const fields = 'QNAME,FLAG,RNAME,POS,MAPQ,CIGAR,TLEN';
  const response = await ask(streamPath(id, { ...region, format: 'NDJSON', fields, tags: 'NM', 'bams3.end': true }), { signal: stop.signal });
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
        records.push(figuresOf(record));
      }
      if (records.length >= MOST_READS) {
        await reader.cancel();
        return { records, whole: false };
      }
    }
    if (done) {
      throw new Error('The answer broke off: it has no end line.');
    }
  }
}

function figuresOf(record) {
  const flag = Number(record.FLAG);
  const edits = record.TAGS?.NM?.value ?? record.TAGS?.NM;
  const { length, columns, differences } = walk(record.CIGAR);
  const known = edits !== undefined && edits !== null ? Number(edits) : differences;
  return {
    name: record.QNAME,
    flag,
    reference: record.RNAME,
    position: Number(record.POS),
    mapq: Number(record.MAPQ),
    cigar: record.CIGAR,
    insert: Number(record.TLEN),
    length: length > 0 ? length : undefined,
    // Of the alignment's columns, those that are no edit: NM, or else what = and X say.
    identity: (flag & UNMAPPED) === 0 && columns > 0 && known !== undefined ? Math.max(0, +(1 - known / columns).toFixed(5)) : undefined
  };
}

/** @returns bases of the read, columns of its alignment without introns, and its edits where = and X tell them */
function walk(cigar) {
  let length = 0;
  let columns = 0;
  let edits = 0;
  let vague = false;
  for (const [, digits, operation] of (cigar ?? '').matchAll(/(\d+)([MIDNSHP=X])/g)) {
    const n = Number(digits);
    length += 'MIS=X'.includes(operation) ? n : 0;
    columns += 'MID=X'.includes(operation) ? n : 0;
    edits += 'IDX'.includes(operation) ? n : 0;
    vague ||= operation === 'M';
  }
  return { length, columns, differences: vague ? undefined : edits };
}

function plots(records) {
  if (records.length === 0) {
    return [];
  }
  const mapped = records.filter(record => (record.flag & UNMAPPED) === 0);
  const primary = records.filter(record => (record.flag & NOT_PRIMARY) === 0);
  const inserts = records.filter(record => (record.flag & 0x43) === 0x43 && record.insert !== 0).map(record => Math.abs(record.insert)).sort((a, b) => a - b);
  const lengths = primary.map(record => record.length).filter(Boolean).sort((a, b) => a - b);
  const identities = mapped.map(record => record.identity).filter(value => value !== undefined).sort((a, b) => a - b);
  return [
    qualities(mapped.filter(record => record.mapq < 255)),
    spread('Insert size', inserts, 'insert size (bp)', { second: true, none: 'no proper pairs here', of: 'proper pair', most: 0.99 }),
    spread('Read length', lengths, 'read length (bases)', { none: 'no aligned reads here', of: 'primary read' }),
    identity(identities)
  ];
}

function qualities(records) {
  const counts = QUALITY_EDGES.slice(1).map(() => 0);
  records.forEach(({ mapq }) => counts[Math.min(counts.length - 1, Math.floor(mapq / 5))]++);
  const label = `Mapping qualities of ${plural(records.length, 'read')}`;
  return panel('Mapping quality', 'of each mapped read', width => histogram(width, { counts, edges: QUALITY_EDGES, label, title: 'mapping quality (Phred)' }), 'mapq');
}

const middle = sorted => sorted[Math.floor(sorted.length / 2)];

/** Counts whole numbers in bars of one width. */
function spread(title, sorted, axis, { second = false, none, of, most = 1 }) {
  if (sorted.length === 0) {
    return panel(title, none);
  }
  const from = second ? 0 : sorted[0];
  const to = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * most))] * (most < 1 ? 1.1 : 1);
  const step = Math.max(1, Math.ceil((to - from + 1) / BARS));
  const counts = Array.from({ length: BARS }, () => 0);
  sorted.forEach(value => counts[Math.min(BARS - 1, Math.floor((value - from) / step))]++);
  const edges = Array.from({ length: BARS + 1 }, (_, i) => from + i * step);
  const median = middle(sorted);
  const note = `median ${grouped(median)}, of ${plural(sorted.length, of)}`;
  return panel(title, note, width => histogram(width, { counts, edges, label: `${title}, ${note}`, title: axis, second }), title.toLowerCase().replace(' ', '-'));
}

function identity(sorted) {
  if (sorted.length === 0) {
    return panel('Identity', 'the reads have neither NM nor = and X');
  }
  // From the nearest round share below nearly all reads to the whole.
  const low = Math.min(0.95, Math.floor(sorted[Math.floor(sorted.length * 0.01)] * 20) / 20);
  const step = (1 - low) / BARS;
  const counts = Array.from({ length: BARS }, () => 0);
  sorted.forEach(value => counts[Math.max(0, Math.min(BARS - 1, Math.floor((value - low) / step)))]++);
  const edges = Array.from({ length: BARS + 1 }, (_, i) => 100 * (low + i * step));
  const note = `median ${+(100 * middle(sorted)).toFixed(2)} %, of ${plural(sorted.length, 'alignment')}`;
  const format = value => `${+value.toFixed(1)}`;
  return panel('Identity', note, width => histogram(width, { counts, edges, label: `Identity, ${note}`, title: 'columns without an edit (%)', second: true, format }), 'identity');
}

function panel(title, note, draw, name) {
  const plot = draw ? fitted(draw) : h('p', { class: 'state' }, 'There is nothing to count.');
  const files = draw && h('span', { class: 'saves' }, ['svg', 'png'].map(form => h('button', { type: 'button', class: 'inline', 'aria-label': `${title} as ${form.toUpperCase()}`, onclick: () => savePlot(plot, `${name}.${form}`) }, form.toUpperCase())));
  return h('div', {}, h('h3', {}, title, ' ', h('span', { class: 'note' }, note), files), plot);
}
