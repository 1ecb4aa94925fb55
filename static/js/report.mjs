// The report's first module. Where the browser can seal, the flow takes over and nothing typed is posted but sealed; elsewhere
// every page works by itself, and these are its comforts.
import { able } from './able.mjs';
import { comforts } from './report/comforts.mjs';
import { start } from './report/flow.mjs';

const form = document.getElementById('report'), page = form.elements.page.value;

comforts(form);
if (able && /^(who|what|elsewhere)$/.test(page)) start(document.querySelector('main .read'), page);
