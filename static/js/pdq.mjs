// PDQ, the 256-bit hash of what a picture shows; the same steps and rounding as cases/hashing/pdq.py, which explains them.
// Rows come in strips and go through both blurs at once, so that a large picture is never held as numbers.
const SCALE = Math.fround(Math.sqrt(2 / 64)), MIN_QUALITY = 50, FEWEST_BITS = 64;
const DCT = Float32Array.from({ length: 16 * 64 },
  (_, k) => SCALE * Math.cos(Math.PI / 2 / 64 * ((k >> 6) + 1) * (2 * (k & 63) + 1)));

// Mean over a window along one row.
function blurAcross(from, to, window) {
  const ahead = (window + 2 >> 1) - 1, round = Math.fround;
  for (let x = -ahead, n = 0, sum = 0; x < to.length; x++) {
    const last = x + ahead, first = last - window;
    if (last < to.length) sum = round(sum + from[last]), n++;
    if (first >= 0) sum = round(sum - from[first]), n--;
    if (x >= 0) to[x] = sum / n;
  }
}

// Takes rows from the top; gives each, blurred across and down, to next(row, y). Sums live in a Float32Array: they must
// round as the reference's do.
function blur(width, height, next) {
  const window = height + 127 >> 7, ahead = (window + 2 >> 1) - 1, held = new Float32Array(width * window);
  const row = new Float32Array(width), sum = new Float32Array(width), mean = new Float32Array(width);
  let last = 0;
  const down = more => {
    const slot = last % window * width, first = last - window, n = Math.min(last, height - 1) - Math.max(first, -1);
    if (more) for (let x = 0; x < width; x++) sum[x] += row[x];
    if (first >= 0) for (let x = 0; x < width; x++) sum[x] -= held[slot + x];
    if (more) held.set(row, slot);
    if (last++ < ahead) return;
    for (let x = 0; x < width; x++) mean[x] = sum[x] / n;
    next(mean, last - 1 - ahead);
  };
  return from => {
    blurAcross(from, row, width + 127 >> 7);
    down(true);
    if (last === height) for (let i = 0; i < ahead; i++) down(false);
  };
}

// rows × 64 of `a` times 16 × 64 of `b`, transposed: sums of 64 products, term by term.
function product(a, b, rows, columns, at) {
  const out = new Float32Array(rows * columns), round = Math.fround;
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) {
    let sum = 0;
    for (let k = 0; k < 64; k++) sum = round(sum + round(a[i * 64 + k] * b[at(j, k)]));
    out[i * columns + j] = sum;
  }
  return out;
}

// How bright each pixel of a row is, from RGBA at `i` on; where the next row begins.
export function luminance(rgba, i, row) {
  for (let x = 0; x < row.length; x++, i += 4) row[x] = rgba[i] * .299 + rgba[i + 1] * .587 + rgba[i + 2] * .114;
  return i;
}

// add(rgba) takes whole rows as they come; end() gives {hash: 64 hex digits, quality: 0 … 100}.
export function pdq(width, height) {
  const luma = new Float32Array(width), samples = new Float32Array(4096);
  let kept = 0, rows = 0;
  const keep = (row, y) => {
    for (; kept < 64 && Math.floor((kept + .5) * height / 64) === y; kept++) {
      for (let j = 0; j < 64; j++) samples[kept * 64 + j] = row[Math.floor((j + .5) * width / 64)];
    }
  };
  const take = width === 64 && height === 64 ? row => keep(row, rows) : blur(width, height, blur(width, height, keep));
  return {
    add(rgba) {
      for (let i = 0; i < rgba.length; rows++) {
        i = luminance(rgba, i, luma);
        take(luma);
      }
    },
    end: () => width < 5 || height < 5 ? { hash: '0'.repeat(64), quality: 0 } : finish(samples),
  };
}

// Whether a picture can be told from others by it: not too flat, and not with hardly a bit set, as plain stripes are. The server
// refuses other hashes, and with them the report.
export function usable({ hash, quality }) {
  let bits = 0;
  for (const digit of hash) for (let left = parseInt(digit, 16); left; left &= left - 1) bits++;
  return quality >= MIN_QUALITY && bits >= FEWEST_BITS;
}

// From the 64 × 64 samples of a blurred picture.
export function finish(s) {
  const round = Math.fround;
  let steps = 0, hash = '';
  const step = (a, b) => { steps += Math.abs(Math.trunc(round(round(round(a - b) * 100) / 255))); };
  for (let k = 0; k < 4096; k++) {
    if (k < 4032) step(s[k], s[k + 64]);
    if ((k & 63) < 63) step(s[k], s[k + 1]);
  }
  const down = product(DCT, s, 16, 64, (j, k) => k * 64 + j), both = product(down, DCT, 16, 16, (j, k) => j * 64 + k);
  const median = both.slice().sort()[127];
  for (let k = 252; k >= 0; k -= 4) {
    hash += [3, 2, 1, 0].reduce((digit, bit) => digit * 2 + (both[k + bit] > median), 0).toString(16);
  }
  return { hash, quality: Math.min(100, Math.floor(steps / 90)) };
}
