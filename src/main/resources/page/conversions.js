// Running conversions, for viewers who may see them; everybody else sees nothing of it, or a field for a token.
import { adminHeaders, askJson, useAdminToken } from './api.js';
import { byId, h, tell } from './dom.js';
import { grouped } from './numbers.js';

const POLL_MILLIS = 3000;

let timer;

async function show() {
  clearTimeout(timer);
  const section = byId('conversions');
  const state = byId('conversions-state');
  try {
    const answer = await askJson('admin/conversions?limit=20', { headers: adminHeaders() });
    const jobs = answer.conversions;
    section.hidden = false;
    byId('admin-token').hidden = true;
    byId('jobs').replaceChildren(...jobs.map(item));
    tell(state, jobs.length === 0 ? 'None so far.' : '');
    timer = setTimeout(show, POLL_MILLIS);
  } catch (failure) {
    // 404: there is no admin surface. 401: there is one, with a token. 403: not from here.
    const asks = failure.status === 401;
    section.hidden = !asks && section.hidden;
    if (failure.status === 404 || failure.status === 403) {
      section.hidden = true;
      return;
    }
    byId('admin-token').hidden = !asks;
    byId('jobs').replaceChildren();
    tell(state, asks && !byId('token').value ? '' : failure.message, !asks || Boolean(byId('token').value));
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
    progress.records > 0 && h('span', { class: 'note' }, `${grouped(progress.records)} reads`),
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
