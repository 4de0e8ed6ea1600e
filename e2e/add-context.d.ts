/** mochawesome ships no types; this is what setup.ts calls. */
declare module 'mochawesome/addContext.js' {
  import type { Context } from 'mocha';
  const addContext: (test: Context, context: { readonly title: string; readonly value: unknown }) => void;
  export default addContext;
}
