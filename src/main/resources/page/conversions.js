// Conversions, for users who may see them: started, watched, cancelled and retried. Others see nothing of it, or a field for a token.
import { access, ask, askJson, isKept, useAccess } from './api.js';
import { byId, h, tell } from './dom.js';
import { duration, plural, short } from './numbers.js';

const POLL_MILLIS = 3000;
const ENDED = ['SUCCEEDED', 'FAILED', 'CANCELLED'];
/** What ended before that stands apart, folded. */
const RECENT_MILLIS = 15 * 60 * 1000;

let timer;
const drawn = new Map();
let running = new Set();
let waiting = new Set();

async function show() {
  clearTimeout(timer);
  const section = byId('conversions');
  const state = byId('conversions-state');
  try {
    // Workers take the oldest first, so what runs may be older than a page of what waits.
    const [running, newest] = await Promise.all(['state=RUNNING&limit=20', 'limit=20'].map(wanted => askJson(`admin/conversions?${wanted}`)));
    const jobs = new Map([...running.conversions, ...newest.conversions].map(job => [job.id, job]));
    section.hidden = false;
    byId('admin-token').hidden = true;
    byId('convert').hidden = false;
    draw([...jobs.values()]);
    tell(state, jobs.size === 0 ? 'None so far.' : '');
    timer = setTimeout(show, POLL_MILLIS);
  } catch (failure) {
    // 404: there is no admin surface. 401: there is one, with a token. 403: not from here.
    const asks = failure.status === 401;
    section.hidden = !asks && (section.hidden || failure.status === 404 || failure.status === 403);
    byId('admin-token').hidden = !asks;
    byId('convert').hidden = section.hidden || asks;
    if (asks) {
      running = new Set();
      draw([]);
      tell(state, access().admin ? failure.message : '', true);
    } else if (!section.hidden) {
      // What was shown stays, until the service answers again.
      tell(state, failure.message, true);
      timer = setTimeout(show, POLL_MILLIS);
    }
  }
}

const isOld = job => ENDED.includes(job.state) && job.finished && Date.now() - Date.parse(job.finished) > RECENT_MILLIS;

/** Only what has changed is touched, so that the focus stays where it is. */
function draw(jobs) {
  const lists = [byId('jobs'), byId('old-jobs')];
  const focused = lists.some(list => list.contains(document.activeElement)) ? document.activeElement : null;
  const shown = new Map(jobs.map(job => [job.id, job]));
  for (const [id, { line }] of drawn) {
    if (!shown.has(id)) {
      line.remove();
      drawn.delete(id);
    }
  }
  const old = jobs.filter(isOld);
  byId('old-conversions').hidden = old.length === 0;
  [jobs.filter(job => !isOld(job)), old].forEach((some, i) => some.forEach((job, place) => drawJob(lists[i], job, place)));
  // An element that changes its place loses the focus.
  if (focused && lists.some(list => list.contains(focused))) {
    focused.focus({ preventScroll: true });
  }
  // One that is shown no more has run for long, and was not among the newest when it ended; one that waited may be made between two looks.
  const made = [...running].some(id => !shown.has(id)) || [...waiting].some(id => shown.get(id)?.state === 'SUCCEEDED');
  running = new Set(jobs.filter(job => job.state === 'RUNNING').map(job => job.id));
  waiting = new Set(jobs.filter(job => !ENDED.includes(job.state)).map(job => job.id));
  if (made) {
    document.dispatchEvent(new Event('converted'));
  }
}

function drawJob(list, job, place) {
  const text = JSON.stringify(job);
  const before = drawn.get(job.id);
  const line = before?.line ?? h('li');
  if (before?.text !== text) {
    // A button that stays keeps the focus.
    const held = line.contains(document.activeElement) ? document.activeElement.dataset.does : undefined;
    line.replaceChildren(...parts(job));
    if (held) {
      (line.querySelector(`[data-does=${held}]`) ?? line.querySelector('button, a'))?.focus({ preventScroll: true });
    }
    drawn.set(job.id, { line, text });
  }
  if (list.children[place] !== line) {
    list.insertBefore(line, list.children[place] ?? null);
  }
}

function parts(job) {
  const progress = job.progress ?? {};
  const share = progress.percent === undefined ? undefined : progress.percent / 100;
  const done = job.state === 'SUCCEEDED';
  const failed = job.state === 'FAILED' || job.state === 'CANCELLED';
  const name = job.dataset;
  const facts = [
    !done && !failed && share !== undefined && `${Math.floor(progress.percent)} %`,
    progress.records > 0 && plural(progress.records, 'read'),
    progress.recordsPerSecond > 0 && `${short(progress.recordsPerSecond)} reads/s`,
    progress.estimatedEnd && `ready in about ${duration(Math.max(1, (Date.parse(progress.estimatedEnd) - Date.now()) / 1000))}`
  ].filter(Boolean);
  const does = (what, label, act) => h('button', { type: 'button', class: 'inline', 'data-does': what, 'aria-label': `${label} the conversion of ${name}`, onclick: act }, label);
  return [
    h('div', {}, done ? h('a', { href: `#/${job.dataset}`, 'data-does': 'open' }, name) : name, ' ', h('span', { class: failed ? 'failed' : 'note' }, String(job.state).toLowerCase())),
    !done && !failed && job.state !== 'QUEUED' && h('progress', { max: 1, value: share, 'aria-label': `Progress of ${name}` }),
    facts.length > 0 && h('div', { class: 'note' }, facts.join(', ')),
    failed && job.error && h('p', { class: 'failed' }, job.error.message),
    !done && !failed && does('cancel', 'Cancel', () => act(job.id, 'DELETE', '')),
    failed && does('retry', 'Retry', () => act(job.id, 'POST', '/retry'))
  ].filter(Boolean);
}

async function act(id, method, end) {
  tell(byId('conversions-problem'));
  try {
    await ask(`admin/conversions/${encodeURIComponent(id)}${end}`, { method });
    await show();
  } catch (failure) {
    tell(byId('conversions-problem'), failure.message, true);
  }
}

async function submit() {
  const source = byId('convert-source');
  const dataset = byId('convert-dataset');
  tell(byId('conversions-problem'));
  try {
    await ask('admin/conversions', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ source: source.value.trim(), dataset: dataset.value.trim() })
    });
    source.value = '';
    dataset.value = '';
    await show();
  } catch (failure) {
    tell(byId('conversions-problem'), failure.message, true);
  }
}

export function startConversions() {
  byId('admin-token').addEventListener('submit', event => {
    event.preventDefault();
    useAccess({ admin: byId('token').value.trim() }, isKept());
  });
  byId('convert').addEventListener('submit', event => {
    event.preventDefault();
    submit();
  });
  document.addEventListener('access', show);
  show();
}
