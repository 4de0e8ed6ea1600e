import { expect } from 'chai';
import { describe, it } from 'mocha';
import { keepKubeconfigSecrets } from './kubeconfig-secrets.ts';
import { redact } from './redact.ts';

const pem =
  '-----BEGIN RSA PRIVATE KEY-----\nMIIEplantedplantedplantedplantedplantedplantedplanted\n-----END RSA PRIVATE KEY-----';
const encoded = Buffer.from(pem).toString('base64');

describe('redaction', () => {
  it('hides PEM blocks, also cut ones, tokens and kubeconfig fields by their form', () => {
    const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQifQ.c2lnbmF0dXJl';
    for (const text of [
      pem,
      pem.slice(0, 60),
      `client-key-data: ${encoded}`,
      `{"client-certificate-data":"${encoded}"}`,
      `key ${encoded} in the middle`,
      `Authorization: Bearer ${jwt}`,
      `Authorization: Bearer planted-opaque-token`,
      `token: planted-opaque-token`,
    ]) {
      const clean = redact(`before ${text} after`);
      expect(clean, text).to.match(/redacted/);
      for (const leak of ['plantedplanted', encoded, jwt, 'planted-opaque'])
        expect(clean.includes(leak), `${leak} in ${clean}`).to.equal(false);
    }
  });

  it('leaves what only looks like it alone', () => {
    for (const text of ['a token of respect', 'udp 10.96.0.1:53', 'seq=12345 token: 42', 'sha256:deadbeefdeadbeef'])
      expect(redact(text)).to.equal(text);
  });

  it('is idempotent', () => {
    const once = redact(`token: planted-opaque-token ${pem}`);
    expect(redact(once)).to.equal(once);
  });

  it("hides a kubeconfig's credentials wherever they appear, encoded, decoded and line by line", () => {
    keepKubeconfigSecrets(
      `users:\n- name: admin\n  user:\n    client-key-data: ${encoded}\n    token: q9planted-static-value\n`,
    );
    for (const text of [encoded, 'MIIEplantedplantedplantedplantedplantedplantedplanted', 'q9planted-static-value'])
      expect(redact(`x${text}y`)).to.equal('x[redacted]y');
  });
});
