// Pictures out of a video: a second apart, or 2, 4, 8 … where more than 60 would come of it, so that a copy whose end was cut off
// has its pictures at the same times. The video is never put on the page.
const MOST = 60, PATIENCE = 15, SECOND = 1000, DAY = 86_400;

// Waits for one of these events of the video; throws if it fails, is or was cancelled, or nothing comes. Only seconds in which the page is seen
// count: behind another app a phone decodes nothing, and whoever comes back finds it going on.
async function happens(video, names, signal) {
  const over = new AbortController(), once = { signal: over.signal };
  let late, left = PATIENCE;
  try {
    await new Promise((resolve, reject) => {
      if (signal.aborted) reject();
      late = setInterval(() => document.hidden || --left || reject(), SECOND);
      for (const name of names) video.addEventListener(name, resolve, once);
      video.addEventListener('error', reject, once);
      signal.addEventListener('abort', reject, once);
    });
  } finally {
    clearInterval(late);
    over.abort();
  }
}

async function seek(video, at, signal) {
  video.currentTime = at;
  await happens(video, ['seeked'], signal);
}

// A busy phone may say that it has wound there before it has decoded anything to show.
async function shown(video, at, signal) {
  await seek(video, at, signal);
  if (video.readyState < video.HAVE_CURRENT_DATA) await happens(video, ['loadeddata', 'canplay'], signal);
  return createImageBitmap(video);
}

// What was recorded as it came does not say how long it is: the end does.
async function length(video, signal) {
  if (!Number.isFinite(video.duration)) await seek(video, 1e7, signal);
  return Number.isFinite(video.duration) ? video.duration : video.currentTime;
}

// hash(ImageBitmap) → {hash, quality}, or {} if it is too flat. Gives {lines: texts "milliseconds.quality.hash", whole: was all of it
// looked at?}; no line if this browser cannot show the video.
export async function frames(file, hash, { signal, progress }) {
  const video = Object.assign(document.createElement('video'), { muted: true, playsInline: true, preload: 'auto' });
  const lines = [], url = URL.createObjectURL(file);
  let whole = false;
  try {
    const ready = happens(video, ['loadedmetadata'], signal);
    video.src = url;
    await ready;
    const end = Math.min(await length(video, signal), DAY), step = 2 ** Math.max(0, Math.ceil(Math.log2(end / MOST)));
    for (let at = 0; at < end && at < MOST * step && video.videoWidth; at += step) {
      const frame = await hash(await shown(video, at, signal));
      if (frame.hash) lines.push(`${at * 1000}.${frame.quality}.${frame.hash}`);
      progress(at / end);
    }
    whole = true;
  } catch (error) {
    if (signal.aborted) throw error;                       // else what was seen until then counts
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  }
  return { lines, whole };
}
