// The typed steps, the answers read over, the receipt code and Send. Loaded with the first of them, and so are the checks.
import { clean, digits } from './checks.mjs';
import { comforts } from './comforts.mjs';
import * as errors from './errors.mjs';
import { ASKED, ask, back, form, here, root, show, stop, take, views } from './flow.mjs';
import * as page from './page.mjs';
import * as post from './post.mjs';
import * as sealing from './seal.mjs';
import { list } from './summary.mjs';

const ACTS = /^(share_hashes|ask_platform|pass_police|pass_pta)$/, LAST_GROUP = -4, TRIES = 3;
const passed = new Set();                          // steps that Continue has left
let told, notes, to, report, row, sent;   // `told`: the data that came with the steps; `to`: keys, checked
let reviewed = false;

const checked = name => clean(form(name), { rules: told.rules[name], words: told.words });
const tell = name => page.notice(views.get(here.name), notes.get(name).cloneNode(true));
const order = () => [...ASKED, ...told.steps, 'check', 'receipt'];
const neighbour = by => order()[order().indexOf(here.name) + by];

// The first step that has not been gone through, is still at work on a fingerprint, or holds a mistake.
const unfinished = () => told.steps.find(name =>
  !passed.has(name) || form(name).querySelector('progress') || checked(name).errors.length);

// --- coming and going ---------------------------------------------------------------------------------------------------
export async function begin(incoming) {
  const data = JSON.parse(incoming.getElementById('typed').textContent), first = !told;
  const said = new Map([...incoming.querySelectorAll('template[data-notice]')].map(note =>
    [note.dataset.notice, page.ofTemplate(note)]));
  try {
    to = await sealing.recipients(data.seal, root);
  } catch {
    return page.notice(views.get(here.name), said.get('refused'));
  }
  [told, notes] = [data, said];
  for (const template of incoming.querySelectorAll('template[data-panel]')) await place(template);
  if (!ASKED.includes(here.name)) return show(here.name, { push: false });
  show(reviewed ? unfinished() ?? 'check' : first ? told.steps[0] : neighbour(+1));
}

async function place(template) {
  const name = template.dataset.panel, view = page.ofTemplate(template), before = views.get(name);
  view.dataset.title = told.words.form;
  if (before && page.carry(before, view)) passed.delete(name);
  comforts(page.formOf(view));
  views.set(name, view);
  await page.pictures(view);
}

// What must be done before a step is shown; gives the step that must be shown instead.
export function ready(name) {
  if (!told?.steps) return name;
  const step = /^(check|receipt)$/.test(name) ? unfinished() ?? name : name;
  askToShare();
  if (step === 'check') review();
  if (step === 'receipt') code();
  return step;
}

// Whether fingerprints may be passed on is asked only of those who made some.
function askToShare() {
  const question = views.get('consent').querySelector('#div_id_share_hashes');
  if (!question) return;
  const none = !told.steps.includes('pictures') || !checked('pictures').values.fingerprint?.length;
  if (question.disabled && !none) passed.delete('consent');
  question.disabled = question.hidden = none;
}

function review() {
  reviewed = true;
  for (const name of told.steps) {
    const section = views.get('check').querySelector(`[data-of=${name}]`);
    section.querySelector('dl').replaceWith(list(form(name), checked(name).values, told.short[name], told.words));
  }
}

function next() {
  const { errors: found } = checked(here.name);
  errors.forget(views.get(here.name));
  if (found.length) return errors.show(views.get(here.name), found, told.words);
  passed.add(here.name);
  askToShare();
  show(reviewed ? unfinished() ?? 'check' : neighbour(+1));
}

export async function act(name, target) {
  if (name === 'change') return back(target);
  if (name === 'weaker') return weaker();
  if (name === 'back') return back(neighbour(-1));
  if (here.name === 'check') return show('receipt');
  return here.name === 'receipt' ? send() : next();
}

export async function translate(url) {
  if (here.name === 'done') {
    const { html } = await post.report(`${url}send/`, sent);
    if (html) await done(html);
    page.notice(views.get('done'), null);          // it says that we had it already: asking again is our doing
  } else if (!ASKED.includes(here.name)) await ask('what', 'next', url);
}

export function forget() {
  told = report = row = sent = null;
}

// --- the receipt code and Send ------------------------------------------------------------------------------------------
const write = (view, groups) => view.querySelector('#code').replaceChildren(...groups.map(group =>
  Object.assign(document.createElement('span'), { textContent: group })));

async function code() {
  report ??= sealing.begin();
  const made = await report;
  write(views.get('receipt'), sealing.groups(made));
  row ??= sealing.receipt(made, told.seal.salt);
  row.catch(() => { row = null; });                // Send tries again, and says so if it fails
}

async function kept() {
  const { typed, kept } = form('receipt').elements, given = digits(typed.value).replace(/\D/g, ''), { code } = await report;
  errors.forget(views.get('receipt'));
  const wrong = given ? ![code, code.slice(LAST_GROUP)].includes(given) && told.words.other_code
    : !kept.checked && told.words.no_code;
  if (wrong) errors.show(views.get('receipt'), [['typed', wrong]], told.words);
  return !wrong;
}

async function body() {
  const answers = Object.fromEntries(told.steps.map(name => [name, checked(name).values]));
  const acts = Object.keys(answers.consent).filter(name => ACTS.test(name));
  row ??= sealing.receipt(await report, told.seal.salt);
  return sealing.seal(await report, { answers, acts, told: told.told, facts: told.facts, to, row: await row });
}

// Sealed anew whenever the unit's key has changed meanwhile; the ids stay, so that it counts once.
async function deliver() {
  for (let tries = 0; tries < TRIES; tries++) {
    sent = await body();
    const answer = await post.report(told.send, sent);
    if (answer.outcome !== 'again') return answer;
    told.seal = answer.seal;
    to = await sealing.recipients(told.seal, root);
  }
  return { outcome: 'closed' };
}

async function send() {
  let answer;
  try {
    if (!await kept()) return;
    page.notice(views.get('receipt'), page.saying(told.words.sealing));
    answer = await deliver();
  } catch (error) {
    row = null;
    return tell(error instanceof sealing.KeyRefused ? 'refused' : 'weak');
  }
  if (answer.html && await done(answer.html)) return;
  if (answer.outcome === 'fingerprint') without(answer.place);
  tell(notes.has(answer.outcome) ? answer.outcome : 'away');
}

// The server cannot use one of the fingerprints: its file is left out, where it can be chosen again.
function without(place) {
  form('pictures').querySelectorAll('[name=fingerprint]')[place]?.closest('li').querySelector('button').click();
  page.notice(views.get('receipt'), null);
  show('pictures');
}

// False if that is not the last page of ours: somebody on the way answered.
async function done(html) {
  const incoming = page.parse(html), view = page.ofPage(incoming);
  if (!view || page.nameOf(view) !== 'done') return false;
  write(view, sealing.groups(await report));
  take(view, incoming, false);
  for (const name of views.keys()) if (name !== 'done') views.delete(name);      // nothing to go back to
  told = null;
  here.name = 'done';
  history.replaceState({ step: 'done' }, '');
  show('done', { push: false });
  return true;
}

// --- the other way ------------------------------------------------------------------------------------------------------
// This phone cannot finish the seal, and the reporter has been told what it means: the steps go to the server as they are.
async function weaker() {
  let state = told.state, view, incoming;
  for (const name of told.steps) {
    const html = await post.form(form('what').action, [...new FormData(form(name)), ['state', state], ['act', 'next']]);
    incoming = html && page.parse(html);
    view = incoming && page.ofPage(incoming);
    if (!view) return tell('away');
    state = page.formOf(view).elements.state.value;
  }
  take(view, incoming, false);
  page.put(view);
  stop();
}
