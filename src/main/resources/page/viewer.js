// igv.js on the dataset, over its own references, a known genome, or a FASTA that the user gives.
import { absolute, coveragePath, askJson, readerHeaders, readsPath } from './api.js';
import { h, tell } from './dom.js';
import { addresses, allow, definition, guardRequests, knownGenomes, recognize } from './genomes.js';
import { find, regionText } from './locus.js';
import { bases } from './numbers.js';

const MODULE = './igv/igv.esm.min.js';
const NAMES_ALONE = '';
/** The service that igv.js looks genes up in where a genome's `search` is true. */
const IGV_SEARCH = 'https://igv.org';
/** Reads and bytes of BAM that igv.js is given for one view; it asks for three times the view's width. */
const MOST_READS = 12000;
const MOST_BYTES = 32e6;
const NARROWEST = 2000;
const WIDEST = 1000000;
const DEPTH_BINS = 1500;
const QUIET_MILLIS = 350;
const READS_HEIGHT = 340;
const NARROWEST_BAR = 760;

/** The open viewer, if there is one. */
let current = null;
let igvModule;
let newest = 0;

export function closeViewer() {
  newest++;
  if (current) {
    current.igv.removeBrowser(current.browser);
    current = null;
  }
}

/** The region of a gene by the chosen genome; null where none is chosen or it does not know the gene. */
export async function findGene(name) {
  if (!current?.searches || name === '') {
    return null;
  }
  const found = await current.browser.search(name);
  return found ? current.shownRegion() : null;
}

async function igv() {
  if (!igvModule) {
    guardRequests();
    igvModule = import(MODULE);
    igvModule.catch(() => (igvModule = undefined));
  }
  return (await igvModule).default;
}

export function viewerCard(dataset, coverages, locus) {
  const place = h('div', { id: 'igv', hidden: true });
  const state = h('p', { class: 'state', role: 'status' });
  const url = h('input', { id: 'fasta-url', type: 'url', placeholder: 'https://…/genome.fa, with genome.fa.fai beside it', autocomplete: 'off', spellcheck: 'false' });
  const file = h('input', { id: 'fasta-file', type: 'file', multiple: true, accept: '.fa,.fasta,.fna,.fai,.gz,.gzi' });
  const choice = h('select', { id: 'genome', onchange: () => show() }, h('option', { value: NAMES_ALONE }, 'no genome'));
  const button = h('button', { type: 'submit', class: 'primary', id: 'open-igv' }, 'Open with this sequence');
  const note = h('span', { class: 'note' }, 'igv.js, over htsget');
  let genomes = [];
  /** What the viewer was last told to show, as it shows it: another region is one that its user has moved to. */
  let told = null;
  let going = 0;
  offer();
  // It measures its place, so it opens when it is in the page.
  requestAnimationFrame(() => show());
  locus.follow((region, from) => from !== 'viewer' && go(region));
  return h(
    'section',
    { class: 'card viewer', 'aria-labelledby': 'viewer-title' },
    h('header', {}, h('h2', { id: 'viewer-title' }, 'Genome viewer'), note),
    place,
    state,
    h(
      'div',
      { class: 'downloads' },
      h('button', { type: 'button', id: 'viewer-svg', onclick: () => place.browser?.saveSVGtoFile(`${fileName()}.svg`) }, 'View as SVG'),
      h('button', { type: 'button', id: 'viewer-png', onclick: () => place.browser?.savePNGtoFile(`${fileName()}.png`) }, 'View as PNG')
    ),
    h(
      'form',
      { class: 'controls', onsubmit: submitted },
      h('div', {}, h('label', { for: 'genome' }, 'Sequence and genes of'), choice),
      h('div', {}, h('label', { for: 'fasta-url' }, 'or a FASTA by its address'), url),
      h('div', {}, h('label', { for: 'fasta-file' }, 'or FASTA and .fai files'), file),
      button
    )
  );

  async function offer() {
    genomes = await knownGenomes();
    const own = recognize(genomes, dataset.references);
    choice.append(...genomes.map(genome => h('option', { value: genome.id }, `${genome.name ?? genome.id}${genome === own ? ': fits these references' : ''}`)));
    if (own) {
      note.textContent = `igv.js, over htsget; the references are those of ${own.name ?? own.id}`;
    }
  }

  function fileName() {
    const { referenceName, start, end } = locus.region;
    return `${dataset.id.split('/').pop()}.${referenceName}_${start + 1}-${end}`;
  }

  function submitted(event) {
    event.preventDefault();
    if (url.value || file.files.length > 0) {
      choice.value = NAMES_ALONE;
    }
    show();
  }

  async function show() {
    closeViewer();
    const mine = newest;
    place.browser = undefined;
    tell(state, 'Opening the viewer…');
    try {
      const module = await igv();
      const reads = await windowOfReads();
      if (mine !== newest || !place.isConnected) {
        return;
      }
      place.hidden = false;
      const genome = genomes.find(one => one.id === choice.value);
      const opened = locus.region;
      const browser = await module.createBrowser(place, options(genome, reads));
      if (mine !== newest || !place.isConnected) {
        module.removeBrowser(browser);
        return;
      }
      place.browser = browser;
      current = { igv: module, browser, searches: Boolean(genome), shownRegion };
      style(place, reads);
      browser.on('locuschange', debounced(() => follow()));
      told = shownRegion();
      remember();
      if (!about(opened, locus.region)) {
        go(locus.region);
      }
      showDepthOrReads(reads);
      browser.on('locuschange', () => showDepthOrReads(reads));
      tell(state);
    } catch (failure) {
      if (mine === newest) {
        place.hidden = true;
        tell(state, explain(failure), true);
      }
    }
  }

  function explain(failure) {
    return failure instanceof TypeError && /import|module/i.test(failure.message)
      ? 'This build of the service has no igv.js: it was built where npm was not installed. IGV desktop opens the address below.'
      : `The viewer could not open: ${failure.message ?? failure}`;
  }

  /** Positions up to which reads are drawn: as many as the browser takes, by how densely they lie where it begins. */
  async function windowOfReads() {
    const few = dataset.records > 0 && dataset.records <= MOST_READS && dataset.sizes.recordBytes <= MOST_BYTES;
    if (few || dataset.limited) {
      return WIDEST;
    }
    const coverage = await coverages.region(locus.region, 20).catch(() => null);
    const meanLength = Math.max(1, dataset.bases / dataset.records);
    const readsPerBase = Math.max(coverage?.maxDepth ?? 0, 0.001) / meanLength;
    const bytesOfRead = dataset.sizes.recordBytes / dataset.records;
    const reads = Math.min(MOST_READS, MOST_BYTES / bytesOfRead);
    return Math.round(Math.max(NARROWEST, Math.min(WIDEST, reads / readsPerBase)));
  }

  function options(genome, reads) {
    const reference = genome ? definition(genome) : fastaReference(file, url) ?? ownReferenceOf(dataset);
    allow([...addresses(reference), ...addresses(genome?.search), ...(genome?.search === true ? [IGV_SEARCH] : [])]);
    return {
      loadDefaultGenomes: false,
      reference,
      locus: regionText(locus.region),
      // Without a genome there is nothing to look names up in, and igv.js would ask a service on the internet.
      search: genome?.search === true ? undefined : genome?.search ? { url: genome.search } : false,
      // Its bar needs that much; elsewhere the page's own field and steps do it.
      showNavigation: place.clientWidth >= NARROWEST_BAR,
      showSVGButton: true,
      tracks: [
        {
          type: 'wig',
          name: 'Depth',
          id: 'bams3-depth',
          reader: { readFeatures: (chr, start, end) => depths(chr, start, end) },
          queryable: true,
          searchable: false,
          expandQuery: false,
          disableCache: true,
          visibilityWindow: -1,
          height: 60,
          min: 0,
          autoscale: true,
          color: 'rgb(31,111,139)',
          order: -10
        },
        {
          type: 'alignment',
          format: 'bam',
          sourceType: 'htsget',
          url: absolute(readsPath(dataset.id)),
          headers: readerHeaders(),
          name: dataset.samples.join(', ') || dataset.id,
          height: READS_HEIGHT,
          autoHeight: false,
          visibilityWindow: reads,
          showMismatches: true
        }
      ]
    };
  }

  async function depths(chr, start, end) {
    const reference = find(chr, dataset.references);
    if (!reference) {
      return [];
    }
    const from = Math.max(0, Math.floor(start));
    const to = Math.min(reference.length, Math.ceil(end));
    if (to <= from) {
      return [];
    }
    const coverage = await askJson(coveragePath(dataset.id, { referenceName: reference.name, start: from, end: to, bins: Math.min(DEPTH_BINS, to - from) }));
    return coverage.bins.map(bin => ({ chr, start: bin.start, end: bin.end, value: bin.depth }));
  }

  /** What the viewer shows, on the references of the dataset. */
  function shownRegion() {
    const frame = place.browser?.referenceFrameList?.[0];
    const reference = frame?.chr && frame.chr !== 'all' ? find(frame.chr, dataset.references) : undefined;
    if (!reference) {
      return null;
    }
    const start = Math.max(0, Math.round(frame.start));
    const width = place.browser.calculateViewportWidth?.(1) ?? place.clientWidth;
    const end = Math.min(reference.length, Math.round(frame.end ?? frame.start + frame.bpPerPixel * width));
    return end > start ? { referenceName: reference.name, start, end } : null;
  }

  function remember() {
    const region = shownRegion();
    if (region) {
      place.dataset.locus = regionText(region);
    }
  }

  function follow() {
    remember();
    const region = shownRegion();
    if (region && going === 0 && current?.browser === place.browser && !(told && about(region, told))) {
      told = region;
      locus.set(region, 'viewer');
    }
  }

  async function go(region) {
    const browser = place.browser;
    const shown = shownRegion();
    if (!browser || (shown && about(shown, region))) {
      return;
    }
    const chr = browser.genome.getChromosomeName?.(region.referenceName) ?? region.referenceName;
    going++;
    try {
      await browser.search(`${chr}:${region.start + 1}-${region.end}`);
    } finally {
      going--;
    }
    if (going === 0) {
      told = shownRegion();
      remember();
    }
  }

  function showDepthOrReads(reads) {
    const browser = place.browser;
    const region = shownRegion();
    if (!browser || !region) {
      return;
    }
    const wide = region.end - region.start > reads;
    if (place.dataset.wide !== String(wide)) {
      place.dataset.wide = String(wide);
      const height = (type, pixels) => browser.findTracks(track => track.type === type).forEach(track => track.trackView?.setTrackHeight(pixels, true));
      height('alignment', wide ? 40 : READS_HEIGHT);
      height('wig', wide ? 160 : 60);
    }
  }
}

/** igv.js rounds: a hundredth of the width is the same region. */
function about(a, b) {
  const near = (b.end - b.start) / 100 + 2;
  return a.referenceName === b.referenceName && Math.abs(a.start - b.start) <= near && Math.abs(a.end - b.end) <= near;
}

function debounced(call) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(call, QUIET_MILLIS);
  };
}

/** The FASTA of the user's files or address; undefined without either. */
function fastaReference(file, url) {
  const files = [...file.files];
  const index = files.find(one => one.name.endsWith('.fai'));
  const compressed = files.find(one => one.name.endsWith('.gzi'));
  const fasta = files.find(one => one !== index && one !== compressed);
  if (fasta) {
    return { id: fasta.name, name: fasta.name, fastaURL: fasta, indexURL: index, compressedIndexURL: compressed, indexed: Boolean(index), wholeGenomeView: false };
  }
  return url.value ? { id: url.value, name: 'FASTA', fastaURL: url.value, indexURL: `${url.value}.fai`, wholeGenomeView: false } : undefined;
}

/** Names and lengths alone: reads are drawn, but mismatches only where the reads tell them. */
function ownReferenceOf(dataset) {
  const sizes = dataset.references.map(one => `${one.name}\t${one.length}\n`).join('');
  const blob = new Blob([sizes], { type: 'text/plain' });
  return { id: dataset.id, name: dataset.id, format: 'chromsizes', fastaURL: URL.createObjectURL(blob), wholeGenomeView: false };
}

/** Its own colours whatever the page has, readable fields, and our words where reads are too many to be drawn. */
function style(place, reads) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    .igv-container { color-scheme: light; background: #fff; color: #222; width: 100%; }
    .igv-container input, .igv-container select, .igv-container .igv-track-label { color: #222; background-color: #fff; }
    .igv-zoom-in-notice-container > div { font-size: 0; }
    .igv-zoom-in-notice-container > div::after { font-size: 13px; content: 'Depth is above; reads are drawn in regions of up to ${bases(reads)}'; }`);
  place.shadowRoot.adoptedStyleSheets = [place.shadowRoot.adoptedStyleSheets[0], sheet];
  // These have no names of their own.
  place.shadowRoot.querySelectorAll('input[type=range]').forEach(slider => slider.setAttribute('aria-label', 'Zoom of the viewer'));
  place.shadowRoot.querySelectorAll('select').forEach(choice => choice.setAttribute('aria-label', 'Reference in the viewer'));
}
