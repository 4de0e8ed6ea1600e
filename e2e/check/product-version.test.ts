import { expect } from 'chai';
import { describe, it } from 'mocha';
import { productVersion } from './product-version.ts';

describe('a version as found', () => {
  const cases: readonly (readonly [found: string, upstream: string | undefined, vendor: string])[] = [
    ['v1.31.0', '1.31.0', ''],
    ['1.31.0', '1.31.0', ''],
    ['v1.31.2-eksbuild.3', '1.31.2', '-eksbuild.3'],
    ['v1.31.2-minimal-eksbuild.3', '1.31.2', '-minimal-eksbuild.3'],
    ['v1.31.4-eks-49c6de4', '1.31.4', '-eks-49c6de4'],
    ['v1.30.5-gke.1014001', '1.30.5', '-gke.1014001'],
    ['v1.31.4+k3s1', '1.31.4', '+k3s1'],
    ['v1.31.4-rke2r1-build20241212', '1.31.4', '-rke2r1-build20241212'],
    ['v1.30.3-hotfix.20240819', '1.30.3', '-hotfix.20240819'],
    ['v1.38.0-beta.0', '1.38.0-beta.0', ''],
    ['v1.38.0-rc.1-eks-1', '1.38.0-rc.1', '-eks-1'],
    ['edb81cd6', 'edb81cd6', ''],
    ['latest', undefined, ''],
    ['v1.31', undefined, ''],
    ['', undefined, ''],
  ];
  for (const [found, upstream, vendor] of cases)
    it(`${found || '(none)'} is looked up as ${upstream ?? 'nothing'}`, () => {
      expect(productVersion(found)).to.deep.equal({ found, upstream, vendor });
    });
});
