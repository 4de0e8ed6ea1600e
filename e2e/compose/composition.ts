/** The real surroundings of a run. Light: everything heavy is loaded when a run needs it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Composition } from '../harness/run/composition.ts';

const folders = ['../areas', '../specs'].map((folder) => fileURLToPath(new URL(folder, import.meta.url)));

export const composition: Composition = {
  specFolders: folders.filter((folder) => existsSync(folder)),
  subjects: async () => (await import('../harness/subject/registry.ts')).subjects,
  knownDefects: async () => (await import('../harness/run/known-defects.ts')).loadKnownDefects(),
  async choose(options, selected) {
    const { chooseSubjects } = await import('./choose-subjects.ts');
    const { subjects } = await import('../harness/subject/registry.ts');
    return chooseSubjects(options, selected, subjects);
  },
  makeEnvironment: (options) => async (request) => {
    const { makeEnvironment } = await import('./environment.ts');
    return makeEnvironment(options, request);
  },
  async report(folder, options) {
    const { REPORT_FORMATS, summaryOf, writeReports } = await import('../report/write-reports.ts');
    const wanted = options.reporter ?? [];
    if (wanted.includes('none')) return summaryOf(folder);
    const formats = REPORT_FORMATS.filter((format) => format !== 'ctrf' || wanted.includes('ctrf'));
    return summaryOf(folder, await writeReports(folder, { formats }));
  },
};
