() => {
  const faults = [];
  const say = (fault, node) => faults.push(node ? `${fault}: ${node.outerHTML.slice(0, 140)}` : fault);
  const all = selector => [...document.querySelectorAll(selector)];
  const root = document.documentElement, rtl = root.dir === 'rtl';

  // language and direction
  if (!['en', 'ur'].includes(root.lang)) say(`language "${root.lang}"`);
  if (rtl !== (root.lang === 'ur')) say(`direction "${root.dir}" with language "${root.lang}"`);
  if (!document.title.trim()) say('no title');
  if (all('h1').length !== 1) say(`${all('h1').length} h1`);
  if (!document.querySelector('main#main')) say('no main#main');

  // links lead somewhere; ids are unique
  const seen = new Set();
  for (const node of all('[id]')) { if (seen.has(node.id)) say('id twice', node); seen.add(node.id); }
  for (const link of all('a')) {
    const href = link.getAttribute('href');
    if (!href || href === '#') say('dead link', link);
    else if (href.startsWith('#') && !document.getElementById(href.slice(1))) say('link to nothing', link);
  }
  for (const label of all('label[for]')) if (!document.getElementById(label.htmlFor)) say('label of nothing', label);

  // forms: named, described, hint then error then control
  const follows = (a, b) => a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING;
  for (const node of all('[aria-describedby]')) for (const id of node.getAttribute('aria-describedby').split(/\s+/)) {
    const words = document.getElementById(id);
    if (!words) say(`described by nothing (${id})`, node);
    else if (node.tagName !== 'FIELDSET' && !node.closest('.pick') && !follows(words, node)) say('description after its control', node);
  }
  for (const link of all('.summary a')) {
    const target = document.getElementById((link.getAttribute('href') || '').slice(1));
    if (target && !target.matches('input,select,textarea,button')) say('error summary leads to no control', link);
    else if (target && target.getAttribute('aria-invalid') !== 'true') say('led to, but not marked invalid', target);
  }
  for (const node of all('[aria-invalid=true]:not([type=radio],[type=checkbox])'))
    if (!(node.getAttribute('aria-describedby') || '').includes('error')) say('invalid without a described error', node);
  for (const group of all('fieldset')) if (!group.querySelector('legend')) say('fieldset without legend', group);
  for (const node of all('input[type=radio]')) if (!node.closest('fieldset,[role=radiogroup]')) say('radio outside a fieldset', node);
  for (const node of all('input[type=file][name][accept*=image]'))
    if (!node.closest('[data-evidence]')) say('a picture could be posted', node);
  for (const form of all('form')) {
    const first = [...form.elements].find(node => node.type === 'submit');
    if (first?.value === 'language') say('Enter would change the language', form);
  }

  // direction of what is not a sentence
  if (rtl) {
    for (const node of all('input[type=url],input[type=email],input[type=tel]'))
      if (node.dir !== 'ltr') say('needs dir="ltr"', node);
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const turned = /[0-9][-–][0-9]|https?:|www\.|[0-9a-f]{12}|[0-9]{4}[ \u00a0][0-9]{4}/;
    while (walk.nextNode()) {
      const parent = walk.currentNode.parentElement;
      const open = walk.currentNode.data.replace(/\u2068[^\u2069]*\u2069/g, '');      // what stands in isolates of its own is safe
      if (turned.test(open) && !parent.closest('bdi,[dir=ltr],.ltr,.key,[lang=en],script,noscript,style,option,textarea'))
        say(`would be turned round: "${walk.currentNode.data.trim().slice(0, 60)}"`);
    }
  }
  for (const node of all('textarea')) if (!['auto', 'ltr', 'rtl'].includes(node.dir)) say('free text needs dir="auto"', node);
  for (const node of all('input,select,textarea,button'))
    if (/nastaliq/i.test(getComputedStyle(node).fontFamily)) say('Nastaliq in a control', node);

  // nothing inline: the policy would refuse it
  for (const node of all('[style]')) if (node !== root && node.getAttribute('style')) say('inline style', node);
  for (const node of all('script:not([src])')) if (node.type !== 'application/json') say('inline script', node);
  for (const node of document.querySelectorAll('*'))
    for (const name of node.getAttributeNames()) if (name.startsWith('on')) say('inline handler', node);
  return faults;
}
