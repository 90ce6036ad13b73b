// The same reads from a terminal or a notebook: lines to copy.
import { absolute, filePath, readsPath, streamPath, usesToken } from './api.js';
import { h } from './dom.js';
import { regionText } from './locus.js';

const COPIED_MILLIS = 1500;

/** In single quotes for a shell. */
const quoted = text => `'${text.replaceAll("'", `'\\''`)}'`;

/** With a token the commands take it from the environment: it is never written out here. */
function linesFor(dataset, region) {
  const reads = absolute(readsPath(dataset.id));
  const parameters = region ?? {};
  const regionUrl = region ? `${reads}?${new URLSearchParams(Object.entries(parameters))}` : reads;
  const stream = format => absolute(streamPath(dataset.id, { ...parameters, format }));
  const bam = absolute(filePath(dataset.id));
  const at = region && regionText(region).replaceAll(',', '');
  const token = usesToken();
  const header = token ? ' -H "Authorization: Bearer $BAMS3_TOKEN"' : '';
  const first = token ? '# BAMS3_TOKEN has your token\n' : '';
  const htslib = token ? '# HTS_AUTH_LOCATION names a file with your token\n' : '';
  return {
    curl: `${first}curl -f${header} ${quoted(stream('SAM'))}`,
    samtools: `${htslib}samtools view ${quoted(regionUrl)}\n# or, as a file with an index:\nsamtools view ${quoted(bam)}${region ? ` ${quoted(at)}` : ''}`,
    Python: [
      'import json, urllib.request',
      ...(token ? ['import os'] : []),
      '',
      token
        ? `url = urllib.request.Request(${JSON.stringify(stream('NDJSON'))}, headers={"Authorization": "Bearer " + os.environ["BAMS3_TOKEN"]})`
        : `url = ${JSON.stringify(stream('NDJSON'))}`,
      'with urllib.request.urlopen(url) as lines:',
      '    reads = [json.loads(line) for line in lines]  # raises where the answer breaks off'
    ].join('\n'),
    pysam: [
      'import pysam',
      '',
      `url = ${JSON.stringify(bam)}`,
      'bam = pysam.AlignmentFile(url, index_filename=url + ".bai")',
      region ? `for read in bam.fetch(${JSON.stringify(region.referenceName)}, ${region.start}, ${region.end}):` : 'for read in bam.fetch(until_eof=True):',
      '    print(read.query_name)'
    ].join('\n'),
    R: [
      'library(Rsamtools)',
      `url <- ${JSON.stringify(bam)}`,
      region
        ? `scanBam(url, index = paste0(url, ".bai"), param = ScanBamParam(which = GRanges(${JSON.stringify(at)})))`
        : 'scanBam(url, index = paste0(url, ".bai"))'
    ].join('\n'),
    IGV: `File > Load from URL...\n${reads}\n\nor, as a file with an index:\n${bam}\n${bam}.bai${at ? `\n\nthen go to ${at}` : ''}`,
    UCSC: `track type=bam name=${quoted(dataset.id)} bigDataUrl=${bam} bigDataIndex=${bam}.bai${at ? `\nbrowser position ${at}` : ''}`
  };
}

export function commandsCard(dataset, locus) {
  let lines = linesFor(dataset, locus?.region);
  let chosen = 'curl';
  const code = h('pre', { id: 'command', tabindex: '0', role: 'tabpanel' });
  const copy = h('button', { type: 'button', onclick: copyIt }, 'Copy');
  const tabs = Object.keys(lines).map(name =>
    h('button', { type: 'button', role: 'tab', 'aria-controls': 'command', onclick: () => choose(name), onkeydown: event => move(event, name) }, name)
  );

  function choose(name) {
    chosen = name;
    tabs.forEach(tab => {
      const chosen = tab.textContent === name;
      tab.setAttribute('aria-selected', String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    });
    code.textContent = lines[name];
  }

  function move(event, name) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const names = Object.keys(lines);
      const next = (names.indexOf(name) + step + names.length) % names.length;
      choose(names[next]);
      tabs[next].focus();
    }
  }

  async function copyIt() {
    try {
      await navigator.clipboard.writeText(code.textContent);
      copy.textContent = 'Copied';
    } catch {
      // Without the right to write: select it, so that one key copies it.
      getSelection().selectAllChildren(code);
      copy.textContent = 'Press Ctrl+C';
    }
    setTimeout(() => (copy.textContent = 'Copy'), COPIED_MILLIS);
  }

  locus?.follow(region => {
    lines = linesFor(dataset, region);
    choose(chosen);
  });
  choose(chosen);
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'commands-title' },
    h('header', {}, h('h2', { id: 'commands-title' }, 'Take it with you'), h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Program' }, tabs)),
    h('div', { class: 'command' }, code, copy)
  );
}
