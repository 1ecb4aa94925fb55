// Passkeys: a form with data-passkey asks the server for a challenge, the device for an answer, and then sends itself as any form does.
// Where browser or address know none, the form stays hidden: password and code go on working.
const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), char => char.charCodeAt(0));
const text = buffer => buffer ? btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '') : undefined;

function decoded(options) {
  const described = list => list?.map(each => ({ ...each, id: bytes(each.id) }));
  const asked = options.extensions?.prf?.evalByCredential;
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...options.user && { user: { ...options.user, id: bytes(options.user.id) } },
    ...options.excludeCredentials && { excludeCredentials: described(options.excludeCredentials) },
    ...options.allowCredentials && { allowCredentials: described(options.allowCredentials) },
    ...asked && { extensions: { prf: { evalByCredential: Object.fromEntries(
      Object.entries(asked).map(([id, salt]) => [id, { first: bytes(salt.first) }])) } } },
  };
}

function encoded(credential) {
  const { response } = credential;
  return {
    id: credential.id, rawId: credential.id, type: credential.type,
    response: {
      clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject),
      authenticatorData: text(response.authenticatorData), signature: text(response.signature),
      userHandle: text(response.userHandle), transports: response.getTransports?.(),
    },
    clientExtensionResults: { prf: { enabled: credential.getClientExtensionResults().prf?.enabled } },
  };
}

async function challenge(form) {
  const answer = await fetch(form.dataset.challenge, { method: 'POST', body: new FormData(form) });
  if (!answer.ok) throw new Error('refused');
  return decoded(await answer.json());
}

async function ask(form) {
  const options = { publicKey: await challenge(form) };
  const credential = await (form.dataset.passkey === 'create' ? navigator.credentials.create(options)
    : navigator.credentials.get(options));
  form.elements.credential.value = JSON.stringify(encoded(credential));
  if (form.elements.prf) form.elements.prf.value = text(credential.getClientExtensionResults().prf?.results?.first) ?? '';
}

for (const form of window.PublicKeyCredential ? document.querySelectorAll('form[data-passkey]') : []) {
  const said = form.querySelector('[role=alert]');
  form.hidden = false;
  form.addEventListener('submit', async event => {
    event.preventDefault();
    if (form.ariaBusy === 'true') return;
    form.ariaBusy = 'true';
    said.hidden = true;
    try {
      await ask(form);
      form.submit();
    } catch (error) {                                 // closed, timed out, or this device has none that fits
      said.textContent = error.name === 'InvalidStateError' ? said.dataset.known : said.dataset.cancelled;
      said.hidden = false;
      form.ariaBusy = 'false';
    }
  });
}
