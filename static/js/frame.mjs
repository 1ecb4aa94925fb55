// A page that came as an answer to a script, put in the place of the one that is here, so that what the script holds in memory stays.
export const parse = html => new DOMParser().parseFromString(html, 'text/html');

// Everything around <main>: style sheets, and in another language the words. The exit button stays itself: site.mjs listens on it.
export function frame(incoming) {
  const root = document.documentElement, theirs = incoming.documentElement;
  for (const sheet of incoming.querySelectorAll('head link[rel=stylesheet]')) {
    const have = document.head.querySelector(`link[href="${sheet.getAttribute('href')}"]`);
    if (!have) document.head.append(document.adoptNode(sheet));
  }
  document.title = incoming.title;
  if (root.lang === theirs.lang) return;
  root.lang = theirs.lang;
  root.dir = theirs.dir;
  for (const part of ['.skip', '.brand', '.swap', '.demo', 'body > footer']) {
    const [mine, other] = [document, incoming].map(page => page.querySelector(part));
    if (mine && other) mine.replaceWith(document.adoptNode(other));
  }
  const [mine, other] = [document, incoming].map(page => page.querySelector('.exit'));
  for (const { name, value } of other.attributes) mine.setAttribute(name, value);
  [...mine.childNodes].find(node => node.nodeType === 3 && node.data.trim()).data = other.textContent.trim();
}
