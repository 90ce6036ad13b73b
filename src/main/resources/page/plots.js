// Plots as SVG, from values alone.
import { s } from './dom.js';
import { bases, depth, grouped, short } from './numbers.js';

const WIDTH = 900;

/**
 * Depth along positions: an area, its scale, and a bin's figures under the pointer.
 * @param bins with start, end and depth
 */
export function depthPlot(bins, exact, label) {
  const top = 8;
  const plot = 150;
  const highest = Math.max(1e-9, ...bins.map(bin => bin.depth));
  const from = bins.length ? bins[0].start : 0;
  const length = Math.max(1, (bins.length ? bins[bins.length - 1].end : 1) - from);
  const x = position => ((position - from) / length) * WIDTH;
  const y = value => top + plot * (1 - value / highest);
  const path = bins.map(bin => `V${y(bin.depth).toFixed(1)}H${x(bin.end).toFixed(2)}`).join('');
  return s(
    'svg',
    { class: 'plot', viewBox: `0 0 ${WIDTH} ${top + plot + 22}`, role: 'img', 'aria-label': label },
    s('path', { class: exact ? 'area' : 'area rough', d: `M0 ${top + plot}${path}V${top + plot}Z` }),
    s('path', { class: 'axis', d: `M0 ${top + plot + 0.5}H${WIDTH}M0 ${top + 0.5}H${WIDTH}` }),
    s('text', { x: 4, y: top + 12 }, depth(highest)),
    ticks(from, length).map(position => s('text', { x: Math.min(WIDTH - 60, x(position)), y: top + plot + 16 }, grouped(position))),
    bins.map(bin =>
      s(
        'rect',
        { class: 'hit', x: x(bin.start).toFixed(2), y: top, width: Math.max(0.5, x(bin.end) - x(bin.start)).toFixed(2), height: plot },
        s('title', {}, `${grouped(bin.start)} to ${grouped(bin.end)} (${bases(bin.end - bin.start)}): ${depth(bin.depth)}`)
      )
    )
  );
}

function ticks(from, length) {
  const raw = length / 6;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, raw)));
  const step = [1, 2, 5, 10].map(n => n * power).find(n => n >= raw) ?? power;
  const positions = [];
  for (let at = Math.ceil(from / step) * step; at < from + length; at += Math.max(1, step)) {
    positions.push(at);
  }
  return positions;
}

/** Counts of values: a histogram with as many bars as counts. @param edges one more than counts */
export function histogram(counts, edges, label, second = false) {
  const width = 420;
  const plot = 120;
  const highest = Math.max(1, ...counts);
  const bar = width / counts.length;
  return s(
    'svg',
    { class: 'plot', viewBox: `0 0 ${width} ${plot + 26}`, role: 'img', 'aria-label': label },
    counts.map((count, i) =>
      s(
        'rect',
        {
          class: second ? 'bar second' : 'bar',
          x: (i * bar + bar * 0.06).toFixed(2),
          y: (plot * (1 - count / highest)).toFixed(2),
          width: (bar * 0.88).toFixed(2),
          height: ((plot * count) / highest).toFixed(2)
        },
        s('title', {}, `${edges[i]} to ${edges[i + 1]}: ${grouped(count)} reads`)
      )
    ),
    s('path', { class: 'axis', d: `M0 ${plot + 0.5}H${width}` }),
    s('text', { x: 0, y: plot + 17 }, short(edges[0])),
    s('text', { x: width / 2, y: plot + 17, 'text-anchor': 'middle' }, short(edges[Math.floor(counts.length / 2)])),
    s('text', { x: width, y: plot + 17, 'text-anchor': 'end' }, short(edges[counts.length]))
  );
}

/** A bar of a share between 0 and 1. */
export function shareBar(share) {
  return s('svg', { viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, s('rect', { width: (100 * share).toFixed(2), height: 10 }));
}
