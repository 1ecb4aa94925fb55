// Works out one picture's fingerprint at a time, away from the page. In: {id, file, side?}. Out, by id: {progress: 0 … 1}, then
// {value: "pdq:quality:sha256:md5", sha} or {refused: "fail" | "heic" | "flat" | "big"}. Nothing is kept and nothing is sent.
import { brightness, pdq } from './pdq.mjs';
import { hex, md5 } from './md5.mjs';

const MIN_QUALITY = 50, MOST_BYTES = 2 ** 27, MOST_PIXELS = 4e7, REDUCED = 1024, STRIP = 256;

// Full size where memory allows: then the hash equals the server's bit for bit. Reduced, it may differ by a few bits.
function size({ width, height }, side) {
  side ??= navigator.deviceMemory <= 2 || width * height > MOST_PIXELS ? REDUCED : Infinity;
  return [width, height].map(length => Math.max(1, Math.round(length * Math.min(1, side / Math.max(width, height)))));
}

// Turned upright, colour profile ignored, see-through parts on white; read strip by strip, so that RGBA is never held whole.
async function decode(file, side) {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image', colorSpaceConversion: 'none' });
  const [width, height] = size(picture, side), luma = new Float32Array(width * height);
  const canvas = new OffscreenCanvas(width, Math.min(height, STRIP)).getContext('2d', { willReadFrequently: true });
  canvas.imageSmoothingQuality = 'high';
  canvas.fillStyle = '#fff';
  for (let top = 0; top < height; top += STRIP) {
    const rows = Math.min(STRIP, height - top);
    canvas.fillRect(0, 0, width, rows);
    canvas.drawImage(picture, 0, -top, width, height);
    brightness(canvas.getImageData(0, 0, width, rows).data, luma, top * width);
  }
  picture.close();
  return [luma, width, height];
}

const isHeic = bytes => /^ftyp(hei|hev|mif|msf)/.test(String.fromCharCode(...new Uint8Array(bytes.slice(4, 12))));

async function fingerprint(file, side, progress) {
  if (file.size > MOST_BYTES) return { refused: 'big' };
  const bytes = await file.arrayBuffer();
  progress(.1);
  const sha = hex(await crypto.subtle.digest('SHA-256', bytes)), md = md5(bytes);
  progress(.3);
  try {
    const picture = await decode(file, side);
    progress(.6);
    const { hash, quality } = pdq(...picture);
    return quality < MIN_QUALITY ? { refused: 'flat' } : { value: [hash, quality, sha, md].join(':'), sha };
  } catch {
    return { refused: isHeic(bytes) ? 'heic' : 'fail' };
  }
}

let turn = Promise.resolve();                 // one at a time, whatever arrives: a decoded picture is large
addEventListener('message', ({ data: { id, file, side } }) => {
  turn = turn.then(() => fingerprint(file, side, progress => postMessage({ id, progress })))
    .catch(() => ({ refused: 'fail' })).then(result => postMessage({ id, ...result }));
});
