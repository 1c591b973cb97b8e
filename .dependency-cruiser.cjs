/**
 * The import rules (docs/ARCHITECTURE.md):
 * app → { api, auth, worker, engine, store, media, wire, config, observability, notify } → { task, composition } → nothing
 */
const sides = ['api', 'auth', 'worker', 'engine', 'store', 'media', 'wire', 'config', 'observability', 'notify'];

/** Which other sides a side may import. Everything else goes through the core's ports. */
const allowed = { api: ['wire'] };

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '\\.d\\.ts$' }, to: {} },
    {
      name: 'core-is-pure',
      comment: 'task and composition import only each other; node:crypto (hashing) is the one exception',
      severity: 'error',
      from: { path: '^src/(task|composition)/' },
      to: { pathNot: ['^src/(task|composition)/', '^(node:)?crypto$'] },
    },
    {
      name: 'composition-knows-no-task',
      severity: 'error',
      from: { path: '^src/composition/' },
      to: { path: '^src/task/' },
    },
    {
      name: 'shared-knows-nothing-of-ours',
      comment: 'src/shared has functions that several sides need and that know nothing of videos or tasks',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { path: '^(src|generated)/', pathNot: '^src/shared/' },
    },
    ...sides.map((side) => {
      const others = sides.filter((other) => other !== side && !(allowed[side] ?? []).includes(other));
      return {
        name: `no-${side}-to-other-sides`,
        severity: 'error',
        from: { path: `^src/${side}/` },
        to: { path: `^src/(${[...others, 'cli', 'doctor', 'app'].join('|')})/` },
      };
    }),
    {
      name: 'only-transports-know-generated-types',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(wire|api|cli)/' },
      to: { path: '^generated/' },
    },
    {
      name: 'one-composition-root',
      comment: 'only the command line and the doctor start what app/ puts together',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(app|doctor|cli)/' },
      to: { path: '^src/(app|doctor|cli)/' },
    },
    {
      name: 'fluent-ffmpeg-in-one-module',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/engine/command-line\\.ts$' },
      to: { path: 'fluent-ffmpeg' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
