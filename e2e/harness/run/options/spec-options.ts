/** Options that specs of every area may read. */
import { fields } from './field.ts';

const { count } = fields('Areas');

export const specOptions = {
  iterations: count('iterations of specs that iterate', { max: 100_000 }, { short: 'n' }),
};
