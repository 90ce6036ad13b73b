// Running conversions, for viewers who may see them; everybody else sees nothing of it, or a field for a token.
import { adminHeaders, askJson, useAdminToken } from './api.js';
import { byId, h, tell } from './dom.js';
import { grouped } from './numbers.js';

const POLL_MILLIS = 3000;
const ENDED = ['SUCCEEDED', 'FAILED', 'CANCELLED'];

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
    const [running, newest] = await Promise.all(['state=RUNNING&limit=20', 'limit=20'].map(wanted => askJson(`admin/conversions?${wanted}`, { headers: adminHeaders() })));
    const jobs = new Map([...running.conversions, ...newest.conversions].map(job => [job.id, job]));
    section.hidden = false;
    byId('admin-token').hidden = true;
    draw([...jobs.values()]);
    tell(state, jobs.size === 0 ? 'None so far.' : '');
    timer = setTimeout(show, POLL_MILLIS);
  } catch (failure) {
    // 404: there is no admin surface. 401: there is one, with a token. 403: not from here.
    const asks = failure.status === 401;
    section.hidden = !asks && (section.hidden || failure.status === 404 || failure.status === 403);
    byId('admin-token').hidden = !asks;
    if (asks) {
      running = new Set();
      draw([]);
      tell(state, byId('token').value ? failure.message : '', true);
    } else if (!section.hidden) {
      // What was shown stays, until the service answers again.
      tell(state, failure.message, true);
      timer = setTimeout(show, POLL_MILLIS);
    }
  }
}

/** Only what has changed is touched, so that the focus stays where it is. */
function draw(jobs) {
  const list = byId('jobs');
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const shown = new Map(jobs.map(job => [job.id, job]));
  for (const [id, { line }] of drawn) {
    if (!shown.has(id)) {
      line.remove();
      drawn.delete(id);
    }
  }
  jobs.forEach((job, place) => {
    const text = JSON.stringify(job);
    const before = drawn.get(job.id);
    const line = before?.line ?? h('li');
    if (before?.text !== text) {
      line.replaceChildren(...parts(job));
      drawn.set(job.id, { line, text });
    }
    if (list.children[place] !== line) {
      list.insertBefore(line, list.children[place] ?? null);
    }
  });
  // An element that changes its place loses the focus.
  if (focused && list.contains(focused)) {
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

function parts(job) {
  const progress = job.progress ?? {};
  const share = progress.percent === undefined ? undefined : progress.percent / 100;
  const done = job.state === 'SUCCEEDED';
  const failed = job.state === 'FAILED' || job.state === 'CANCELLED';
  const name = job.dataset;
  return [
    h('div', {}, done ? h('a', { href: `#/${job.dataset}` }, name) : name, ' ', h('span', { class: failed ? 'failed' : 'note' }, String(job.state).toLowerCase())),
    !done && !failed && job.state !== 'QUEUED' && h('progress', { max: 1, value: share, 'aria-label': `Progress of ${name}` }),
    progress.records > 0 && h('span', { class: 'note' }, `${done || share === undefined ? '' : `${Math.floor(progress.percent)} %, `}${grouped(progress.records)} reads`),
    failed && job.error && h('p', { class: 'failed' }, job.error.message)
  ].filter(Boolean);
}

export function startConversions() {
  byId('admin-token').addEventListener('submit', event => {
    event.preventDefault();
    useAdminToken(byId('token').value.trim());
    show();
  });
  show();
}
