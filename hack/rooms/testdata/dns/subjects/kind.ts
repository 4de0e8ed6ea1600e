/** What a DNS server may be able to do. */
export type DnsCapability =
  /** Answers for headless Services. */
  'headless';

declare module '../../../harness/subject/subject.ts' {
  interface SubjectKinds {
    'dns-server': DnsCapability;
  }
}
