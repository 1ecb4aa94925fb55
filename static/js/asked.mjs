// What staff asked for, checked here as cases/intake/asked.py does it: nothing typed is posted to be checked.
import { address, digits, text } from './report/checks.mjs';

const CODES = { not_a_link: 'not_a_link', line_too_long: 'line_too_long', too_long: 'too_long' };
const CHECKS = {
  date: typed => digits(typed).match(/^\d{4}-\d\d-\d\d$/)?.[0],
  age: typed => digits(typed).match(/^\d{1,3}$/)?.filter(years => years <= 120)[0],
  contact: typed => address('sms', typed) ?? address('email', typed),
  platform: typed => typed,
};

// {value} to seal, or {flaw}: the name of what is wrong.
export function check({ kind, rule }, typed) {
  if (!typed) return { flaw: 'empty' };
  if (kind !== 'links') {
    const value = CHECKS[kind](typed);
    return value ? { value } : { flaw: kind };
  }
  const { value, error } = text(typed, { ...JSON.parse(rule), too_many: 'too_many' }, CODES);
  return error ? { flaw: error } : value.length ? { value: value.join('\n') } : { flaw: 'empty' };
}

// What `words` (bytes) become for another unit: sealed under a new key, and that key sealed to the newest of the unit's; or {flaw}
// where its chain does not end at the root. `offer`: {case, unit, chain}, cases/intake/review_views.py.
export async function review(vault, { case: owner, unit, chain }, root, words) {
  let to;
  try {
    if (!chain.length || chain.some(link => link.kind !== 'unit' || link.recipient !== unit)) throw Error('another chain');
    to = await vault.trusted(vault.unpack(chain), vault.unhex(root));
  } catch {
    return { flaw: 'keys' };
  }
  const id = vault.newId(), row = vault.newId(), secret = vault.newKey(), { version } = chain[chain.length - 1];
  const info = vault.context('data-key', { scope: owner, key: id, kind: 'unit', recipient: unit, version });
  return { row, review_key: id, version, wrap: vault.base64(await vault.seal(to, secret, info)),
    sealed: vault.base64(await vault.sealField(secret, words, { case: owner, field: 'review', record: row })) };
}
