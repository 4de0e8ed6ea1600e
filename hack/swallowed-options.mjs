// `npm run e2e --grep x`: without `--` npm keeps the option for itself and the whole suite would run. It leaves a trace.

// Options of the commands besides those of npm itself; e2e checks its own whole list again.
const ours = {
  e2e: ['grep', 'skip', 'tags', 'backend', 'subject', 'ip-family', 'setup', 'keep', 'reuse', 'guard', 'jobs', 'list'],
  doctor: ['context', 'kubeconfig', 'setup', 'guard', 'json'],
  test: ['cluster', 'grep'],
  cluster: ['purpose', 'ip-family', 'node-image'],
  gc: ['dry-run'],
};

/** The options that npm swallowed, as the user wrote them. */
export function swallowedOptions(command, env) {
  const names = ours[command] ?? ['grep', 'tags', 'subject'];
  return names
    .filter((name) => env[`npm_config_${name.replaceAll('-', '_')}`] !== undefined)
    .map((name) => `--${name}`);
}

/** One line: what happened and what to type. */
export function swallowedText(command, options) {
  const script = command === 'test' ? 'npm test' : `npm run ${command}`;
  return `npm kept ${options.join(' ')} for itself; options go after --, as in: ${script} -- ${options[0]} …`;
}
