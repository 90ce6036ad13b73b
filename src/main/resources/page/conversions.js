// Running conversions, for viewers who may see them; everybody else sees nothing of it, or a field for a token.
import { adminHeaders, askJson, useAdminToken } from './api.js';
import { byId, h, tell } from './dom.js';
import { grouped } from './numbers.js';

const POLL_MILLIS = 3000;
const ENDED = ['SUCCEEDED', 'FAILED', 'CANCELLED'];

let timer;
let drawn = '';
let unfinished = new Set();

async function show() {
  clearTimeout(timer);
  const section = byId('conversions');
  const state = byId('conversions-state');
  try {
    const answer = await askJson('admin/conversions?limit=20', { headers: adminHeaders() });
    section.hidden = false;
    byId('admin-token').hidden = true;
    draw(answer.conversions);
    tell(state, answer.conversions.length === 0 ? 'None so far.' : '');
    timer = setTimeout(show, POLL_MILLIS);
  } catch (failure) {
    // 404: there is no admin surface. 401: there is one, with a token. 403: not from here.
    const asks = failure.status === 401;
    section.hidden = !asks && (section.hidden || failure.status === 404 || failure.status === 403);
    byId('admin-token').hidden = !asks;
    if (asks) {
      draw([]);
      tell(state, byId('token').value ? failure.message : '', true);
    } else if (!section.hidden) {
      // What was shown stays, until the service answers again.
      tell(state, failure.message, true);
      timer = setTimeout(show, POLL_MILLIS);
    }
  }
}

/** Only what has changed is drawn again, so that the focus stays where it is. */
function draw(jobs) {
  const text = JSON.stringify(jobs);
  if (text === drawn) {
    return;
  }
  drawn = text;
  byId('jobs').replaceChildren(...jobs.map(item));
  const made = jobs.some(job => job.state === 'SUCCEEDED' && unfinished.has(job.id));
  unfinished = new Set(jobs.filter(job => !ENDED.includes(job.state)).map(job => job.id));
  if (made) {
    document.dispatchEvent(new Event('converted'));
  }
}

function item(job) {
  const progress = job.progress ?? {};
  const share = progress.percent === undefined ? undefined : progress.percent / 100;
  const done = job.state === 'SUCCEEDED';
  const failed = job.state === 'FAILED' || job.state === 'CANCELLED';
  const name = job.dataset;
  return h(
    'li',
    {},
    h('div', {}, done ? h('a', { href: `#/${job.dataset}` }, name) : name, ' ', h('span', { class: failed ? 'failed' : 'note' }, String(job.state).toLowerCase())),
    !done && !failed && h('progress', { max: 1, value: share, 'aria-label': `Progress of ${name}` }),
    progress.records > 0 && h('span', { class: 'note' }, `${done || share === undefined ? '' : `${Math.floor(progress.percent)} %, `}${grouped(progress.records)} reads`),
    failed && job.error && h('p', { class: 'failed' }, job.error.message)
  );
}

export function startConversions() {
  byId('admin-token').addEventListener('submit', event => {
    event.preventDefault();
    useAdminToken(byId('token').value.trim());
    show();
  });
  show();
}
