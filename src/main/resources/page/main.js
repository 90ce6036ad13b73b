// The page: a list at the side, and the dataset that the address names.
import { startConversions } from './conversions.js';
import { showDataset } from './dataset.js';
import { byId } from './dom.js';
import { markCurrent, named, startList } from './list.js';
import { startTheme } from './theme.js';


async function start() {
  startTheme();
  startConversions();
  window.addEventListener('hashchange', () => {
    markCurrent();
    showDataset(named());
    window.scrollTo(0, 0);
  });
  document.querySelector('.skip').addEventListener('click', event => {
    event.preventDefault();
    byId('detail').focus();
  });
  const [first] = await startList();
  if (named() === '' && first !== undefined) {
    history.replaceState(null, '', `#/${first}`);
    markCurrent();
  }
  showDataset(named());
}

start();
