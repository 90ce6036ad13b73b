// igv.js on the dataset, over its own references or a FASTA that the user gives.
import { absolute, readsPath } from './api.js';
import { h, tell } from './dom.js';
import { text } from './region.js';

const MODULE = './igv/igv.esm.min.js';

export function viewerCard(dataset, start) {
  if (!start) {
    return null;
  }
  const place = h('div', { id: 'igv', hidden: true });
  const state = h('p', { class: 'state', role: 'status' });
  const url = h('input', { id: 'fasta-url', type: 'url', placeholder: 'https://…/genome.fa, with genome.fa.fai beside it', autocomplete: 'off', spellcheck: 'false' });
  const file = h('input', { id: 'fasta-file', type: 'file', multiple: true, accept: '.fa,.fasta,.fna,.fai,.gz,.gzi' });
  const open = h('button', { type: 'submit', class: 'primary', id: 'open-igv' }, 'Open the viewer');
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'viewer-title' },
    h('header', {}, h('h2', { id: 'viewer-title' }, 'Genome viewer'), h('span', { class: 'note' }, 'igv.js, over htsget')),
    h(
      'form',
      { class: 'controls', onsubmit: show },
      h('div', {}, h('label', { for: 'fasta-url' }, 'Reference sequence, if you have one: address'), url),
      h('div', {}, h('label', { for: 'fasta-file' }, 'or FASTA and .fai files'), file),
      open
    ),
    place,
    state
  );

  async function show(event) {
    event.preventDefault();
    open.disabled = true;
    tell(state, 'Opening the viewer…');
    try {
      const igv = (await import(MODULE)).default;
      if (place.browser) {
        igv.removeBrowser(place.browser);
        place.browser = undefined;
      }
      // It measures its place, and stands in a shadow tree of it.
      place.hidden = false;
      place.browser = await igv.createBrowser(place, options());
      place.browser.on('locuschange', frames => remember(frames));
      remember(place.browser.referenceFrameList);
      open.textContent = 'Open again';
      tell(state);
    } catch (failure) {
      place.hidden = true;
      tell(state, explain(failure), true);
    } finally {
      open.disabled = false;
    }
  }

  function explain(failure) {
    return failure instanceof TypeError && /import|module/i.test(failure.message)
      ? 'This build of the service has no igv.js: it was built where npm was not installed. IGV desktop opens the address below.'
      : `The viewer could not open: ${failure.message ?? failure}`;
  }

  function remember(frames) {
    const frame = [frames].flat()[0];
    if (frame?.chr && frame.chr !== 'all') {
      const end = Math.ceil(frame.end ?? frame.start + frame.bpPerPixel * place.clientWidth);
      place.dataset.locus = text({ referenceName: frame.chr, start: Math.max(0, Math.floor(frame.start)), end });
    }
  }

  function options() {
    return {
      loadDefaultGenomes: false,
      reference: reference(),
      locus: text(start),
      showNavigation: true,
      tracks: [
        {
          type: 'alignment',
          format: 'bam',
          sourceType: 'htsget',
          url: absolute(readsPath(dataset.id)),
          name: dataset.samples.join(', ') || dataset.id,
          height: 320,
          autoHeight: false
        }
      ]
    };
  }

  function reference() {
    const files = [...file.files];
    const index = files.find(one => one.name.endsWith('.fai'));
    const compressed = files.find(one => one.name.endsWith('.gzi'));
    const fasta = files.find(one => one !== index && one !== compressed);
    if (fasta) {
      return { id: fasta.name, name: fasta.name, fastaURL: fasta, indexURL: index, compressedIndexURL: compressed, indexed: Boolean(index) };
    }
    if (url.value) {
      return { id: url.value, name: 'FASTA', fastaURL: url.value, indexURL: `${url.value}.fai` };
    }
    // Names and lengths alone: reads are drawn, but mismatches only where the reads tell them.
    const sizes = dataset.references.map(one => `${one.name}\t${one.length}\n`).join('');
    const blob = new Blob([sizes], { type: 'text/plain' });
    return { id: dataset.id, name: dataset.id, format: 'chromsizes', fastaURL: URL.createObjectURL(blob), wholeGenomeView: false };
  }
}
