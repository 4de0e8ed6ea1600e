/** A flow as the specs of this area speak of it. */
import type { Flow } from '../../../harness/conntrack/conntrack-premises.ts';
import type { Frontend } from '../stage/frontend.ts';

export interface FlowKey extends Flow {
  /** What `dst` is. */
  readonly frontend: Frontend;
}
