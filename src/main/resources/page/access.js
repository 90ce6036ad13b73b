// The place to give tokens and links, which this page needs for datasets that are not public and for conversions.
import { access, isKept, parseLink, useAccess } from './api.js';
import { byId, tell } from './dom.js';

export function openAccess() {
  const dialog = byId('access');
  byId('reader-token').value = access().reader;
  byId('admin-token-field').value = access().admin;
  byId('link').value = '';
  byId('keep').checked = isKept();
  tell(byId('access-state'));
  dialog.showModal();
  byId('reader-token').focus();
}

export function startAccess() {
  const dialog = byId('access');
  byId('open-access').addEventListener('click', openAccess);
  byId('close-access').addEventListener('click', () => dialog.close());
  byId('forget').addEventListener('click', () => {
    useAccess({ reader: '', admin: '', links: {} }, false);
    dialog.close();
  });
  byId('access-form').addEventListener('submit', event => {
    event.preventDefault();
    use();
  });
  mark();
  document.addEventListener('access', mark);

  function use() {
    const text = byId('link').value.trim();
    const link = text ? parseLink(text) : null;
    if (text && !link) {
      tell(byId('access-state'), 'This is no link of this service: it has /t/, a token, and /reads/ or /files/ with a dataset.', true);
      return;
    }
    const links = link ? { ...access().links, [link.id]: link.token } : access().links;
    useAccess({ reader: clean('reader-token'), admin: clean('admin-token-field'), links }, byId('keep').checked);
    dialog.close();
    if (link) {
      location.hash = `#/${link.id}`;
    }
  }
}

/** People paste the whole header, too. */
const clean = id => byId(id).value.trim().replace(/^(authorization:\s*)?bearer\s+/i, '');

function mark() {
  const { reader, admin, links } = access();
  const given = [reader && 'reader token', admin && 'admin token', Object.keys(links).length > 0 && 'link'].filter(Boolean);
  byId('open-access').textContent = given.length > 0 ? `Access: ${given.join(', ')}` : 'Access';
}
