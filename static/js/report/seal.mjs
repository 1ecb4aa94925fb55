// Seals a finished report to the unit that will read it (docs/envelope.md) and puts it into the one body that is posted.
import * as vault from '../vault/sealing.mjs';
import { derive, display, lock, newCode } from '../vault/receipt.mjs';

const SUMMARY = 120;                                       // characters
const { base64, newId } = vault;
const utf8 = text => new TextEncoder().encode(text);

export class KeyRefused extends Error {}

// The newest public key of a chain that ends at the root, if it is the recipient's; throws KeyRefused.
async function newest(chain, root, kind, recipient) {
  try {
    if (!chain?.length || chain.some(link => link.kind !== kind || link.recipient !== recipient)) throw Error('another chain');
    return { version: chain[chain.length - 1].version, key: await vault.trusted(vault.unpack(chain), vault.unhex(root)) };
  } catch {
    throw new KeyRefused();
  }
}

// {unit, worker}: whom to seal to, checked. `offer` is what the server handed over (cases/intake/sealed_services.py), `root` what
// the first page named, where everybody who looks from outside reads it too (manage.py verify_static).
export async function recipients(offer, root) {
  return { unit: { ...await newest(offer.chain, root, 'unit', offer.unit), id: offer.unit },
    worker: offer.worker && { ...await newest(offer.worker, root, 'worker', 'worker'), id: 'worker' } };
}

// What this report is called, and its reporter's key: made once, so that sending twice is sending once.
export async function begin() {
  return { submission: newId(), case: newId(), code: newCode(), pair: await vault.newPair() };
}

export const groups = report => display(report.code).split(' ');

// The receipt row, without the code; takes the phone half a second or more.
export async function receipt(report, salt) {
  const { locator, unlock } = await derive(report.code, salt.hex);
  const locked = await lock(unlock, report.pair.private);
  return { locator: base64(locator), public: base64(report.pair.public), locked: base64(locked), salt_version: salt.version };
}

async function wrapped(caseId, secret, ...readers) {
  const id = newId(), wraps = {};
  for (const { kind, recipient, version, key } of readers) {
    const info = vault.context('data-key', { scope: caseId, key: id, kind, recipient, version });
    wraps[kind] = { version, sealed: base64(await vault.seal(key, secret, info)) };
  }
  return { id, wraps };
}

async function consents(report, key, values, acts) {
  return Promise.all(acts.map(async act => {
    const id = newId(), given = act === 'ask_platform' && values[act] === 'yes';
    const place = { case: report.case, field: 'assent', record: id };
    const assent = given ? base64(await vault.sealField(key, utf8(values.assent), place)) : null;
    return { id, act, answer: values[act], assent };
  }));
}

async function contact(report, { contact: kind, address, hours }, worker) {
  if (kind === 'none') return null;
  if (!worker) throw new KeyRefused();
  const id = newId(), secret = vault.newKey(), place = { case: report.case, field: 'address', record: id };
  return { id, kind, hours, sealed: base64(await vault.sealField(secret, utf8(address), place)),
    key: await wrapped(report.case, secret, { kind: 'worker', recipient: 'worker', ...worker }) };
}

// `answers`: step → values of checks.clean; `told`: what was answered before; `to`: of recipients(); `acts`: asked for consent.
export async function seal(report, { answers, told, facts, acts, to, row }) {
  const { story, consent, pictures } = answers, caseId = report.case, key = vault.newKey(), talk = vault.newKey();
  const plain = { version: 1, ...told, story: story.story, links: story.links, handles: story.handles,
    platform_other: story.platform_other, wanted: story.wanted, who_does_it: story.who_does_it,
    safe_to_contact: consent.safe_to_contact };
  const first = [...story.story.split(/\s+/u).filter(Boolean).join(' ')].slice(0, SUMMARY).join('');
  const place = field => ({ case: caseId, field, record: caseId }), unit = { kind: 'unit', ...to.unit, recipient: to.unit.id };
  const reporter = { kind: 'reporter', recipient: caseId, version: 1, key: report.pair.public };
  return {
    submission: report.submission, case: caseId, unit: to.unit.id, facts, platforms: story.platforms ?? [], receipt: row,
    key: await wrapped(caseId, key, unit), conversation: await wrapped(caseId, talk, unit, reporter),
    answers: base64(await vault.sealField(key, utf8(JSON.stringify(plain)), place('answers'))),
    summary: base64(await vault.sealField(key, utf8(first), place('summary'))),
    consents: await consents(report, talk, consent, acts), fingerprints: pictures?.fingerprint ?? [],
    contact: await contact(report, consent, to.worker),
  };
}
