// Plots as SVG, from values alone. They are drawn for the width that they have, so that their text keeps its size.
import { h, s } from './dom.js';
import { bases, depth, grouped, short } from './numbers.js';

const LEFT = 66;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 42;
const PIXELS_OF_LABEL = 92;

/** A place that draws itself again whenever its width changes. @param draw makes the plot of a width */
export function fitted(draw) {
  const place = h('div', { class: 'fitted' });
  let width = 0;
  new ResizeObserver(() =>
    requestAnimationFrame(() => {
      const now = Math.floor(place.clientWidth);
      if (now > 0 && now !== width) {
        width = now;
        place.replaceChildren(draw(now));
      }
    })
  ).observe(place);
  return place;
}

/** Round numbers between two others, a step of 1, 2 or 5 times a power of ten. */
function ticks(from, to, most) {
  const raw = Math.max((to - from) / Math.max(1, most), 1e-9);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(n => n * power).find(n => n >= raw * 0.999) ?? power * 10;
  const found = [];
  for (let at = Math.ceil(from / step) * step; at <= to + step * 1e-6; at += step) {
    found.push(+at.toPrecision(12));
  }
  return found;
}

/** Both axes with their ticks, units and titles. @param x and y give pixels of values */
function frame(width, height, { x, y, xTicks, yTicks, xText, yText, xTitle, yTitle }) {
  const bottom = TOP + height;
  return [
    yTicks.map(value => s('path', { class: 'grid', d: `M${LEFT} ${y(value).toFixed(1)}H${width - RIGHT}` })),
    yTicks.map(value => s('text', { x: LEFT - 6, y: (y(value) + 4).toFixed(1), 'text-anchor': 'end' }, yText(value))),
    s('path', { class: 'axis', d: `M${LEFT} ${TOP}V${bottom}H${width - RIGHT}` }),
    xTicks.map(value => s('path', { class: 'axis', d: `M${x(value).toFixed(1)} ${bottom}v4` })),
    xTicks.map(value => s('text', { x: x(value).toFixed(1), y: bottom + 17, 'text-anchor': anchor(x(value), width) }, xText(value))),
    s('text', { class: 'title', x: (LEFT + width - RIGHT) / 2, y: bottom + 35, 'text-anchor': 'middle' }, xTitle),
    s('text', { class: 'title', x: 13, y: TOP + height / 2, 'text-anchor': 'middle', transform: `rotate(-90 13 ${TOP + height / 2})` }, yTitle)
  ];
}

const anchor = (at, width) => (at > width - RIGHT - 40 ? 'end' : at < LEFT + 24 ? 'start' : 'middle');

/**
 * Depth along positions: an area, its axes, and a bin's figures under the pointer.
 * @param coverage the service's answer
 * @param marked a region to mark, or undefined
 * @param choose called with a start and an end when bins are clicked or dragged over, or undefined
 */
export function depthPlot(width, coverage, label, marked, choose) {
  const height = 150;
  const bins = coverage.bins;
  const from = coverage.start;
  const to = Math.max(from + 1, bins.length ? bins[bins.length - 1].end : coverage.end);
  const highest = Math.max(...bins.map(bin => bin.depth)) || 1;
  const x = position => LEFT + ((position - from) / (to - from)) * (width - LEFT - RIGHT);
  const y = value => TOP + height * (1 - value / highest);
  const bottom = TOP + height;
  const path = bins.map(bin => `V${y(bin.depth).toFixed(1)}H${x(bin.end).toFixed(2)}`).join('');
  const unit = to - from >= 5e6 ? [1e6, 'Mb'] : to - from >= 5e4 ? [1e3, 'kb'] : [1, 'bp'];
  const xTicks = ticks(from / unit[0], to / unit[0], (width - LEFT - RIGHT) / PIXELS_OF_LABEL).map(value => value * unit[0]);
  const plot = s(
    'svg',
    { class: choose ? 'plot chosen' : 'plot', viewBox: `0 0 ${width} ${bottom + BOTTOM}`, width, height: bottom + BOTTOM, role: 'img', 'aria-label': label },
    frame(width, height, {
      x,
      y,
      // The first position is 1.
      xTicks: xTicks.map(value => (value === 0 && unit[0] === 1 ? 1 : value)),
      yTicks: ticks(0, highest, 4),
      xText: value => (value === 0 ? '1 bp' : grouped(+(value / unit[0]).toFixed(2))),
      yText: value => short(+value.toPrecision(3)),
      xTitle: `position on ${coverage.referenceName} (${unit[1]})`,
      yTitle: 'depth (×)'
    }),
    s('path', { class: coverage.exact ? 'area' : 'area rough', d: `M${LEFT} ${bottom}${path}V${bottom}Z` }),
    marked && mark(marked, x, from, to, bottom),
    bins.map(bin =>
      s(
        'rect',
        { class: 'hit', x: x(bin.start).toFixed(2), y: TOP, width: Math.max(0.5, x(bin.end) - x(bin.start)).toFixed(2), height },
        s('title', {}, `${grouped(bin.start + 1)} to ${grouped(bin.end)} (${bases(bin.end - bin.start)}): ${depth(bin.depth)}`)
      )
    )
  );
  if (choose) {
    drag(plot, bins, choose);
  }
  return plot;
}

function mark({ start, end }, x, from, to, bottom) {
  if (end <= from || start >= to) {
    return undefined;
  }
  const left = x(Math.max(start, from));
  const right = x(Math.min(end, to));
  const wide = Math.max(3, right - left);
  return s('rect', { class: 'mark', x: ((left + right - wide) / 2).toFixed(2), y: TOP, width: wide.toFixed(2), height: bottom - TOP });
}

/** From the bin where the pointer goes down to the one where it comes up. */
function drag(plot, bins, choose) {
  const hits = [...plot.querySelectorAll('.hit')];
  let first = -1;
  const at = event => {
    const box = hits[0].getBoundingClientRect();
    const end = hits[hits.length - 1].getBoundingClientRect();
    const share = (event.clientX - box.left) / (end.right - box.left);
    return Math.max(0, Math.min(bins.length - 1, Math.floor(share * bins.length)));
  };
  const select = (a, b) => hits.forEach((hit, i) => hit.classList.toggle('selected', i >= Math.min(a, b) && i <= Math.max(a, b)));
  plot.addEventListener('pointerdown', event => {
    if (event.button === 0 && event.target.classList.contains('hit')) {
      first = at(event);
    }
  });
  plot.addEventListener('pointermove', event => first >= 0 && select(first, at(event)));
  plot.addEventListener('pointerleave', () => {
    first = -1;
    select(1, 0);
  });
  plot.addEventListener('pointerup', event => {
    if (first >= 0) {
      const last = at(event);
      choose(bins[Math.min(first, last)].start, bins[Math.max(first, last)].end);
      first = -1;
      select(1, 0);
    }
  });
}

/** Counts of values: a histogram with as many bars as counts. @param edges one more than counts */
export function histogram(width, { counts, edges, label, title, second = false, format = short }) {
  const height = 130;
  const highest = Math.max(1, ...counts);
  const inner = width - LEFT - RIGHT;
  const first = edges[0];
  const last = edges[edges.length - 1];
  const x = value => LEFT + ((value - first) / (last - first || 1)) * inner;
  const y = value => TOP + height * (1 - value / highest);
  return s(
    'svg',
    { class: 'plot', viewBox: `0 0 ${width} ${TOP + height + BOTTOM}`, width, height: TOP + height + BOTTOM, role: 'img', 'aria-label': label },
    frame(width, height, {
      x,
      y,
      xTicks: ticks(first, last, inner / PIXELS_OF_LABEL),
      yTicks: ticks(0, highest, 4).filter(Number.isInteger),
      xText: format,
      yText: short,
      xTitle: title,
      yTitle: 'reads'
    }),
    counts.map((count, i) => {
      const wide = x(edges[i + 1]) - x(edges[i]);
      return s(
        'rect',
        { class: second ? 'bar second' : 'bar', x: (x(edges[i]) + wide * 0.06).toFixed(2), y: y(count).toFixed(2), width: (wide * 0.88).toFixed(2), height: ((height * count) / highest).toFixed(2) },
        s('title', {}, `${format(edges[i])} to ${format(edges[i + 1])}: ${grouped(count)} reads`)
      );
    })
  );
}

/** A bar of a share between 0 and 1. */
export function shareBar(share) {
  return s('svg', { viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, s('rect', { width: (100 * share).toFixed(2), height: 10 }));
}
