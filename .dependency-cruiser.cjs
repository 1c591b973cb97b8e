/**
 * The house's import rules (docs/ARCHITECTURE.md):
 * main → service → { api, worker, engine, store, media, wire, cli, config, observability } → { task, composition } → nothing
 */
const sides = ['api', 'worker', 'engine', 'store', 'media'];

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
    ...sides.map((side) => ({
      name: `no-${side}-to-other-sides`,
      severity: 'error',
      from: { path: `^src/${side}/` },
      to: { path: `^src/(${sides.filter((other) => other !== side).join('|')}|cli|doctor|embedded|service|main)(/|\\.ts)` },
    })),
    {
      name: 'only-doors-know-generated-types',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(wire|api|cli)/' },
      to: { path: '^generated/' },
    },
    {
      name: 'store-engine-media-worker-know-no-wire',
      severity: 'error',
      from: { path: '^src/(store|engine|media|worker|config|observability)/' },
      to: { path: '^src/wire/' },
    },
    {
      name: 'one-composition-root',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main|service|embedded|doctor/.*)\\.ts$|^src/cli/' },
      to: { path: '^src/(main|service|embedded|doctor/.*)\\.ts$' },
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
