// What the forms of cases/intake/forms.py say of the typed steps, said here: nothing typed is posted to be checked.
// clean(form, told) → {values: {name: text | list}, errors: [[name, words]]}. `told` is the data that came with the steps.
import { plain } from '../words.mjs';

const UNSEEN = /[\p{Cf}\p{Cc}]/gu;
const MOBILE = /^(?:\+92|0092|92|0)(3[0-9]{9})$/;
const DECORATION = /[\s().\-\u2010-\u2015\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const LETTER = 'a-z0-9\\u00a1-\\uffff', LABEL = `[${LETTER}](?:[${LETTER}-]{0,61}[${LETTER}])?`;
const LOCAL = "[-!#$%&'*+/=?^_`{}|~0-9a-z]+";
const MAIL = new RegExp(`^${LOCAL}(?:\\.${LOCAL})*@(?:${LABEL}\\.)+[${LETTER}-]{1,62}[${LETTER}]$`, 'i');
const LONGEST_MAIL = 254;
const bytes = text => new TextEncoder().encode(text).length;
const visible = text => text.replace(UNSEEN, '').trim();
export const digits = text => text.replace(/[\u06f0-\u06f9\u0660-\u0669]/g, char => char.charCodeAt() & 15);
const fill = (words, numbers) => words.replace(/%\((\w+)\)s/g, (_, name) => numbers[name]);

// A web address, with https:// where it is missing; null where it is none.
function link(item) {
  const whole = /^https?:\/\//i.test(item) ? item : `https://${item}`;
  if (/\s/.test(whole) || /^(?!https?:)[a-z]+:/i.test(item)) return null;
  try {
    return new URL(whole).hostname.replace(/^\.+|\.+$/g, '').includes('.') ? whole : null;
  } catch {
    return null;
  }
}

function lines(text, rule, words) {
  let found = [...new Set(text.split('\n').map(visible).filter(Boolean))], error;
  if (rule.kind === 'links') {
    found = [...new Set(found.map(link))];
    if (found.includes(null)) error = words.not_a_link;
  }
  if (!error && found.some(item => [...item].length > rule.each)) error = fill(words.line_too_long, { most: rule.each });
  return { value: found, error: error || (found.length > rule.items ? rule.too_many : undefined) };
}

export function text(typed, rule, words) {
  const value = plain(typed), now = [...value].length;
  if (now > rule.most || bytes(value) > rule.bytes) return { value, error: fill(words.too_long, { most: rule.most, now }) };
  return rule.kind === 'words' ? { value } : lines(value, rule, words);
}

// An address as the worker takes it, or null.
export function address(kind, typed) {
  if (kind === 'sms') return digits(typed).replace(DECORATION, '').replace(MOBILE, '+92$1').match(/^\+923[0-9]{9}$/)?.[0] ?? null;
  const mail = typed.trim().replace(/^[\u200e\u200f\u202a\u202c]+|[\u200e\u200f\u202a\u202c]+$/g, '');
  return MAIL.test(mail) && mail.length <= LONGEST_MAIL ? mail : null;
}

function consents(values, errors, words) {
  if (values.ask_platform === 'yes' && !values.assent) errors.push(['assent', words.assent]);
  const to = values.contact === 'none' ? null : address(values.contact, values.address);
  if (values.contact !== 'none' && !to) errors.push(['address', words[values.contact]]);
  Object.assign(values, to ? { address: to } : { address: '', hours: [] });
}

export function clean(form, { rules, words }) {
  const values = {}, errors = [];
  for (const control of form.elements) {
    const { name, type, value, checked } = control;
    if (!name || /^(page|act)$/.test(name) || control.matches(':disabled')) continue;
    const rule = rules[name];
    if (rule) {
      const found = text(value, rule, words);
      values[name] = found.value;
      if (found.error) errors.push([name, found.error]);
    } else if (type === 'checkbox' || name === 'fingerprint') {
      values[name] ??= [];
      if (type === 'checkbox' ? checked : value) values[name].push(value);
    } else if (type === 'radio') {
      values[name] ??= '';
      if (checked) values[name] = value;
    } else values[name] = value;
  }
  for (const [name, value] of Object.entries(values)) {
    if (value === '' && form.querySelector(`[type=radio][name="${name}"]`)) errors.push([name, words.choose]);
  }
  if ('contact' in values) consents(values, errors, words);
  return { values, errors };
}
