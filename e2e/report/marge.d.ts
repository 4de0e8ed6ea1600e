/** The generator ships no types; this is what mochawesome.ts calls. */
declare module 'mochawesome-report-generator' {
  const marge: {
    create(data: unknown, options: Readonly<Record<string, string | boolean>>): Promise<readonly (string | null)[]>;
  };
  export default marge;
}
