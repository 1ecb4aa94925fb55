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
