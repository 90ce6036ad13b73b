// The page: a list at the side, and the dataset and the region that the address names.
import { startAccess } from './access.js';
import { readAddress } from './address.js';
import { startConversions } from './conversions.js';
import { refreshDataset, showAddress } from './dataset.js';
import { byId } from './dom.js';
import { markCurrent, reloadList, startList } from './list.js';
import { startTheme } from './theme.js';

/** On a narrow screen either the list or the dataset is shown. */
function showList(wanted) {
  document.body.classList.toggle('listing', wanted);
  byId('show-list').setAttribute('aria-expanded', String(wanted));
}

async function start() {
  startTheme();
  startAccess();
  startConversions();
  let shown = readAddress().id;
  window.addEventListener('popstate', () => {
    const { id } = readAddress();
    markCurrent();
    showAddress();
    if (id !== shown) {
      window.scrollTo(0, 0);
    }
    shown = id;
    showList(id === '');
  });
  byId('show-list').addEventListener('click', () => showList(!document.body.classList.contains('listing')));
  byId('datasets').addEventListener('click', event => event.target.closest('a') && showList(false));
  document.querySelector('.skip').addEventListener('click', event => {
    event.preventDefault();
    byId('detail').focus();
  });
  document.addEventListener('access', () => {
    reloadList().then(openFirst);
    refreshDataset();
  });
  openFirst(await startList());
  showAddress();
}

function openFirst(ids) {
  const { id } = readAddress();
  if (id === '' && ids.length > 0) {
    history.replaceState(null, '', `#/${ids[0]}`);
    markCurrent();
    showAddress();
  }
}

start();
