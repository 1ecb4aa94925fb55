// Bundles the vault for the browser: node build.mjs DIRECTORY. The same sources and lock give the same bytes, on every machine.
import { build } from 'esbuild';

const [to] = process.argv.slice(2);
const common = { bundle: true, minify: true, target: 'es2020', charset: 'utf8', legalComments: 'inline', logLevel: 'warning' };

await build({ ...common, entryPoints: ['sealing.mjs'], format: 'esm', outfile: `${to}/sealing.mjs` });
// A classic script, not a module: more phones can run it as a worker, and it needs nothing but itself.
await build({ ...common, entryPoints: ['argon2-worker.mjs'], format: 'iife', outfile: `${to}/argon2-worker.mjs` });
