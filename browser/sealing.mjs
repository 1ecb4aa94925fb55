/*! Mehfooz, the vault in the browser. Bundled from browser/sealing.mjs with npm hpke, (c) Filip Skokan, MIT licence. */
// docs/envelope.md, byte for byte as cases/vault/{hpke,aead,envelope,trust}.py have it. All bytes are Uint8Array.
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from 'hpke';

const SUITE = 1, VERSION = 1, NONCE = 12, LENGTH = 4, ENCAPSULATED = 65;
const SIZES = [256, 1024, 4096, 16384, 65536];
const suite = new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const utf8 = new TextEncoder();
export const LONGEST = SIZES[4] - LENGTH;

// --- bytes --------------------------------------------------------------------------------------------------------------
export const random = length => crypto.getRandomValues(new Uint8Array(length));
export const hex = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
export const unhex = text => Uint8Array.from(text.match(/../g) || [], pair => parseInt(pair, 16));
export const base64 = bytes => btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));
export const unbase64 = text => Uint8Array.from(atob(text), char => char.charCodeAt());
const uuid = text => unhex(text.replace(/-/g, ''));
const number = (value, length) => Uint8Array.from({ length }, (_, at) => value / 256 ** (length - 1 - at));

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

// Each part behind its length in two bytes; text is UTF-8.
export const framed = (...parts) => join(...parts.flatMap(part => {
  const bytes = typeof part === 'string' ? utf8.encode(part) : part;
  return [number(bytes.length, 2), bytes];
}));

// --- one locked blob: version, nonce, AES-256-GCM -------------------------------------------------------------------------
const aes = (key, use) => crypto.subtle.importKey('raw', key, 'AES-GCM', false, [use]);

export async function lockBlob(key, plain, belongs) {
  const iv = random(NONCE), to = { name: 'AES-GCM', iv, additionalData: belongs };
  return join([VERSION], iv, new Uint8Array(await crypto.subtle.encrypt(to, await aes(key, 'encrypt'), plain)));
}

// Throws when key, place, version or a single bit is another.
export async function unlockBlob(key, blob, belongs) {
  if (blob[0] !== VERSION) throw Error('another version');
  const from = { name: 'AES-GCM', iv: blob.slice(1, 1 + NONCE), additionalData: belongs };
  return new Uint8Array(await crypto.subtle.decrypt(from, await aes(key, 'decrypt'), blob.slice(1 + NONCE)));
}

// --- fields: padded, bound to case, field and record ----------------------------------------------------------------------
export const newKey = () => random(32);

// A random UUID, of which the sealer makes one for each record.
export function newId() {
  const id = random(16);
  id[6] = id[6] & 15 | 64;
  id[8] = id[8] & 63 | 128;
  return hex(id).replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const belongs = ({ case: owner, field, record }) => framed([VERSION], uuid(owner), field, uuid(record));

function pad(plain) {
  const size = SIZES.find(size => size >= LENGTH + plain.length);
  if (!size) throw RangeError('too long');
  const padded = new Uint8Array(size);
  padded.set(join(number(plain.length, LENGTH), plain));
  return padded;
}

export const sealField = async (key, plain, place) => lockBlob(key, pad(plain), belongs(place));

export async function openField(key, blob, place) {
  const padded = await unlockBlob(key, blob, belongs(place));
  const length = new DataView(padded.buffer).getUint32(0), plain = padded.slice(LENGTH, LENGTH + length);
  if (pad(plain).length !== padded.length || plain.length !== length || padded.slice(LENGTH + length).some(Boolean)) {
    throw Error('padded by another rule');
  }
  return plain;
}

// --- HPKE -------------------------------------------------------------------------------------------------------------------
export const context = (purpose, { scope, key, kind, recipient, version }) =>
  framed(purpose, uuid(scope), uuid(key), kind, recipient, number(version, 4));

export async function newPair() {
  const pair = await suite.GenerateKeyPair(true);
  return { private: await suite.SerializePrivateKey(pair.privateKey), public: await suite.SerializePublicKey(pair.publicKey) };
}

export async function seal(to, plain, info) {
  const { encapsulatedSecret, ciphertext } = await suite.Seal(await suite.DeserializePublicKey(to), plain, { info });
  return join([SUITE], encapsulatedSecret, ciphertext);
}

export async function openBlob(mine, blob, info) {
  if (blob[0] !== SUITE) throw Error('another suite');
  const ends = 1 + ENCAPSULATED;
  return suite.Open(await suite.DeserializePrivateKey(mine, false), blob.slice(1, ends), blob.slice(ends), { info });
}

// --- who may be sealed to -------------------------------------------------------------------------------------------------
const BYTES = ['public', 'verify', 'signature'];

// Links as a page carries them: bytes in base64.
export const unpack = links => links.map(link => ({ ...link, ...Object.fromEntries(BYTES.map(name => [name, unbase64(link[name])])) }));

// Links: the versions of one reader's key, oldest first, as {kind, recipient, version, public, verify, signature}. The root, which is
// the ceremony's public key, signed the first; each signed the next. Gives the newest public key, or throws.
export async function trusted(links, root) {
  let by = root, due = links[0]?.version;
  for (const { kind, recipient, version, public: point, verify, signature } of links) {
    if (version !== due++ || kind !== links[0].kind || recipient !== links[0].recipient) throw Error('not one chain');
    const signed = framed('key-signature', kind, recipient, number(version, 4), point, verify);
    const key = await crypto.subtle.importKey('raw', by, ECDSA, false, ['verify']);
    if (!await crypto.subtle.verify(ECDSA, key, signature, signed)) throw Error(`version ${version} is not signed`);
    by = verify;
  }
  if (!links.length) throw Error('no key');
  return links[links.length - 1].public;
}
