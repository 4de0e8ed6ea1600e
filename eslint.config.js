import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import { house } from './hack/rooms/directions.mjs';

// Who may import whom stands in hack/rooms/rooms.json.
const clients = ['@kubernetes/client-node', 'execa', 'node:child_process'];

const restricted = [
  {
    selector: "CallExpression[callee.property.name='only']",
    message: 'focus by --grep or --tags, never in a file',
  },
  {
    selector:
      "CallExpression[callee.object.name='AbortSignal'][callee.property.name='any'] CallExpression[callee.object.name='AbortSignal'][callee.property.name='timeout']",
    message: 'such a timeout is collected as garbage and never fires: withTimeout() of e2e/harness/cluster/wait.ts',
  },
];
// What these properties hold was written by a cluster, by a node or by another machine's results.
const foreignNames = {
  selector:
    'CallExpression[callee.name=/^(join|resolve)$/] MemberExpression[property.name=/^(run|runId|podName|podUID|nodeName|namespace|metadata|artifact|artifacts|instance)$/]',
  message: 'a name that others chose becomes a path in containedPath() of e2e/harness/run/contained-path.ts',
};

const barePrint = {
  selector:
    "CallExpression[callee.object.property.name=/^(stdout|stderr)$/][callee.property.name='write']:not([arguments.0.callee.name='shown'])",
  message: 'what a command prints may be of a pod: shown() of e2e/harness/run/shown.ts',
};

// A fault that is killed half-way is taken back from the journal, so it has to be in it. What only reads, and what ends a process
// that its owner starts again, leaves nothing behind.
const bareNodeChange = [
  'ArrayExpression:not(:has(> Literal[value=/^(list|get|show)$/])) > Literal:first-child[value=/^(sh|bash|mount|umount|nft|ip|iptables|ip6tables|rm|mv|cp|ln|mkdir|tee|chmod|fallocate|truncate)$/]',
  "ArrayExpression > Literal[value='-STOP']",
  "ArrayExpression > Literal[value='-w']",
].map((argv) => ({
  selector: `CallExpression[callee.property.name=/^(run|exec|spawn)$/]:not([callee.object.property.name='api']) > ${argv}`,
  message: 'what changes a node is journalled: cluster.changeNode(); say why where a command leaves nothing behind',
}));

export default defineConfig(
  { ignores: ['node_modules', 'reports', '**/testdata/**'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: [
            '*.js',
            '*.mjs',
            'hack/*.mjs',
            'hack/rooms/*.mjs',
            'e2e/faults/*.mjs',
            'e2e/report/html/*.mjs',
            'e2e/report/compat/*.mjs',
          ],
          // They are all the programs that are no TypeScript; each is small.
          maximumDefaultProjectFileMatchCount_THIS_WILL_SLOW_DOWN_LINTING: 16,
        },
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Areas add to interfaces of the harness that are empty by themselves.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'always' }],
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      'no-restricted-syntax': ['error', ...restricted],
    },
  },
  {
    files: ['e2e/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: { 'no-restricted-syntax': ['error', ...restricted, foreignNames] },
  },
  {
    // The race area's are next.
    files: ['e2e/areas/*/faults/**/*.ts'],
    ignores: ['**/*.test.ts', 'e2e/areas/race/**'],
    rules: { 'no-restricted-syntax': ['error', ...restricted, foreignNames, ...bareNodeChange] },
  },
  {
    files: ['e2e/commands/*.ts', 'e2e/compose/**/*.ts'],
    ignores: ['**/*.test.ts', 'e2e/commands/{test,bench,bench-check,mutation,policy}.ts'],
    rules: { 'no-restricted-syntax': ['error', ...restricted, foreignNames, barePrint], 'no-console': 'error' },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', setTimeout: 'readonly' } },
  },
  {
    files: ['**/*.test.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    // A body is async by contract, whether or not it waits.
    files: ['**/*.spec.ts', '**/*.test.ts'],
    rules: { '@typescript-eslint/require-await': 'off' },
  },
  {
    files: ['**/*.{ts,mjs}'],
    plugins: { house },
    rules: { 'house/directions': 'error', 'house/judge-in-its-place': 'error' },
  },
  {
    files: ['e2e/areas/*/specs/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: clients.map((name) => ({ name, message: 'a spec says what; the harness says how' })) },
      ],
      'no-restricted-globals': ['error', { name: 'setTimeout', message: 'wait for an event with a deadline' }],
    },
  },
  {
    files: ['e2e/areas/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { property: 'slowFactor', message: 't.wait(ms) for a wait of ours, t.bound(ms) for what a subject is held to' },
      ],
    },
  },
  prettier,
);
