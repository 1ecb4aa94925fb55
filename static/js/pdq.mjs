// PDQ, the 256-bit hash of what a picture shows; the same steps and rounding as cases/hashing/pdq.py, which explains them.
const SCALE = Math.fround(Math.sqrt(2 / 64));
const DCT = Float32Array.from({ length: 16 * 64 },
  (_, k) => SCALE * Math.cos(Math.PI / 2 / 64 * ((k >> 6) + 1) * (2 * (k & 63) + 1)));

// Brightness of RGBA bytes, written to `luma` from `at` on.
export function brightness(rgba, luma, at) {
  for (let i = 0; i < rgba.length; i += 4) luma[at++] = rgba[i] * .299 + rgba[i + 1] * .587 + rgba[i + 2] * .114;
}

// Mean over a window of rows around each row. Sums live in a Float32Array: they must round as the reference's do.
function blurDown(from, to, width, height, window) {
  const sum = new Float32Array(width), ahead = (window + 2 >> 1) - 1;
  for (let y = -ahead; y < height; y++) {
    const last = (y + ahead) * width, first = last - window * width, row = y * width;
    const n = Math.min(y + ahead, height - 1) - Math.max(y + ahead - window, -1);
    if (last < from.length) for (let x = 0; x < width; x++) sum[x] += from[last + x];
    if (first >= 0) for (let x = 0; x < width; x++) sum[x] -= from[first + x];
    if (y >= 0) for (let x = 0; x < width; x++) to[row + x] = sum[x] / n;
  }
}

// The same along each row.
function blurAcross(from, to, width, window) {
  const ahead = (window + 2 >> 1) - 1, round = Math.fround;
  for (let row = 0; row < from.length; row += width) {
    for (let x = -ahead, n = 0, sum = 0; x < width; x++) {
      const last = x + ahead, first = last - window;
      if (last < width) sum = round(sum + from[row + last]), n++;
      if (first >= 0) sum = round(sum - from[row + first]), n--;
      if (x >= 0) to[row + x] = sum / n;
    }
  }
}

function sample(luma, width, height) {
  if (width === 64 && height === 64) return luma;
  const other = new Float32Array(luma.length), out = new Float32Array(4096);
  for (let pass = 0; pass < 2; pass++) {
    blurAcross(luma, other, width, width + 127 >> 7);
    blurDown(other, luma, width, height, height + 127 >> 7);
  }
  for (let k = 0; k < 4096; k++) {
    out[k] = luma[Math.floor(((k >> 6) + .5) * height / 64) * width + Math.floor(((k & 63) + .5) * width / 64)];
  }
  return out;
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

// {hash: 64 hex digits, quality: 0 … 100} of width × height brightness values, which are used up.
export function pdq(luma, width, height) {
  if (width < 5 || height < 5) return { hash: '0'.repeat(64), quality: 0 };
  const s = sample(luma, width, height), round = Math.fround;
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
