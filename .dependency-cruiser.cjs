// The walls of the house, as `npm run check` proves them. A floor imports only floors below it:
//   formats/ (pure)  <  store/  <  federation/  <  protocols/, apps/  <  twin.ts  <  commands/, main.ts
// web/ is the page: it imports nothing of the server, and the server nothing of it.

const common = '^src/(errors|limits)\\.ts$'
const services = '^src/(errors|limits|log|metrics|config)\\.ts$'
const tests = '\\.test\\.ts$'
/** node:http is left out: it has the table of status texts. */
const sockets = '^(node:)?(net|tls|dgram|https|http2|dns|fs|child_process|worker_threads|cluster|sqlite)(/|$)'

/** Files of a folder may import, inside src/, only what these patterns name. */
const only = (name, comment, from, ...allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: tests },
  to: { path: '^src/', pathNot: allowed },
})

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only('formats-stand-alone', 'formats/ are pure grammars', '^src/formats/', '^src/formats/', common),
    only(
      'store-is-the-first-floor',
      'store/ knows no protocol and no setting',
      '^src/store/',
      '^src/(store|formats)/',
      common,
    ),
    only(
      'federation-is-the-second-floor',
      'federation/ stands on the store alone',
      '^src/federation/',
      '^src/(federation|store|formats)/',
      services,
    ),
    only(
      'protocols-do-not-meet',
      'a protocol imports its own folder, http/ and the floors below',
      '^src/protocols/([^/]+)/',
      '^src/protocols/($1|http)/',
      '^src/(federation|store|formats)/',
      services,
    ),
    only(
      'wires-are-pure',
      'a wire/ knows formats alone',
      '^src/protocols/([^/]+)/wire/',
      '^src/protocols/$1/wire/',
      '^src/formats/',
      common,
    ),
    only(
      'apps-are-the-third-floor',
      'apps/ stand on the floors below',
      '^src/apps/',
      '^src/(apps|federation|store|formats)/',
      services,
    ),
    only(
      'the-page-stands-alone',
      'web/ speaks standard protocols, it imports nothing of the server',
      '^src/web/',
      '^src/web/',
    ),
    {
      name: 'the-server-knows-no-page',
      comment: 'the page is built to dist/web',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/web/' },
      to: { path: '^src/web/' },
    },
    {
      name: 'twin-is-the-one-composition-root',
      comment: 'twin.ts and the command line are above all floors',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(twin|main)\\.ts$', '^src/commands/', tests] },
      to: { path: '^src/(twin|main)\\.ts$|^src/commands/' },
    },
    {
      name: 'only-the-store-sees-sql',
      comment: 'Kysely, node:sqlite and pg are imported by store/ alone',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/store/', tests] },
      to: { path: '^(node:)?sqlite$|(^|/)node_modules/(kysely|pg)/' },
    },
    {
      name: 'pure-code-opens-nothing',
      comment: 'formats/ and wire/ touch no socket, file, process or database, so that they fuzz alone',
      severity: 'error',
      from: { path: '^src/formats/|^src/protocols/[^/]+/wire/', pathNot: tests },
      to: { dependencyTypes: ['core'], path: sockets },
    },
    {
      name: 'no-development-packages-at-run-time',
      comment: 'npm start installs without devDependencies',
      severity: 'error',
      from: { path: '^(src|bin)/', pathNot: tests },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only', 'npm'],
        pathNot: '@types/',
      },
    },
    {
      name: 'no-circles',
      comment: 'two files that need each other are one',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'imports-resolve', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(node_modules|dist|data)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
