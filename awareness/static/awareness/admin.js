/* Wagtail's editor, two additions. What Wagtail would write as inline scripts stands in data attributes
   (awareness/csp.py), so that the policy can stay script-src 'self'; and what is typed in a language has its direction. */
const directions = JSON.parse(document.currentScript.dataset.directions);

function start(mark) {
  const { make, call, arguments: json } = mark.dataset;
  const target = window[make || call];
  if (!target) return;                                  // its script is still loading; the next look finds it
  const values = JSON.parse(json);
  if (typeof values[0] === "string" && !document.getElementById(values[0])) return;
  mark.removeAttribute(make ? "data-make" : "data-call");
  make ? new target(...values) : target(...values);
}

function direct(field, language) {
  if (field.lang === language) return;
  field.lang = language;
  field.dir = directions[language];
}

const TYPED = 'input[type="text"], textarea, [contenteditable="true"]';

function look() {
  document.querySelectorAll("[data-make], [data-call]").forEach(start);
  for (const language of Object.keys(directions)) {
    document.querySelectorAll(`[name$="_${language}"]`).forEach((field) => direct(field, language));
    document.querySelectorAll(`[data-contentpath$="_${language}"]`).forEach((panel) =>
      panel.querySelectorAll(TYPED).forEach((field) => direct(field, language)));
  }
}

document.addEventListener("DOMContentLoaded", () => {
  let waiting = false;
  look();
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; look(); });
  }).observe(document.body, { childList: true, subtree: true });
});
window.addEventListener("load", look);
