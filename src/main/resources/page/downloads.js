// Files for the user: reads as the service streams them, tables and plots as they are shown.
import { ask, streamPath, usesToken } from './api.js';
import { h, tell } from './dom.js';

const SCALE = 2;

export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

export const saveText = (text, name, type) => save(new Blob([text], { type }), name);

/** What stands in a plot, as a file that needs no style sheet; a name that ends in `.png` makes it a picture. */
export async function savePlot(place, name) {
  const plot = place.querySelector('svg');
  if (!plot) {
    return;
  }
  const copy = plot.cloneNode(true);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const styled = [...plot.querySelectorAll('*')];
  [...copy.querySelectorAll('*')].forEach((node, i) => {
    const style = getComputedStyle(styled[i]);
    for (const property of ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'font-size', 'font-family', 'text-anchor']) {
      node.style.setProperty(property, style.getPropertyValue(property));
    }
  });
  const background = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  background.setAttribute('width', '100%');
  background.setAttribute('height', '100%');
  background.setAttribute('fill', getComputedStyle(document.documentElement).getPropertyValue('--card'));
  copy.prepend(background);
  const svg = new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' });
  save(name.endsWith('.png') ? await drawn(svg, plot) : svg, name);
}

async function drawn(svg, plot) {
  const url = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = h('canvas', { width: plot.clientWidth * SCALE, height: plot.clientHeight * SCALE });
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise(done => canvas.toBlob(done, 'image/png'));
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Links to the reads of the region. With a token they are fetched here, because a link has no headers. */
export function readLinks(dataset, locus, state) {
  const links = ['BAM', 'SAM'].map(format => h('a', { class: 'button', id: `download-${format.toLowerCase()}`, onclick: event => fetched(event, format) }, `Reads as ${format}`));
  const address = format => streamPath(dataset.id, { ...locus.region, format });
  const name = format => {
    const { referenceName, start, end } = locus.region;
    return `${dataset.id.split('/').pop()}.${referenceName}_${start + 1}-${end}.${format.toLowerCase()}`;
  };
  const update = () =>
    links.forEach((link, i) => {
      const format = ['BAM', 'SAM'][i];
      link.href = address(format);
      link.download = name(format);
    });

  async function fetched(event, format) {
    if (!usesToken()) {
      return;
    }
    event.preventDefault();
    tell(state, `Fetching ${format}…`);
    try {
      save(await (await ask(address(format))).blob(), name(format));
      tell(state);
    } catch (failure) {
      tell(state, `The download broke off: ${failure.message}`, true);
    }
  }

  update();
  locus.follow(update);
  return links;
}
