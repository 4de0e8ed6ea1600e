import { expect } from 'chai';
import { describe, it } from 'mocha';
import { policyAgents } from '../../e2e/areas/race/subjects/policy-agents.ts';
import { builtName } from '../../e2e/areas/race/subjects/npa-installations.ts';
import { npaRecipe, npaVariants } from './npa-recipes.ts';

const built = policyAgents
  .map(({ name }) => name)
  .filter((name) => name !== 'npa@installed' && builtName(name) === name);

describe('recipes of the network policy agent', () => {
  it('there is one for every subject, and a subject for every variant', () => {
    expect(built.map((name) => npaRecipe(name)).length).to.equal(built.length);
    for (const [variant, { of }] of Object.entries(npaVariants))
      expect(
        built.some((name) => of.some((version) => name === `npa@${version}+${variant}`)),
        variant,
      ).to.equal(true);
  });

  it('a variant says what has to become of it under which specs', () => {
    for (const { name, caughtBy, passes = [], undecided = [] } of policyAgents)
      if (name.includes('+') || name === 'npa@1.4.1')
        expect([...caughtBy, ...passes, ...undecided], name).not.to.be.empty;
  });

  it('a variant of the installation is built like its plain version', () => {
    expect(builtName('npa@1.4.3+without-sys-admin')).to.equal('npa@1.4.3');
    expect(builtName('npa@1.4.3+no-cleanup')).to.equal('npa@1.4.3+no-cleanup');
  });

  it('refuses names that nobody makes', () => {
    expect(() => npaRecipe('npa@1.4.2')).to.throw('no recipe makes npa@1.4.2');
    expect(() => npaRecipe('npa@1.4.1+no-cleanup')).to.throw('npa@1.4.3+no-cleanup');
  });
});
