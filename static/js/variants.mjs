// Crops and mirror images of a picture, each with a PDQ of its own; the same numbers as cases/hashing/variants.py, which explains them.
// The two blurs and the samples of PDQ are sums with fixed weights: rows are added up as they come, and nothing is kept of them.
import { finish, luminance, usable } from './pdq.mjs';

const PLAIN = .75, LEVELS = 5, FLAT = 8;
// Taken off left, top, right and bottom, in thousandths; of the mirror image? The first is what a frame surrounds.
const centre = (cut, mirrored) => [cut, cut, cut, cut, mirrored];
const CUTS = [[0, 0, 0, 0], ...[25, 40, 60, 80, 95].map(cut => centre(cut)), ...[0, 35, 60, 90].map(cut => centre(cut, true)),
  [0, 60, 0, 0], [0, 120, 0, 0], [0, 0, 0, 60], [0, 0, 0, 120], [0, 70, 0, 70]];

// For each of 64 samples along a side the first pixel that counts for it, and how much each from there on does.
function axis(length) {
  const window = length + 127 >> 7, ahead = (window + 2 >> 1) - 1;
  const around = i => [Math.max(i + ahead - window + 1, 0), Math.min(i + ahead, length - 1)];
  return Array.from({ length: 64 }, (_, j) => {
    const [from, to] = around(Math.floor((j + .5) * length / 64)), first = around(from)[0];
    const weights = new Float64Array(around(to)[1] + 1 - first);
    for (let k = from; k <= to; k++) {
      const [a, b] = around(k), each = 1 / ((to - from + 1) * (b - a + 1));
      for (let i = a; i <= b; i++) weights[i - first] += each;
    }
    return { first, last: first + weights.length - 1, weights };
  });
}

// One variant of a part of a picture: take(row, back, y) gets its rows, and the same rows from right to left.
function variant(width, height, [l, t, r, b, mirrored]) {
  const off = (length, cut) => Math.floor((length * cut + 500) / 1000);
  const left = off(width, l), top = off(height, t), bottom = height - off(height, b), wide = width - left - off(width, r);
  if (wide < 5 || bottom - top < 5) return { take() {}, end: () => '' };
  const across = axis(wide), down = axis(bottom - top), samples = new Float64Array(4096), sums = new Float64Array(64);
  const start = mirrored ? width - left - wide : left;
  let next = 0;
  return {
    take(row, back, y) {
      if (y < top || y >= bottom) return;
      const from = mirrored ? back : row;
      for (let j = 0; j < 64; j++) {
        const { first, weights } = across[j];
        let sum = 0;
        for (let i = 0, x = start + first; i < weights.length; i++, x++) sum += weights[i] * from[x];
        sums[j] = sum;
      }
      y -= top;
      while (next < 64 && down[next].last < y) next++;
      for (let k = next; k < 64 && down[k].first <= y; k++) {
        const weight = down[k].weights[y - down[k].first];
        for (let j = 0; j < 64; j++) samples[k * 64 + j] += weight * sums[j];
      }
    },
    end() {
      const found = finish(Float32Array.from(samples));
      return usable(found) ? found.hash : '';
    },
  };
}

// What a frame or the bars of a screenshot surround: the highest stretch of rows that are not plain, without plain columns.
function frame(width, height) {
  const counts = new Uint32Array(256), gap = Math.max(1, height >> 8), low = new Float32Array(width), high = new Float32Array(width);
  let top = -1, last = 0, best = null;
  const busy = row => {
    counts.fill(0);
    for (let x = 0; x < width; x++) counts[row[x] | 0]++;
    for (let level = 0, within = 0; level < 256; level++) {
      within += counts[level] - (counts[level - LEVELS] ?? 0);
      if (within >= PLAIN * width) return false;
    }
    return true;
  };
  const close = () => {
    if (top >= 0 && !(best?.height > last - top)) best = { top, height: last + 1 - top, low: low.slice(), high: high.slice() };
    top = -1;
  };
  return {
    take(row, y) {
      if (top >= 0 && y - last > gap) close();
      if (busy(row)) {
        if (top < 0) top = y, low.fill(Infinity), high.fill(-Infinity);
        last = y;
      }
      if (top >= 0) for (let x = 0; x < width; x++) low[x] = Math.min(low[x], row[x]), high[x] = Math.max(high[x], row[x]);
    },
    end() {
      close();
      if (!best) return null;
      const wide = x => best.high[x] - best.low[x] > FLAT;
      let left = 0, right = width - 1;
      while (left < width && !wide(left)) left++;
      while (right > left && !wide(right)) right--;
      const box = { left, top: best.top, width: right - left + 1, height: best.height };
      return left < width && box.height * 5 >= height && box.width * 4 >= width && box.width * box.height <= .9 * width * height
        ? box : null;
    },
  };
}

// add(rgba) takes the whole rows that pdq() gets; end() gives {variants: one for each of CUTS, '' where there is none, inside}.
// inside: where a frame was found, a box. Then give the same rows to variants(width, height, inside) and take what that finds.
export function variants(width, height, inside) {
  const box = inside ?? { left: 0, top: 0, width, height }, row = new Float32Array(width), back = new Float32Array(box.width);
  const found = inside ? null : frame(width, height);
  const all = CUTS.map((cut, n) => n || inside ? variant(box.width, box.height, cut) : { take() {}, end: () => '' });
  const part = row.subarray(box.left, box.left + box.width);
  let y = 0;
  return {
    add(rgba) {
      for (let i = 0; i < rgba.length; i += 4 * width, y++) {
        luminance(rgba, i, row);
        found?.take(row, y);
        if (y < box.top || y >= box.top + box.height) continue;
        for (let x = 0; x < box.width; x++) back[box.width - 1 - x] = part[x];
        for (const one of all) one.take(part, back, y - box.top);
      }
    },
    end: () => ({ variants: all.map(one => one.end()), inside: inside ?? found.end() }),
  };
}
