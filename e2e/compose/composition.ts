/** The real surroundings of a run. Light: everything heavy is loaded when a run needs it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { areas } from '../areas/index.ts';
import type { Composition } from '../harness/run/composition.ts';

const specs = fileURLToPath(new URL('../areas', import.meta.url));

/** Each area that has known defects keeps them beside its subjects. */
const defectTableFiles = (): readonly string[] =>
  areas.names.map((name) => `${specs}/${name}/subjects/known-defects.yaml`).filter((file) => existsSync(file));

export const composition: Composition = {
  specFolders: [specs],
  areas,
  subjects: areas.subjects,
  async defectTables() {
    const { loadDefectTables } = await import('../harness/run/defect-table.ts');
    return loadDefectTables(defectTableFiles());
  },
  async choose(options, selected) {
    // A wrong use is said before a run begins.
    if (options.provider === 'existing') {
      const { refuseUsageOf } = await import('../harness/cluster/kube/load-kubeconfig.ts');
      await refuseUsageOf(options);
    }
    const { chooseSubjects } = await import('./choose-subjects.ts');
    return chooseSubjects(options, selected, areas.kinds);
  },
  async plan(options, selected) {
    const { setUpPlan } = await import('./environment.ts');
    return setUpPlan(options, selected);
  },
  async quick(argv, options, all) {
    const { quickLook } = await import('./quick-look.ts');
    return quickLook(argv, options, all);
  },
  makeEnvironment: (options) => async (request) => {
    const { makeEnvironment } = await import('./environment.ts');
    return makeEnvironment(options, request);
  },
  async report(folder, options, columns) {
    const { REPORT_FORMATS, summaryOf, writeReports } = await import('../report/write-reports.ts');
    const wanted = options.reporter ?? [];
    const layout = { quiet: options.quiet === true, ...(columns === undefined ? {} : { columns }) };
    if (wanted.includes('none')) return summaryOf(folder, [], layout);
    const formats = REPORT_FORMATS.filter((format) => format !== 'ctrf' || wanted.includes('ctrf'));
    return summaryOf(folder, await writeReports(folder, { formats }), layout);
  },
};
